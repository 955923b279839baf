"""R7: the database goes away while people work; they are asked to come back, and what they were told stays true."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import sqlalchemy as sa

from engine.db import migrate, programs, server
from engine.db.session import create_engine
from tests import town
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger, check
from tests.storms.house import House
from tests.storms.sizes import sizes

PEOPLE = 3


@pytest.fixture
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a database server of its own."""
    data = tmp_path_factory.mktemp("fragile")
    url = server.ensure(data)
    migrate.upgrade(url)
    town.settle(url)
    house = House(data, url, workers=1)
    try:
        house.open()
        yield house
    finally:
        house.close()
        server.stop(data)


class Visitor(threading.Thread):
    """Somebody who looks at pages all the while, and counts what comes."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house, self.seen, self.ended = house, Counter[int](), threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.ended.wait(0.1):
            for page in ("login", "console/", "healthz", "readyz"):
                answer = requests.get(f"http://127.0.0.1:{self.house.port}/{page}", timeout=120)
                self.seen[answer.status_code] += 1


def restart(house: House, mode: str) -> None:
    """Restart the server of the database: `immediate` as after a crash, `fast` breaking off what runs."""
    cluster = str(house.data / "postgres")
    done = programs.run("pg_ctl", "-D", cluster, "-l", f"{cluster}.log", "-m", mode, "-w", "-t", "60", "restart")
    assert done.returncode == 0, done.stderr


def shoot(house: House, chance: random.Random) -> int:
    """End one random connection of the house, as an operator of the database may; how many went."""
    engine = create_engine(server.url(house.data, role=server.ROOT), poolclass=sa.NullPool)
    with engine.begin() as connection:
        found = connection.scalars(sa.text("SELECT pid FROM pg_stat_activity WHERE usename = 'wangge'")).all()
        if found:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": chance.choice(found)})
    engine.dispose()
    return min(1, len(found))


@sizes(small=(1, 10, 240), storm=(15, 100, 10), full=(50, 600, 5))
def test_a_database_that_goes_away_costs_time_only(fragile: House, size: tuple[int, int, float], seed: int, say: Say
                                                   ) -> None:
    restarts, shots, patience = size
    chance, ledger, calm, healed = random.Random(seed), Ledger.opened(fragile), list[bool](), list[float]()

    def work(number: int) -> None:
        crowd = Crowd(fragile, ledger, seed + number)
        while not calm:
            crowd.travel(crowd.resident())

    visitor = Visitor(fragile)
    visitor.start()
    with ThreadPoolExecutor(PEOPLE) as pool:
        people = [pool.submit(work, number) for number in range(PEOPLE)]
        try:
            for mode in ("immediate", "fast") * restarts:
                time.sleep(chance.uniform(0.5, 2))
                restart(fragile, mode)
                healed.append(fragile.wait_for(fragile.answers, "the pools do not heal", patience))
            gone = 0
            while gone < shots and not any(one.done() for one in people):
                time.sleep(chance.uniform(0.1, 0.4))
                gone += shoot(fragile, chance)
        finally:
            calm.append(True)
            visitor.ended.set()
        for one in people:
            one.result()
    visitor.join()
    line = check(fragile, ledger)
    assert set(visitor.seen) <= {200, 302, 503}, visitor.seen
    say(f"{2 * restarts} restarts, {gone} connections ended, healed within {max(healed):.1f} s; {line}; pages "
        f"{dict(visitor.seen)}; {fragile.verify()} checks")
