"""Tables of supervision: signs of life of the workers, and what is kept counted for the boards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Beat(Base):
    """The last moment at which a worker was seen at work, and how its jobs last went.

    `jobs` is {name: {"at": ISO, "problem": "" or the kind of error, "since": when it began to fail}}.
    """

    __tablename__ = "beat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]
    jobs: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Tally(Base):
    """How many deadlines ended in a week, and how many of them in time; of every `tallied` deadline, none twice.

    A case counts for each division from the city down to its own place, so that one range of rows is a jurisdiction.
    `week` is its Monday; `organisation_id` 0 stands for nobody.
    """

    __tablename__ = "tally"

    place: Mapped[str] = mapped_column(String(12), primary_key=True)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ended: Mapped[int]
    met: Mapped[int]


class Lateness(Base):
    """How many cases of a division were late when a day began; no row: none, if the day is noted at all."""

    __tablename__ = "lateness"
    __table_args__ = (Index("ix_lateness_day", "day"),)

    place: Mapped[str] = mapped_column(String(12), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    late: Mapped[int]
