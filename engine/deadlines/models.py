"""Tables of the offices whose hours were typed by an administrator; those of offices.yaml are no rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class KeptOffice(Base):
    """An office's hours under a name; `current` is the key of its newest state, which bodies carry.

    `first_name` begins the chain of its changes and never changes. After `ends_on` bodies keep the hours
    `followed_by`: the key of a file's, or «o» and the number of a row; none where nobody keeps these any more.
    """

    __tablename__ = "office"
    __table_args__ = (CheckConstraint("followed_by IS NULL OR ends_on IS NOT NULL", name="followed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    path: Mapped[str] = mapped_column(String(120, collation="C"))  # below it lie the bodies that may keep these hours
    current: Mapped[str] = mapped_column(String(40))
    first_name: Mapped[str] = mapped_column(String(40))
    ends_on: Mapped[date | None]
    followed_by: Mapped[str | None] = mapped_column(String(40))


class OfficeChange(Base):
    """One change of an office's hours, numbered from 1 and never altered: a new week from a day on, days of its own,
    their end with what holds from a day on, or that they stay.

    `digest` chains each change to those before it; with office and number it is the key of the state it led to.
    """

    __tablename__ = "office_change"
    __table_args__ = (
        CheckConstraint("kind IN ('week', 'days', 'end', 'stay')", name="kind"),
        CheckConstraint("(kind = 'days') = (until IS NOT NULL)", name="days_end"),
        CheckConstraint("until >= since", name="order"),
    )

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    since: Mapped[date | None]  # none: a week since ever, or that they stay
    until: Mapped[date | None]  # the last of the days
    hours: Mapped[dict[str, Any]]  # as `changes.Change.as_json`
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(12))
