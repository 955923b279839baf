"""Many cases whose timers are due at few instants, and what the workers made of them."""

from __future__ import annotations

from bisect import bisect_right, insort
from datetime import datetime, timedelta
from itertools import repeat

import sqlalchemy as sa

from engine import clock
from engine.audit.models import Entry
from engine.cases.models import Case
from engine.demo import volume
from engine.demo.moulds import read_moulds
from engine.processes.models import Timer
from tests.storms.house import House
from tests.town import BASE, DAISHAN, Office

LATE = "verify_late"
BY_HAND = 20  # cases of an instant that are reported one by one; more of them are copies of one


def fill(house: House, count: int, moments: int = 1) -> list[datetime]:
    """Residents report `count` cases, at so many instants an hour apart; when their timers are due, in order."""
    for number in range(moments):
        reported = _report(house, min(count // moments, BY_HAND))
        if (left := count // moments - len(reported)) > 0:
            with house.session() as session, session.begin():
                mould = read_moulds(session, reported[-1:])[0]
                volume.write(session, list(repeat(volume.Copy(mould, timedelta(0), timedelta(0)), left)))
        if number < moments - 1:
            house.advance(timedelta(hours=1))
    with house.session() as session:
        return sorted(session.scalars(sa.select(Timer.due_at)))


def _report(house: House, count: int) -> list[int]:
    with house.session() as session, session.begin():
        office = Office(session, clock.now().replace(microsecond=0))
        made = []
        for place in range(count):
            photo = office.photo(office.worker()) if not place else ""
            office.report(office.worker(), grid=(BASE, DAISHAN)[place % 2], origin="resident", channel="phone",
                          photos=(photo,) if photo else ())
            made.append(office.case.id)
        return made


def staff(house: House, count: int) -> None:
    """Start so many workers."""
    house.names = [f"worker {number}" for number in range(count)]
    house.open()


def firings(house: House, *elements: str) -> list[tuple[int, str, datetime]]:
    """(case, element, due) of every timer that was fired, in the order in which it was."""
    with house.session() as session:
        rows = session.execute(sa.select(Entry.case_id, Entry.facts).where(Entry.verb == "timer")
                               .order_by(sa.literal_column("xmin::text::bigint"), Entry.case_id, Entry.seq))
        return [(case_id, element, datetime.fromisoformat(facts["due"]))
                for case_id, facts in rows for element in facts["timers"] if not elements or element in elements]


def overtaken(moments: list[datetime], by: int) -> int:
    """How many came after more than so many later ones."""
    before: list[datetime] = []
    found = 0
    for moment in moments:
        found += len(before) - bisect_right(before, moment) > by
        insort(before, moment)
    return found


def all_cases(house: House) -> list[int]:
    """Every case of the house."""
    with house.session() as session:
        return list(session.scalars(sa.select(Case.id).order_by(Case.id)))
