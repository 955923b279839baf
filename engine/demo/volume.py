"""Synthetic volume: copies of the cases that really travelled, written by COPY; the same each time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.cases.models import Case, Numbering
from engine.demo.bare import bare
from engine.demo.city import SEED
from engine.demo.moulds import TABLES, Mould, number_prefix, read_moulds
from engine.errors import Conflict
from engine.processes.models import Incident
from engine.supervision import tallies

OPEN_SHARE = 1 / 18  # a prefecture's year: 1.8 M cases, of which 100,000 are open
WEEKS = 44  # how far back closed cases reach
SLOW_SHARE, SLOW_WEEKS = 0.15, 4.0  # of the open ones that may be older, so many are, by so many weeks in the mean
JITTER = 20.0  # minutes by which copies of one case differ
BATCH = 1_000
MOST_MOULDS = 400
MUCH = 20_000  # cases: from here on indexes are made afterwards, at once


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy to make: of which case, how much earlier, and how much earlier what it waits for."""

    mould: Mould
    moved: timedelta
    waits: timedelta


class NothingTravelled(Conflict):
    """这里没有走过流程的事件可以照着复制：既要有办结的，也要有在办的。"""

    code = "nothing_travelled"


def add_volume(session: Session, count: int, at: datetime, open_share: float = OPEN_SHARE) -> Iterator[int]:
    """Add `count` cases in batches; yields how many there are so far, and the caller commits at the end, once.

    Closed ones lie in the weeks behind, at the hours and in the shares in which the travelled ones came in. Open
    ones stand where a travelled one stands, and nothing of theirs is due at `at` that was not before. Raises
    NothingTravelled.
    """
    moulds = travelled(session)
    chance = random.Random(SEED + count)
    copies, done = choose(moulds, chance, count, at, open_share), 0
    with bare(session, TABLES) if count >= MUCH and count >= sizes(session)["cases"] else nullcontext():
        while batch := list(islice(copies, BATCH)):
            write(session, batch)
            done += len(batch)
            yield done
    tallies.recount(session)


def travelled(session: Session) -> list[Mould]:
    """The cases that may be copied: without an incident, and no duplicates of another."""
    troubled = sa.select(Incident.case_id).where(Incident.resolved_at.is_(None))
    ids = session.scalars(sa.select(Case.id).where(Case.duplicate_of.is_(None), Case.id.not_in(troubled))
                          .order_by(Case.id).limit(MOST_MOULDS)).all()
    return read_moulds(session, ids)


def choose(moulds: Sequence[Mould], chance: random.Random, count: int, at: datetime,
           open_share: float) -> Iterator[Copy]:
    """Which copies to make, one after the other; raises NothingTravelled."""
    closed = [one for one in moulds if one.closed_at is not None]
    waiting = [one for one in moulds if one.closed_at is None and not (one.waiting and one.waiting[0][0] <= at)]
    if not closed or not waiting:
        raise NothingTravelled()
    opened = round(count * open_share)
    still = sorted((_open_copy(chance.choice(waiting), chance, at) for _ in range(opened)), key=_weeks_back)
    for week in reversed(range(WEEKS)):  # as they came in: what is open lies with what is young
        yield from _of_week(chance, closed, week, (count - opened) * (week + 1) // WEEKS
                            - (count - opened) * week // WEEKS)
        while still and (_weeks_back(still[-1]) >= week or not week):
            yield still.pop()


def _of_week(chance: random.Random, closed: Sequence[Mould], week: int, count: int) -> Iterator[Copy]:
    for _ in range(count):
        moved = timedelta(weeks=week, minutes=int(chance.uniform(0, JITTER)))
        yield Copy(chance.choice(closed), -moved, -moved)


def _weeks_back(copy: Copy) -> int:
    return round(-copy.moved / timedelta(weeks=1))


def _open_copy(mould: Mould, chance: random.Random, at: datetime) -> Copy:
    left = min([(instant - at) / timedelta(minutes=1) for instant, _ in mould.waiting] or [JITTER])
    waits = timedelta(minutes=int(chance.uniform(0, max(0.0, min(JITTER, left - 1)))))
    weeks = round(chance.expovariate(1 / SLOW_WEEKS)) if mould.is_still and chance.random() < SLOW_SHARE else 0
    return Copy(mould, -waits - timedelta(weeks=weeks), -waits)


def write(session: Session, copies: Sequence[Copy]) -> list[int]:
    """Write these copies by COPY, a table at a time; the row ids of their cases."""
    first = _reserve(session, copies)
    numbers = _number(session, copies)
    texts = {table.name: StringIO() for table in TABLES}
    made = []
    for copy, number in zip(copies, numbers, strict=True):
        made.append(first["case"])
        for name, lines in copy.mould.fill(number, first, copy.moved, copy.waits).items():
            texts[name].write(lines)
        for name, ids in copy.mould.ids.items():
            first[name] += len(ids)
    cursor: Any = session.connection().connection.cursor()
    for table in TABLES:
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as into:
            into.write(texts[table.name].getvalue())
    return made


def _reserve(session: Session, copies: Sequence[Copy]) -> dict[str, int]:
    """The first row id of each table that the copies may take; the sequences go on behind them."""
    needed: Counter[str] = Counter()
    for copy in copies:
        needed.update(copy.mould.counts)
    taken = sa.text("SELECT setval(name, nextval(name) + :count) - :count"
                    " FROM (SELECT pg_get_serial_sequence(:table, 'id')::regclass AS name) AS sequence")
    return {name: session.execute(taken, {"table": f'"{name}"', "count": count}).scalar_one()
            for name, count in needed.items()}


def _number(session: Session, copies: Sequence[Copy]) -> list[str]:
    """The next numbers of the counties and months in which the copies came in."""
    prefixes = [number_prefix(copy.mould, copy.moved) for copy in copies]
    last = {prefix: _raise(session, prefix, count) - count for prefix, count in sorted(Counter(prefixes).items())}
    numbers = []
    for prefix in prefixes:
        last[prefix] += 1
        numbers.append(f"{prefix}-{last[prefix]:06d}")
    return numbers


def _raise(session: Session, prefix: str, count: int) -> int:
    row = insert(Numbering).values(prefix=prefix, last=count)
    raised = row.on_conflict_do_update(index_elements=[Numbering.prefix],
                                       set_={"last": Numbering.last + row.excluded.last}).returning(Numbering.last)
    return session.execute(raised).scalar_one()


def settle(connection: sa.Connection) -> None:
    """Let the planner know what is there now; for a connection that commits by itself."""
    connection.exec_driver_sql("VACUUM ANALYZE")


def sizes(session: Session) -> Mapping[str, int]:
    """How many cases there are, and how many of them are open."""
    row = session.execute(sa.select(sa.func.count(), sa.func.count().filter(Case.closed_at.is_(None)))
                          .select_from(Case)).one()
    return {"cases": row[0], "open": row[1]}
