"""R3, R4 and R10: workers die, many timers are due at once, the clock jumps; each timer fires once, oldest first."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from engine import clock, directory
from engine.audit.models import Entry
from engine.cases.models import Case
from engine.processes.models import Timer
from engine.worklist.models import Measure
from tests.storms.conftest import Say
from tests.storms.house import House
from tests.storms.sizes import sizes
from tests.town import BASE, DAISHAN, Office

MOST_WORKERS = 8
LATE = "verify_late"


@pytest.fixture
def watch(settled_town: str, make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
          ) -> Iterator[House]:
    """A house in which only workers run; the test starts them."""
    house = House(tmp_path_factory.mktemp("watch"), make_database(copy_of=settled_town), 0, serves=False)
    try:
        yield house
    finally:
        house.close()


def fill(house: House, count: int, moments: int = 1) -> list[datetime]:
    """Residents report `count` cases, at so many instants an hour apart; when their timers are due, in order."""
    for number in range(moments):
        with house.session() as session, session.begin():
            office = Office(session, clock.now().replace(microsecond=0))
            for place in range(count // moments):
                photo = office.photo(office.worker()) if not place else ""
                office.report(office.worker(), grid=(BASE, DAISHAN)[place % 2], origin="resident", channel="phone",
                              photos=(photo,) if photo else ())
        if number < moments - 1:
            house.advance(timedelta(hours=1))
    with house.session() as session:
        return sorted(session.scalars(sa.select(Timer.due_at)))


def staff(house: House, count: int) -> None:
    """Start so many workers."""
    house.names = [f"worker {number}" for number in range(count)]
    house.open()


def firings(house: House, *elements: str) -> list[tuple[int, str, datetime]]:
    """(case, element, due) of every timer that was fired, in the order of their transactions."""
    with house.session() as session:
        rows = session.execute(sa.select(Entry.case_id, Entry.facts).where(Entry.verb == "timer")
                               .order_by(sa.literal_column("xmin::text::bigint"), Entry.case_id, Entry.seq))
        return [(case_id, element, datetime.fromisoformat(facts["due"]))
                for case_id, facts in rows for element in facts["timers"] if not elements or element in elements]


def wait_until_fired(house: House, some: int) -> None:
    """Wait until so many have been fired."""
    house.wait_for(lambda: len(firings(house, LATE)) >= some, "nothing is fired", 60 + some)


def overtaken(moments: list[datetime], by: int) -> int:
    """How many came after more than so many later ones."""
    return sum(sum(before > moment for before in moments[:place]) > by for place, moment in enumerate(moments))


@sizes(small=(40, 3), storm=(2_000, MOST_WORKERS), full=(10_000, MOST_WORKERS))
def test_timers_of_one_instant_fire_once_each(watch: House, size: tuple[int, int], seed: int, say: Say) -> None:
    count, workers = size
    due = fill(watch, count, moments=4)
    watch.advance(due[-1] - clock.now() + timedelta(minutes=1))
    staff(watch, workers)
    began = clock.stopwatch()
    watch.drain(patience=60 + count)
    took, fired = clock.stopwatch() - began, firings(watch, LATE)
    assert sorted(case for case, _, _ in fired) == all_cases(watch) and len(fired) == count == len(due)
    assert overtaken([moment for _, _, moment in fired], by=workers) <= workers  # each may be held up once
    say(f"{count} timers at {len(set(due))} instants, {workers} workers: each fired once, oldest first, "
        f"{count / took:.0f}/s; {watch.verify()} checks")


@sizes(small=(36, 1), storm=(1_000, 10), full=(6_000, 15))
def test_a_backlog_drains_oldest_first_when_all_workers_died(watch: House, size: tuple[int, int], seed: int, say: Say
                                                             ) -> None:
    count, rounds = size
    due, deaths = fill(watch, count, moments=6), 0
    staff(watch, 2)
    watch.advance(due[-1] - clock.now() + timedelta(minutes=1))
    for number in range(rounds):
        wait_until_fired(watch, count * (number + 1) // (rounds + 1))
        for name in watch.names:
            watch.kill(name)
            deaths += 1
        watch.advance(timedelta(minutes=20))
        watch.open()
    took, fired = watch.drain(patience=60 + count), firings(watch, LATE)
    assert sorted(case for case, _, _ in fired) == all_cases(watch)
    assert overtaken([moment for _, _, moment in fired], by=2) <= deaths + 2  # what the dead held comes later
    say(f"{deaths} deaths of workers over {count} timers: each fired once, oldest first, drained {took:.1f} s after "
        f"the last; {watch.verify()} checks")


@sizes(small=(6, (1, 24, 24 * 30)), storm=(60, (1, 1, 24, 24 * 400)), full=(300, (1, 1, 24, 24, 24 * 400, 24 * 366)))
def test_a_clock_that_jumps_fires_nothing_twice_or_early(watch: House, size: tuple[int, tuple[int, ...]], seed: int,
                                                         say: Say) -> None:
    count, jumps = size
    fill(watch, count, moments=3)
    staff(watch, 2)
    chance = random.Random(seed)
    for hours in chance.sample(jumps, len(jumps)):
        watch.advance(timedelta(hours=hours, seconds=chance.random()))
        watch.drain(patience=60 + count * hours / 4)
        fired = firings(watch)
        assert all(moment <= clock.now() for _, _, moment in fired)
        assert max(Counter(fired).values(), default=1) == 1
        watch.set_back(timedelta(hours=1))
        time.sleep(1.5)
        assert firings(watch) == fired
        watch.advance(timedelta(hours=1))
    with watch.session() as session:
        taken = session.scalar(sa.select(sa.func.count()).select_from(Measure).where(Measure.done_at.is_not(None)))
        told = session.scalar(sa.select(sa.func.count()).select_from(Entry).where(
            Entry.actor == directory.CLOCK.label, Entry.verb != "timer"))
    assert {case for case, _, _ in firings(watch, LATE)} == set(all_cases(watch)) and taken == told
    say(f"jumps of {jumps} hours, each put back an hour and forward again: {len(firings(watch))} timers and {taken} "
        f"measures of {count} cases, none twice, none early; {watch.verify()} checks")


def all_cases(house: House) -> list[int]:
    """Every case of the house."""
    with house.session() as session:
        return list(session.scalars(sa.select(Case.id).order_by(Case.id)))
