"""R1: processes are killed at random while cases travel; what was acknowledged is there, once."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from engine import clock
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger, check
from tests.storms.house import WEB, House
from tests.storms.sizes import sizes

WALKERS = 4


@sizes(small=(8, 240), storm=(120, 20), full=(1000, 10))
def test_kills_at_random_lose_and_double_nothing(house: House, size: tuple[int, float], seed: int, say: Say) -> None:
    house.wait_for(lambda: all(house.nice(name) > house.nice(WEB) for name in house.names if name != WEB),
                   "people do not come first")  # a worker steps back once it is up, which may be after the server is
    chance, ledger, kills, calm = random.Random(seed), Ledger.opened(house), list[tuple[float, str]](), list[bool]()

    def work(number: int) -> int:
        crowd, ended = Crowd(house, ledger, seed + number), 0
        while not calm:
            ended += crowd.travel(crowd.resident() if crowd.chance.random() < 0.5 else crowd.report())
        return ended

    with ThreadPoolExecutor(WALKERS) as pool:
        walkers = [pool.submit(work, number) for number in range(WALKERS)]
        try:
            while len(kills) < size[0] and not any(walker.done() for walker in walkers):
                time.sleep(chance.uniform(0.2, 1.2))
                kills.append((clock.stopwatch(), house.kill_any(chance)))
                house.wait_for(house.answers, "nobody answers after a kill")
                if chance.random() < 0.3:
                    house.advance(timedelta(hours=chance.uniform(1, 30)))
        finally:
            calm.append(True)
        ended = sum(walker.result() for walker in walkers)
    silence = ledger.longest_silence([at for at, _ in kills])
    checked, line = house.verify(), check(house, ledger)
    assert ended > 0 and silence <= size[1]
    say(f"{len(kills)} kills, {ended} cases to their end; {line}; {checked} checks; "
        f"first progress after a kill within {silence:.1f} s")
