"""Offices whose hours are rows: each state of them has a key that names its content, and is read once a process.

A body and a deadline carry the key of a state. A change makes another state with another key: bodies move on to it,
deadlines keep theirs until somebody recounts them. What a key stands for never changes, so it may be remembered;
the name does, and is asked of the row (`names_of`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.deadlines.calendars import OfficeUnknown, load_calendars
from engine.deadlines.changes import Change, office_with
from engine.deadlines.counting import Due, Stop, due_at
from engine.deadlines.limits import Limit, check_count
from engine.deadlines.models import KeptOffice, OfficeChange
from engine.deadlines.weeks import Office
from engine.errors import Conflict

_KEY = re.compile(r"o(\d{1,9})@(\d{1,6})\.([0-9a-f]{12})")
_MOST = 4096
_states: dict[str, Office] = {}  # a key says what it stands for, so whoever wrote it, in whatever database


class OfficeEnding(Conflict):
    """这套办公时间已定了停用日期，不能再选用。"""

    code = "office_ending"


# asking -------------------------------------------------------------------------------------------------------------
def due_by(session: Session, key: str, opened_at: datetime, limit: Limit, count: str | None = None,
           stops: Sequence[Stop] = ()) -> Due:
    """The due time by the hours that a body or a deadline keeps, typed or of a file; everything that falls due by
    somebody's hours is asked here. Raises OfficeUnknown, LimitInvalid, MomentInvalid."""
    return due_at(opened_at, limit, check_count(limit, count), load_calendars(), office_of(session, key), stops)


def key_of(session: Session, name: str) -> str:
    """The key of the hours that are called so now, of a file or typed; raises OfficeUnknown."""
    found = office_names(session).get(name)
    if found is None:
        raise OfficeUnknown(f"没有「{name}」这个办公时间。", office=name)
    return found


def office_of(session: Session, key: str) -> Office:
    """The hours that a key names: of offices.yaml, or one state of an office of rows. Raises OfficeUnknown."""
    found = _states.get(key) or load_calendars().offices.get(key)
    if found is None:
        found = _read(session, key)
        if len(_states) >= _MOST:
            _states.clear()
        _states[key] = found
    return found


def id_of(key: str) -> int | None:
    """The office whose state a key names; None for one of offices.yaml."""
    found = _KEY.fullmatch(key)
    return int(found.group(1)) if found else None


def names_of(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """What the hours that these keys name are called now."""
    asked, files = set(keys), load_calendars().offices
    found = {key: files[key].name for key in asked if key in files}
    numbers = {key: number for key in asked if (number := id_of(key)) is not None}
    if not numbers:
        return found
    rows = sa.select(KeptOffice.id, KeptOffice.name).where(KeptOffice.id.in_(set(numbers.values())))
    names = {number: name for number, name in session.execute(rows)}
    return found | {key: names[number] for key, number in numbers.items() if number in names}


def office_now(session: Session, key: str) -> Office:
    """The hours that a key names, under the name that they have now; raises OfficeUnknown."""
    found = office_of(session, key)
    return replace(found, name=names_of(session, [key])[key])


# changing -----------------------------------------------------------------------------------------------------------
def add_office(session: Session, name: str, path: str, changes: Sequence[Change], by: str, at: datetime) -> KeptOffice:
    """A new office with its first hours; the first change is a week since ever."""
    made = KeptOffice(name=name, first_name=name, path=path, current="")
    session.add(made)
    session.flush()
    for change in changes:
        change_office(session, made, change, by, at)
    return made


def change_office(session: Session, office: KeptOffice, change: Change, by: str, at: datetime) -> str:
    """Add a change to an office's hours; the key of the state that it leads to. The caller holds the office's row."""
    last = session.execute(sa.select(OfficeChange.number, OfficeChange.digest).where(
        OfficeChange.office_id == office.id).order_by(OfficeChange.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.digest) if last else (1, office.first_name)
    digest = _digest(before, change)
    session.add(OfficeChange(office_id=office.id, number=number, kind=change.kind, since=change.since,
                             until=change.until, hours=change.as_json(), at=at, by=by, digest=digest))
    office.current = f"o{office.id}@{number}.{digest}"
    session.flush()
    return office.current


def end_office(session: Session, office: KeptOffice, last_day: date, then: str | None, by: str, at: datetime) -> str:
    """Let an office's hours end with a day; `then` is the key of those that its bodies keep from the next day on.

    Whatever is counted across that day is counted by both. The caller holds the rows of both.
    """
    after = office_now(session, then) if then is not None else None
    office.ends_on, office.followed_by = last_day, None if then is None else kept_as(then)
    return change_office(session, office, Change("end", last_day + timedelta(1), then=after), by, at)


def keep_office(session: Session, office: KeptOffice, by: str, at: datetime) -> str:
    """Take an end back; the caller holds the office's row, and has looked that its last day is not over."""
    office.ends_on = office.followed_by = None
    return change_office(session, office, Change("stay", None), by, at)


# looking ------------------------------------------------------------------------------------------------------------
def list_offices(session: Session, to_change: bool = False) -> Sequence[KeptOffice]:
    """Every office of rows, by name; `to_change`: all of them locked, for one change may reach others."""
    asked = sa.select(KeptOffice).order_by(KeptOffice.name)
    if to_change:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return session.scalars(asked).all()


def get_office(session: Session, office_id: int, to_change: bool = False) -> KeptOffice:
    """The office with this number, all offices locked where it is to change; raises OfficeUnknown."""
    if to_change:
        list_offices(session, to_change=True)
    found = session.get(KeptOffice, office_id)
    if found is None:
        raise OfficeUnknown
    return found


def kept_as(key: str) -> str:
    """The hours whose state a key names, whatever their state: «o» and the number of a row, else the key itself."""
    return key.partition("@")[0]


def current_of(session: Session, kept: str) -> str:
    """The key of the newest state of hours that are kept as this (`kept_as`); raises OfficeUnknown."""
    if kept in load_calendars().offices:
        return kept
    if not kept.removeprefix("o").isdecimal():
        raise OfficeUnknown(f"没有「{kept}」这个办公时间。", office=kept)
    return get_office(session, int(kept.removeprefix("o"))).current


def list_changes(session: Session, office_id: int) -> Sequence[OfficeChange]:
    """What was changed in an office's hours, the oldest first."""
    return session.scalars(sa.select(OfficeChange).where(OfficeChange.office_id == office_id).order_by(
        OfficeChange.number)).all()


def office_names(session: Session, path: str | None = None, to_use: bool = False,
                 to_choose: bool = False) -> dict[str, str]:
    """Name of every office's hours → its key, those of offices.yaml first; `to_use`: none changes until the commit.

    `path`: only those that a body of this division may keep, its own and those from above. `to_choose`: without
    those that end, which only who keeps them already may keep.
    """
    rows = sa.select(KeptOffice).order_by(KeptOffice.name)
    if path is not None:
        parts = path.split(".")
        rows = rows.where(KeptOffice.path.in_([".".join(parts[:length + 1]) for length in range(len(parts))]))
    if to_choose:
        rows = rows.where(KeptOffice.ends_on.is_(None))
    kept = session.scalars(rows.with_for_update(read=True).execution_options(populate_existing=True)
                           if to_use else rows)
    return {one.name: one.id for one in load_calendars().offices.values()} | {one.name: one.current for one in kept}


def _read(session: Session, key: str) -> Office:
    asked = _KEY.fullmatch(key)
    if asked is None:
        raise OfficeUnknown(f"没有「{key}」这个办公时间。", office=key)
    office_id, number, digest = int(asked.group(1)), int(asked.group(2)), asked.group(3)
    rows = session.execute(
        sa.select(KeptOffice.first_name, OfficeChange.kind, OfficeChange.since, OfficeChange.until, OfficeChange.hours)
        .join(KeptOffice, KeptOffice.id == OfficeChange.office_id)
        .where(OfficeChange.office_id == office_id, OfficeChange.number <= number)
        .order_by(OfficeChange.number)).all()
    changes = [Change.of(row.kind, row.since, row.until, row.hours) for row in rows]
    said = name = rows[0].first_name if rows else ""
    for change in changes:
        said = _digest(said, change)
    if len(changes) != number or said != digest:
        raise OfficeUnknown(f"没有「{key}」这个办公时间。", office=key)
    return office_with(key, name, changes)


def _digest(before: str, change: Change) -> str:
    content = [before, change.kind, change.since, change.until, change.as_json()]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
