"""What a list shows: its filters, its order, and the place in it where a page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, and_, exists, or_

from engine.cases.models import Case
from engine.errors import Invalid
from engine.worklist.models import Deadline

Row = TypeVar("Row")
Order = Literal["due", "newest", "oldest"]
ORDERS: tuple[Order, ...] = ("due", "newest", "oldest")
LAMPS = ("green", "yellow", "red", "grey")
PAGE = 50


class CursorInvalid(Invalid):
    """这一页的地址不对，请从列表开头看起。"""

    code = "cursor_invalid"


@dataclass(frozen=True, slots=True)
class Filters:
    """Every filter is optional and all of them hold at once; values are those of the case's columns."""

    matter: str | None = None
    division: str | None = None
    urgency: str | None = None
    severity: str | None = None
    origin: str | None = None
    lamp: str | None = None
    stage: str | None = None
    holder: int | None = None
    handler: int | None = None
    grid: int | None = None
    text: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """The filters of an address; unknown names and empty values are left out, a number must be one."""
        known: dict[str, Any] = {}
        for field in fields(cls):
            value = given.get(field.name, "").strip()
            if value and field.name in ("holder", "handler", "grid"):
                if value.isascii() and value.isdigit() and len(value) < 10:
                    known[field.name] = int(value)
            elif value:
                known[field.name] = value[:120].replace("\x00", "")
        return cls(**known)

    @property
    def active(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        return {field.name: str(value) for field in fields(self)
                if (value := getattr(self, field.name)) is not None}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row after (or before) which a page begins, and how many rows lie in front of the page."""

    key: datetime | None
    id: int
    position: int = 0
    backwards: bool = False

    def text(self) -> str:
        """The cursor as it stands in an address."""
        key = self.key.isoformat() if self.key else ""
        plain = f"{'<' if self.backwards else '>'}|{self.position}|{self.id}|{key}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str | None) -> Cursor | None:
        """The cursor of an address, None for the first page; raises CursorInvalid."""
        if not text:
            return None
        try:
            plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
            way, position, row, key = plain.split("|")
            moment = datetime.fromisoformat(key) if key else None
            is_moment = moment is None or (moment.tzinfo is not None and 1900 < moment.year < 9999)
            if not is_moment or way not in "<>" or not -1 < int(row) < 2**62:
                raise CursorInvalid()
            return cls(moment, int(row), max(0, int(position)), way == "<")
        except (ValueError, binascii.Error):
            raise CursorInvalid() from None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list: its rows, where the neighbours begin, its place, and how many there are in all.

    `is_more`: there are more than `total`, and nobody counted them.
    """

    items: tuple[Row, ...]
    next: str | None = None
    previous: str | None = None
    first: int = 0
    total: int = 0
    is_more: bool = False

    @property
    def total_words(self) -> str:
        """«12», «999+», «50+»."""
        return "999+" if self.total >= 1_000 else f"{self.total}{'+' if self.is_more else ''}"


def conditions(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    """The filters as conditions on the case, save its words (`finding.with_words`)."""
    columns = {"matter": Case.class_name, "division": Case.division_code, "urgency": Case.urgency,
               "severity": Case.severity, "origin": Case.origin, "stage": Case.stage,
               "holder": Case.holder_id, "handler": Case.handler_id, "grid": Case.grid_id}
    found: list[ColumnElement[bool]] = [
        column == value for name, column in columns.items() if (value := getattr(filters, name)) is not None]
    if filters.lamp in LAMPS:
        found.append(lamp_condition(filters.lamp, at))
    return found


def lamp_condition(lamp: str, at: datetime) -> ColumnElement[bool]:
    """Cases whose lamp shows this colour now."""
    runs = Case.stopped_at.is_(None)
    if lamp == "grey":
        return Case.stopped_at.is_not(None)
    if lamp == "red":
        return and_(runs, Case.due_at < at)
    if lamp == "yellow":
        return and_(runs, Case.due_at >= at, Case.warn_at <= at)
    return and_(runs, Case.due_at >= at, or_(Case.warn_at.is_(None), Case.warn_at > at))


def missed_between(begin: datetime, end: datetime, organisations: Sequence[int] | None) -> ColumnElement[bool]:
    """Cases of which a stage ended late in this time, with one of these organisations, or with any (None)."""
    ended = Deadline.__table__.c  # the plain table: the scope lies on the case
    missed = exists().where(ended.case_id == Case.id, ended.closed_at >= begin, ended.closed_at < end,
                            ended.closed_at > ended.due_at, ended.stage != "total")
    return missed if organisations is None else missed.where(ended.organisation_id.in_(organisations))
