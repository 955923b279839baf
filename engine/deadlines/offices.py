"""Offices whose hours are rows: each state of them has a key that names its content, and is read once a process.

A body and a deadline carry the key of a state. A change makes another state with another key: bodies move on to it,
deadlines keep theirs until somebody recounts them. What a key stands for never changes, so it may be remembered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import ZONE
from engine.deadlines.calendars import OfficeUnknown, load_calendars
from engine.deadlines.models import KeptOffice, OfficeChange
from engine.deadlines.weeks import Office, OwnDay, Week, read_spans, spans_text, week_as_json, week_from_json

_KEY = re.compile(r"o(\d{1,9})@(\d{1,6})\.([0-9a-f]{12})")
_MOST = 4096
_states: dict[str, Office] = {}  # a key says what it stands for, so whoever wrote it, in whatever database


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an office's hours: `week` from `since` on (None: since ever), or `own` from `since` to `until`."""

    kind: Literal["week", "days"]
    since: date | None
    until: date | None = None
    week: Week | None = None
    own: OwnDay | None = None

    def as_json(self) -> dict[str, Any]:
        """What is kept of it beside its days."""
        if self.week is not None:
            return week_as_json(self.week)
        assert self.own is not None, "a change has a week or days of its own"
        return {"spans": spans_text(self.own.spans), "reason": self.own.reason}

    @classmethod
    def of(cls, kind: str, since: date | None, until: date | None, hours: Mapping[str, Any]) -> Change:
        """The change that was kept so."""
        if kind == "week":
            return cls("week", since, week=week_from_json(hours))
        return cls("days", since, until, own=OwnDay(read_spans(hours["spans"]), hours["reason"]))


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


def office_with(key: str, name: str, changes: Iterable[Change]) -> Office:
    """The office that these changes lead to, the later one before the earlier where they speak of the same days."""
    weeks: dict[date, Week] = {}
    days: dict[date, OwnDay] = {}
    for change in changes:
        since = change.since or date.min
        if change.week is not None:
            weeks |= {since: change.week}
        elif change.own is not None and change.until is not None:
            days |= {since + timedelta(more): change.own for more in range((change.until - since).days + 1)}
    return Office(key, name, ZONE, tuple(sorted(weeks.items(), key=lambda one: one[0])), days)


def add_office(session: Session, name: str, path: str, changes: Sequence[Change], by: str, at: datetime) -> KeptOffice:
    """A new office with its first hours; the first change is a week since ever."""
    made = KeptOffice(name=name, path=path, current="")
    session.add(made)
    session.flush()
    for change in changes:
        change_office(session, made, change, by, at)
    return made


def change_office(session: Session, office: KeptOffice, change: Change, by: str, at: datetime) -> str:
    """Add a change to an office's hours; the key of the state that it leads to. The caller holds the office's row."""
    last = session.execute(sa.select(OfficeChange.number, OfficeChange.digest).where(
        OfficeChange.office_id == office.id).order_by(OfficeChange.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.digest) if last else (1, office.name)
    digest = _digest(before, change)
    session.add(OfficeChange(office_id=office.id, number=number, kind=change.kind, since=change.since,
                             until=change.until, hours=change.as_json(), at=at, by=by, digest=digest))
    office.current = f"o{office.id}@{number}.{digest}"
    session.flush()
    return office.current


def list_offices(session: Session) -> Sequence[KeptOffice]:
    """Every office of rows, by name."""
    return session.scalars(sa.select(KeptOffice).order_by(KeptOffice.name)).all()


def get_office(session: Session, office_id: int, to_change: bool = False) -> KeptOffice:
    """The office with this number, its row locked where it is to change; raises OfficeUnknown."""
    found = session.get(KeptOffice, office_id, with_for_update=to_change or None, populate_existing=to_change)
    if found is None:
        raise OfficeUnknown
    return found


def list_changes(session: Session, office_id: int) -> Sequence[OfficeChange]:
    """What was changed in an office's hours, the oldest first."""
    return session.scalars(sa.select(OfficeChange).where(OfficeChange.office_id == office_id).order_by(
        OfficeChange.number)).all()


def office_names(session: Session, path: str | None = None, to_use: bool = False) -> dict[str, str]:
    """Name of every office's hours → its key, those of offices.yaml first; `to_use`: none changes until the commit.

    `path`: only those that a body of this division may keep, its own and those from above.
    """
    rows = sa.select(KeptOffice).order_by(KeptOffice.name)
    if path is not None:
        parts = path.split(".")
        rows = rows.where(KeptOffice.path.in_([".".join(parts[:length + 1]) for length in range(len(parts))]))
    kept = session.scalars(rows.with_for_update(read=True).execution_options(populate_existing=True)
                           if to_use else rows)
    return {one.name: one.id for one in load_calendars().offices.values()} | {one.name: one.current for one in kept}


def _read(session: Session, key: str) -> Office:
    asked = _KEY.fullmatch(key)
    if asked is None:
        raise OfficeUnknown(f"没有「{key}」这个办公时间。", office=key)
    office_id, number, digest = int(asked.group(1)), int(asked.group(2)), asked.group(3)
    rows = session.execute(
        sa.select(KeptOffice.name, OfficeChange.kind, OfficeChange.since, OfficeChange.until, OfficeChange.hours)
        .join(KeptOffice, KeptOffice.id == OfficeChange.office_id)
        .where(OfficeChange.office_id == office_id, OfficeChange.number <= number)
        .order_by(OfficeChange.number)).all()
    changes = [Change.of(row.kind, row.since, row.until, row.hours) for row in rows]
    said = rows[0].name if rows else ""
    name = said
    for change in changes:
        said = _digest(said, change)
    if len(changes) != number or said != digest:
        raise OfficeUnknown(f"没有「{key}」这个办公时间。", office=key)
    return office_with(key, name, changes)


def _digest(before: str, change: Change) -> str:
    content = [before, change.kind, change.since, change.until, change.as_json()]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
