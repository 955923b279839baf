"""R3: all workers are gone for a while, or one after the other; what fell due meanwhile is soon done."""

from __future__ import annotations

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine import clock
from engine.audit.models import Entry
from engine.cases.models import Case
from engine.processes.models import Instance, Timer
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger, check
from tests.storms.house import WEB, House
from tests.storms.sizes import sizes

RATE = 200 / 60  # reports a second
REPORTERS = 2
LATE = "verify_late"
START, SLOW_START = 20.0, 240.0  # seconds that a worker may take to start on a loaded machine; on one that stops


class Reporters:
    """People who report at a steady rate until they are told to stop."""

    def __init__(self, house: House, ledger: Ledger, seed: int) -> None:
        self.house, self.ledger, self.seed, self.calm, self.made = house, ledger, seed, False, 0
        self.pool = ThreadPoolExecutor(REPORTERS)
        self.people: list[Future[None]] = [self.pool.submit(self._report, number) for number in range(REPORTERS)]

    def _report(self, number: int) -> None:
        crowd, began, done = Crowd(self.house, self.ledger, self.seed + number), clock.stopwatch(), 0
        while not self.calm:
            crowd.resident()
            done += 1
            self.made += 1
            time.sleep(max(0.0, began + done * REPORTERS / RATE - clock.stopwatch()))

    def stop(self) -> None:
        """Let everybody come to an end; raises what happened to them."""
        self.calm = True
        for one in self.people:
            one.result()
        self.pool.shutdown()


def workers(house: House) -> list[str]:
    """The names of the workers of the house."""
    return [name for name in house.names if name != WEB]


def unverified(house: House, ledger: Ledger) -> datetime:
    """When all that was reported in this storm is late, since nobody has verified it: behind rest days, if there are.
    """
    waiting = sa.select(sa.func.max(Timer.due_at)).join(Instance, Instance.id == Timer.instance_id).join(
        Case, Case.id == Instance.case_id).where(Case.id > ledger.since, Timer.element == LATE)
    with house.session() as session:
        return session.scalars(waiting).one()


def late_ones(house: House, ledger: Ledger) -> int:
    """How many cases of this storm climbed because nobody verified them."""
    with house.session() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Entry).join(Case, Case.id == Entry.case_id).where(
            Case.id > ledger.since, Entry.verb == "timer", Entry.element == LATE)) or 0


@sizes(small=(4, SLOW_START), storm=(30, START), full=(60, START))
def test_what_fell_due_while_all_workers_were_gone_is_done_in_twice_that_time(
        house: House, size: tuple[float, float], seed: int, say: Say) -> None:
    (pause, start), ledger = size, Ledger.opened(house)
    people = Reporters(house, ledger, seed)
    try:
        time.sleep(pause)
        house.wait_for(lambda: people.made > 0, "nobody reports")
        house.drain()
        for name in workers(house):
            house.kill(name)
        down = clock.stopwatch()
        house.advance(unverified(house, ledger) - clock.now())
        time.sleep(pause)
        outage = clock.stopwatch() - down
        house.open()
        took = house.drain(patience=2 * outage + start)
    finally:
        people.stop()
    fired = late_ones(house, ledger)
    assert fired > 0 and took <= 2 * outage + start
    say(f"{len(workers(house))} workers gone for {outage:.0f} s at {people.made} reports: {fired} timers and all "
        f"measures done {took:.1f} s after they came back; {check(house, ledger)}; {house.verify()} checks")


@sizes(small=(3, 1.5, SLOW_START), storm=(12, 10, START), full=(15, 120, START))
def test_workers_that_restart_one_after_the_other_hold_nobody_up(
        house: House, size: tuple[int, float, float], seed: int, say: Say) -> None:
    rounds, pause, start = size
    chance, ledger, longest = random.Random(seed), Ledger.opened(house), 0.0
    people = Reporters(house, ledger, seed)
    try:
        for _ in range(rounds):
            name = chance.choice(workers(house))
            house.kill(name)
            house.start(name)
            house.advance(timedelta(days=1))
            time.sleep(pause)
            longest = max(longest, house.drain())
    finally:
        people.stop()
    assert longest <= 2 * pause + start
    say(f"{rounds} restarts of workers at {people.made} reports, {late_ones(house, ledger)} timers: nothing due "
        f"{longest:.1f} s after each pause of {pause} s; {check(house, ledger)}; {house.verify()} checks")
