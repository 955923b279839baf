"""Office hours as administrators keep them: typed, in force from a day on, on the record; bodies follow by themselves.

What is past is never changed: a week begins today or later. Deadlines that run keep the hours by which they were
counted until an administrator asks for them to be counted anew (`begin_recount`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit, deadlines, errands
from engine.cases import recounting
from engine.clock import ZONE
from engine.deadlines import Change, HoursInvalid, Office, Week
from engine.deadlines.models import KeptOffice, OfficeChange
from engine.directory import Actor, is_within
from engine.directory.models import Division, Organisation
from engine.errands import Errand
from engine.errors import NotAllowed
from engine.registers.keeping import require, top_of
from engine.registers.sheets import SYSTEM

RECOUNT = "recount hours"
TRIAL_LIMIT = "4 work_hour"
_LONGEST_NAME = 30
_AT_ONCE = 10


class HoursNotYours(NotAllowed):
    """这套办公时间由上级设定，您不能改。"""

    code = "hours_not_yours"


@dataclass(frozen=True, slots=True)
class HoursView:
    """An office's hours in a list: its key, whether a page typed them, and how many bodies keep them."""

    office: Office
    number: int | None
    bodies: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class HoursPage:
    """Everything about one office of rows."""

    office: Office
    number: int
    changes: tuple[OfficeChange, ...]
    bodies: tuple[str, ...]
    more_bodies: int
    outdated: int
    may_change: bool
    recount: Errand | None


@dataclass(frozen=True, slots=True)
class Trial:
    """Typed hours before they are kept: the office as it would be, and when work accepted now would be due."""

    office: Office
    due: deadlines.Due
    due_before: deadlines.Due | None


# looking ------------------------------------------------------------------------------------------------------------
def list_hours(session: Session, actor: Actor) -> list[HoursView]:
    """The hours of the files, then what was typed above or below; `bodies` are those below."""
    kept = sa.func.coalesce(sa.func.substring(Organisation.office, r"^o\d+"), Organisation.office)
    counted = {key: number for key, number in session.execute(
        sa.select(kept, sa.func.count()).where(_below(actor)).group_by(sa.text("1")))}
    found = [HoursView(office, None, counted.get(office.id, 0), False)
             for office in deadlines.load_calendars().offices.values()]
    for row in list_known(session, actor):
        office = deadlines.office_of(session, row.current)
        found.append(HoursView(office, row.id, counted.get(f"o{row.id}", 0), _may_change(actor, row)))
    return found


def get_hours(session: Session, actor: Actor, number: int, at: datetime) -> HoursPage:
    """One office of rows that lies above or below; raises OfficeUnknown."""
    row = _known(actor, deadlines.get_office(session, number))
    here = sa.and_(_keeps(number), _below(actor))
    asked = sa.select(Organisation.name).where(here).order_by(Organisation.division_code, Organisation.id)
    names = session.scalars(asked.limit(20)).all()
    total = session.scalar(sa.select(sa.func.count()).select_from(Organisation).where(here)) or 0
    return HoursPage(
        deadlines.office_of(session, row.current), row.id, tuple(deadlines.list_changes(session, number)),
        tuple(names), total - len(names), recounting.count_outdated(session, number, row.current, at),
        _may_change(actor, row), errands.find_like(session, RECOUNT, {"office": number}))


def list_known(session: Session, actor: Actor) -> list[KeptOffice]:
    """The offices of rows that lie above or below the actor's divisions."""
    return [row for row in deadlines.list_offices(session) if _concerns(actor, row)]


def try_week(session: Session, actor: Actor, number: int | None, week: Week, since: date | None, limit: str,
             at: datetime) -> Trial:
    """What a typed week would give, by the engine of every due time. Raises LimitInvalid, OfficeUnknown."""
    span = deadlines.Limit.parse(limit)
    calendar, changes, before = deadlines.load_calendars(), [], None
    if number is not None:
        row = _known(actor, deadlines.get_office(session, number))
        changes = [Change.of(one.kind, one.since, one.until, one.hours) for one in
                   deadlines.list_changes(session, number)]
        before = deadlines.due_at(at, span, None, calendar, deadlines.office_of(session, row.current))
    office = deadlines.office_with("typed", "", [*changes, Change("week", since if changes else None, week=week)])
    return Trial(office, deadlines.due_at(at, span, None, calendar, office), before)


# changing -----------------------------------------------------------------------------------------------------------
def add_hours(session: Session, actor: Actor, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """A new office from a form: `name`, the week (`deadlines.read_week`), `since` (none: today), `start` the hours of a
    file that hold until then, `take_over` for the bodies of one's division that keep those now.

    Raises HoursInvalid with the fields that are wrong. The caller commits.
    """
    require(actor, (SYSTEM,))
    start = deadlines.load_calendars().office(typed.get("start") or deadlines.DEFAULT)
    changes, problems = read_new(typed, start, at)
    name = typed.get("name", "").strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        problems["name"] = [f"最多 {_LONGEST_NAME} 个字" if name else "不能为空"]
    elif name in deadlines.office_names(session, to_use=True):
        problems["name"] = ["已有叫这个名字的办公时间"]
    if problems:
        raise HoursInvalid(fields=problems)
    made = deadlines.add_office(session, name, top_of(actor), changes, actor.label, at)
    moved = _take_over(session, actor, start.id, made.current) if typed.get("take_over") else 0
    facts = {"since": str(changes[-1].since or ""), "hours": changes[-1].as_json(), "bodies": moved}
    audit.note(session, actor.label, [audit.Deed("added", "hours", name, facts)], at)
    return made


def read_new(typed: Mapping[str, str], start: Office, at: datetime) -> tuple[list[Change], dict[str, list[str]]]:
    """The first changes of a new office as they were typed, and what is wrong with them, by field."""
    today = at.astimezone(ZONE).date()
    read = deadlines.read_week(typed)
    since = deadlines.read_day(typed.get("since", ""), "since", read.problems, today)
    if read.week is None or read.problems:
        return [], read.problems
    if since is None or since == today:
        return [Change("week", None, week=read.week)], {}
    return [Change("week", None, week=start.week_on(today)), Change("week", since, week=read.week)], {}


def change_week(session: Session, actor: Actor, number: int, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """A new week for an office from `since` on, today or later; bodies follow. Raises HoursInvalid, HoursNotYours."""
    row = _to_change(session, actor, number)
    read = deadlines.read_week(typed)
    since = deadlines.read_day(typed.get("since", ""), "since", read.problems, at.astimezone(ZONE).date())
    if since is None:
        read.problems.setdefault("since", ["不能为空"])
    if read.week is None or read.problems:
        raise HoursInvalid(fields=read.problems)
    return _change(session, actor, row, Change("week", since, week=read.week), at)


def change_days(session: Session, actor: Actor, number: int, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """Days on which one office closes or works otherwise; bodies follow. Raises HoursInvalid, HoursNotYours."""
    row = _to_change(session, actor, number)
    since, until, own = deadlines.read_own_days(typed, at.astimezone(ZONE).date())
    return _change(session, actor, row, Change("days", since, until, own=own), at)


def _change(session: Session, actor: Actor, row: KeptOffice, change: Change, at: datetime) -> KeptOffice:
    deadlines.change_office(session, row, change, actor.label, at)
    bodies = session.execute(sa.update(Organisation).where(_keeps(row.id)).values(office=row.current).returning(
        Organisation.id)).all()
    facts = {"since": str(change.since), "until": str(change.until or ""), "hours": change.as_json(),
             "bodies": len(bodies)}
    audit.note(session, actor.label, [audit.Deed("changed", "hours", row.name, facts)], at)
    return row


def _take_over(session: Session, actor: Actor, before: str, key: str) -> int:
    """The bodies of one's division that keep the hours of a file keep these from now on; how many."""
    within = sa.select(Division.code).where(is_within(Division.path, top_of(actor)))
    asked = sa.update(Organisation).where(Organisation.office == before, Organisation.division_code.in_(within))
    return len(session.execute(asked.values(office=key).returning(Organisation.id)).all())


def _to_change(session: Session, actor: Actor, number: int) -> KeptOffice:
    require(actor, (SYSTEM,))
    row = _known(actor, deadlines.get_office(session, number, to_change=True))
    if not _may_change(actor, row):
        raise HoursNotYours
    return row


def _may_change(actor: Actor, row: KeptOffice) -> bool:
    top = top_of(actor)
    return actor.has(SYSTEM) and f"{row.path}.".startswith(f"{top}.")


def _known(actor: Actor, row: KeptOffice) -> KeptOffice:
    if not _concerns(actor, row):
        raise deadlines.OfficeUnknown
    return row


def _concerns(actor: Actor, row: KeptOffice) -> bool:
    """Whether an office lies on the way down to, or below, a division in which the actor sits."""
    return any(f"{row.path}.".startswith(f"{post.path}.") or f"{post.path}.".startswith(f"{row.path}.")
               for post in actor.posts)


def _below(actor: Actor) -> sa.ColumnElement[bool]:
    within = (is_within(Division.path, post.path) for post in actor.posts)
    return Organisation.division_code.in_(sa.select(Division.code).where(sa.or_(sa.false(), *within)))


def _keeps(number: int) -> sa.ColumnElement[bool]:
    return Organisation.office.like(f"o{number}@%")


# counting anew ------------------------------------------------------------------------------------------------------
def begin_recount(session: Session, actor: Actor, number: int, at: datetime) -> Errand:
    """Let a worker count open deadlines anew that were counted by earlier hours of an office, each with its entry."""
    row = _to_change(session, actor, number)
    running = errands.find_like(session, RECOUNT, {"office": number})
    if running is not None and running.ended_at is None:
        return running
    total = recounting.count_outdated(session, number, row.current, at)
    audit.note(session, actor.label, [audit.Deed("asked", "recount", row.name, {"cases": total})], at)
    return errands.ask(session, actor, RECOUNT, {"office": number}, at, total)


def recount_step(work: errands.Work) -> bool:
    """A few cases in the order of their rows; `result` says which was the last and how many moved."""
    errand, session = work.errand, work.session
    number = errand.payload["office"]
    current = deadlines.get_office(session, number).current
    last, moved = errand.result.get("last", 0), errand.result.get("moved", 0)
    found = recounting.list_outdated(session, number, current, work.at, last, _AT_ONCE)
    for case_id in found:
        moved += recounting.recount_case(session, work.actor, case_id, number, current, work.at)
    errand.result = {"last": found[-1] if found else last, "moved": moved}
    errand.done += len(found)
    return len(found) < _AT_ONCE
