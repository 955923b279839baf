"""Office hours as administrators keep them: typed, in force from a day on, on the record; bodies follow by themselves.

What is past is never changed: a week begins today or later. Deadlines that run keep the hours by which they were
counted until an administrator asks for them to be counted anew (`begin_recount`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit, deadlines, errands
from engine.cases import recounting
from engine.clock import ZONE
from engine.deadlines import Change, HoursInvalid, Office
from engine.deadlines.models import KeptOffice
from engine.directory import Actor, is_within
from engine.directory.models import Division, Organisation
from engine.errands import Errand
from engine.errors import NotAllowed
from engine.registers.hours import RECOUNT, keeps, known, may_change
from engine.registers.keeping import require, top_of
from engine.registers.sheets import SYSTEM

_LONGEST_NAME = 30
_AT_ONCE = 10


class HoursNotYours(NotAllowed):
    """这套办公时间由上级设定，您不能改。"""

    code = "hours_not_yours"


def add_hours(session: Session, actor: Actor, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """A new office from a form: `name`, the week (`deadlines.read_week`), `since` (none: today), `start` the hours of a
    file that hold until then, `take_over` for the bodies of one's division that keep those now.

    Raises HoursInvalid with the fields that are wrong. The caller commits.
    """
    require(actor, (SYSTEM,))
    start = deadlines.load_calendars().office(typed.get("start") or deadlines.DEFAULT)
    changes, problems = read_new(typed, start, at)
    name = read_name(session, typed, problems)
    if problems:
        raise HoursInvalid(fields=problems)
    made = deadlines.add_office(session, name, top_of(actor), changes, actor.label, at)
    moved = _take_over(session, actor, start.id, made.current) if typed.get("take_over") else 0
    facts = {"since": str(changes[-1].since or ""), "hours": changes[-1].as_json(), "bodies": moved}
    audit.note(session, actor.label, [audit.Deed("added", "hours", name, facts)], at)
    return made


def read_name(session: Session, typed: Mapping[str, str], problems: dict[str, list[str]]) -> str:
    """The `name` typed, and under `name` what is wrong with it."""
    name = typed.get("name", "").strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        problems["name"] = [f"最多 {_LONGEST_NAME} 个字" if name else "不能为空"]
    elif name in deadlines.office_names(session, to_use=True):
        problems["name"] = ["已有叫这个名字的办公时间"]
    return name


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
    row = to_change(session, actor, number)
    read = deadlines.read_week(typed)
    since = deadlines.read_day(typed.get("since", ""), "since", read.problems, at.astimezone(ZONE).date())
    if since is None:
        read.problems.setdefault("since", ["不能为空"])
    _refuse_after_end(row, since, "since", read.problems)
    if read.week is None or read.problems:
        raise HoursInvalid(fields=read.problems)
    return _change(session, actor, row, Change("week", since, week=read.week), at)


def change_days(session: Session, actor: Actor, number: int, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """Days on which one office closes or works otherwise; bodies follow. Raises HoursInvalid, HoursNotYours."""
    row = to_change(session, actor, number)
    since, until, own = deadlines.read_own_days(typed, at.astimezone(ZONE).date())
    problems: dict[str, list[str]] = {}
    _refuse_after_end(row, until, "until", problems)
    if problems:
        raise HoursInvalid(fields=problems)
    return _change(session, actor, row, Change("days", since, until, own=own), at)


def _change(session: Session, actor: Actor, row: KeptOffice, change: Change, at: datetime) -> KeptOffice:
    deadlines.change_office(session, row, change, actor.label, at)
    facts = {"since": str(change.since), "until": str(change.until or ""), "hours": change.as_json(),
             "bodies": let_follow(session, row, actor.label, at)}
    audit.note(session, actor.label, [audit.Deed("changed", "hours", row.name, facts)], at)
    return row


def let_follow(session: Session, row: KeptOffice, by: str, at: datetime) -> int:
    """Bodies keep an office's newest state, and an end that leads to these hours leads to that; how many bodies.

    So does one that is over: others to come may lead there by way of it, and deadlines may still run by it.
    """
    moved = move_bodies(session, keeps(row.id), row.current)
    for other in deadlines.list_offices(session):
        if other.followed_by == deadlines.kept_as(row.current):
            assert other.ends_on is not None, "hours that are followed have a last day"
            deadlines.end_office(session, other, other.ends_on, row.current, by, at)
            let_follow(session, other, by, at)
    return moved


def move_bodies(session: Session, here: sa.ColumnElement[bool], key: str) -> int:
    """These bodies keep the hours of this key from now on; how many."""
    asked = sa.update(Organisation).where(here).values(office=key)
    return len(session.execute(asked.returning(Organisation.id)).all())


def is_over(row: KeptOffice, at: datetime) -> bool:
    """Whether the last day of an office's hours has passed."""
    return row.ends_on is not None and row.ends_on < at.astimezone(ZONE).date()


def _refuse_after_end(row: KeptOffice, day: date | None, field: str, problems: dict[str, list[str]]) -> None:
    if row.ends_on is not None and day is not None and day > row.ends_on:
        problems[field] = [f"这套办公时间用到 {row.ends_on} 为止，之后的不能改"]


def _take_over(session: Session, actor: Actor, before: str, key: str) -> int:
    """The bodies of one's division that keep the hours of a file keep these from now on; how many."""
    within = sa.select(Division.code).where(is_within(Division.path, top_of(actor)))
    return move_bodies(session, sa.and_(Organisation.office == before, Organisation.division_code.in_(within)), key)


def to_change(session: Session, actor: Actor, number: int) -> KeptOffice:
    """The office's row, locked with all others; raises HoursNotYours, OfficeUnknown."""
    require(actor, (SYSTEM,))
    row = known(actor, deadlines.get_office(session, number, to_change=True))
    if not may_change(actor, row):
        raise HoursNotYours
    return row


# counting anew ------------------------------------------------------------------------------------------------------
def begin_recount(session: Session, actor: Actor, number: int, at: datetime) -> Errand:
    """Let a worker count open deadlines anew that were counted by earlier hours of an office, each with its entry."""
    row = to_change(session, actor, number)
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
