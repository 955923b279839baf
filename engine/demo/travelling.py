"""Cases that really travelled: reported, dispatched, handled, checked through the diagrams, on a virtual clock."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import attachments, cases, directory
from engine.cases.models import Case
from engine.clock import ZONE
from engine.demo.city import SEED, demo_material
from engine.demo.people import PHOTO, Plan, Townspeople
from engine.demo.photos import demo_photo
from engine.directory.models import Account, Division, Grid, Post
from engine.directory.places import short_name
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.worklist.models import Task

DAYS = 24
ASKED = ("ask_extension", "ask_hold")
FRESH_SHARE = 0.22  # of all reports, those of the last day and a half: work that waits for everybody


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report that will come in."""

    at: datetime
    account_id: int
    report: cases.Report


def travel(session: Session, until: datetime, count: int) -> Iterator[str]:
    """Let `count` cases come in over the last weeks and travel until `until`; yields after each step.

    The caller commits at every yield; what is yielded says what happened, for a progress line.
    """
    chance, material = random.Random(SEED + count), demo_material()
    people = Townspeople(session, chance, material)
    agenda = _Agenda()
    for arrival in _arrivals(session, chance, material, until, count):
        agenda.add(arrival.at, arrival)
    seen = 0
    while (entry := agenda.next(until)) is not None:
        at, what = entry
        yield from _clock(session, at)
        yield _do(session, what, at)
        seen = _plan_new(session, people, agenda, seen, at)
    yield from _clock(session, until)


class _Agenda:
    """What will happen, in the order of time."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Any]] = []
        self._order = itertools.count()

    def add(self, at: datetime, what: Any) -> None:
        heapq.heappush(self._heap, (at, next(self._order), what))

    def next(self, until: datetime) -> tuple[datetime, Any] | None:
        """The next thing not later than `until`."""
        if not self._heap or self._heap[0][0] > until:
            return None
        at, _, what = heapq.heappop(self._heap)
        return at, what


def _clock(session: Session, at: datetime) -> Iterator[str]:
    while cases.advance_one(session, at) is not None:
        yield "clock"


def _do(session: Session, what: Arrival | Plan, at: datetime) -> str:
    actor = directory.get_actor(session, what.account_id, at)
    if isinstance(what, Arrival):
        cases.report_case(session, actor, _with_photo(session, what.report, actor, at), at)
        return "report"
    values = {name: [_photo(session, "办理后", actor, at)] if value == [PHOTO] else value
              for name, value in what.values.items()}
    try:
        case = session.get_one(Case, session.get_one(Task, what.task_id).case_id)
        if what.outcome == "no_answer":
            cases.act_on(session, actor, case.number, "contact", {**values, "result": what.outcome}, at)
        elif what.outcome in ASKED:
            cases.act_on(session, actor, case.number, what.outcome, values, at)
        else:
            cases.complete_task(session, actor, what.task_id, what.outcome, values, None, at)
    except (Conflict, NotFound, NotAllowed, Invalid) as problem:
        session.rollback()
        return f"passed over: {problem.code}"
    return what.outcome


def _with_photo(session: Session, report: cases.Report, actor: directory.Actor, at: datetime) -> cases.Report:
    return replace(report, photos=(_photo(session, "上报", actor, at),))


def _photo(session: Session, words: str, actor: directory.Actor, at: datetime) -> str:
    kind = at.minute % 6
    return attachments.add_photo(session, demo_photo(words, kind), kind="report", by=actor.person_id, at=at).key


def _plan_new(session: Session, people: Townspeople, agenda: _Agenda, seen: int, at: datetime) -> int:
    """Somebody takes note of every task that is new; the highest task id seen."""
    fresh = session.scalars(select(Task).where(Task.id > seen, Task.closed_at.is_(None)).order_by(Task.id)).all()
    for task in fresh:
        for plan in filter(None, (people.plan(task, at), people.ask(task, at))):
            agenda.add(plan.at, plan)
    return max((task.id for task in fresh), default=seen)


def _arrivals(session: Session, chance: random.Random, material: dict[str, Any], until: datetime,
              count: int) -> list[Arrival]:
    grids = session.execute(
        select(Grid, Account.id).join(Post, Post.grid_id == Grid.id)
        .join(Account, Account.person_id == Post.person_id).order_by(Grid.code)).all()
    towns, fresh = _busy_towns(session, chance), count * (1 - FRESH_SHARE)
    arrivals = []
    for number in range(count):
        town = towns[0] if number > fresh and number % 5 < 2 else towns[number % len(towns)]
        grid, account_id = chance.choice([row for row in grids if row.Grid.path.startswith(town)])
        arrivals.append(Arrival(_moment(chance, until, number > fresh), account_id,
                                _report(chance, material, session, grid)))
    return sorted(arrivals, key=lambda one: one.at)


def _busy_towns(session: Session, chance: random.Random) -> list[str]:
    """The paths of the townships where the demo happens; two thirds of it in three of them, one in Daishan."""
    towns = {row.code: row.path for row in session.scalars(select(Division).where(Division.level == "township"))}
    busy = [towns[code] for code in ("330921100", "330921100", "330902002", "330903001") if code in towns]
    return [*busy, *busy, *chance.sample(sorted(towns.values()), 6)]


def _moment(chance: random.Random, until: datetime, is_fresh: bool) -> datetime:
    """When a report comes in: mostly in the daytime; a fresh one in the last day and a half."""
    if is_fresh:
        return until - timedelta(hours=36 * chance.random() ** 1.5)
    day = (until.astimezone(ZONE) - timedelta(days=1.5 + chance.random() * DAYS)).date()
    hour = chance.choices(range(7, 21), (2, 6, 9, 10, 8, 4, 4, 7, 8, 7, 5, 3, 2, 1))[0]
    return datetime(day.year, day.month, day.day, hour, chance.randrange(60), tzinfo=ZONE)


def _report(chance: random.Random, material: dict[str, Any], session: Session, grid: Grid) -> cases.Report:
    told = chance.choice([one for one in material["texts"] if bool(one.get("boats")) == (grid.kind == "boats")])
    town = grid.path.split(".")[2]
    place = chance.choice(material["places"].get(town) or ["村委会门前"])
    names = {division.level: short_name(division.name) for division in session.scalars(
        select(Division).where(Division.code.in_(grid.path.split("."))))}
    is_resident = told["who"] == "resident"
    contact = {"name": chance.choice(material["people"]["family"]) + chance.choice(material["people"]["given"]),
               "phone": f"{material['people']['phone_prefix']}{chance.randrange(10000):04d}"} if is_resident else None
    settled = chance.choice(material["settled"]) if not is_resident and chance.random() < 0.12 else None
    return cases.Report(
        description=told["text"].format(place=place, **names), place=place, grid=grid.code,
        matter=told["matter"] if chance.random() < 0.35 else None, urgency=told.get("urgency") or "normal",
        origin="resident" if is_resident else "grid_worker", channel="phone" if is_resident else "app",
        contact=contact, settled=settled, first_handling=told.get("first"))

