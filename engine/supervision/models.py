"""Tables of supervision: signs of life of the workers, what is kept counted for the boards, acts on many cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, text
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
    """How many deadlines ended in a week, how many of them in time, how many cases came in and were closed.

    Of every `tallied` deadline, none twice; of every case that is not `uncounted`, under nobody's name.

    A case counts for each division from the city down to its own place, so that one range of rows is a jurisdiction.
    `week` is its Monday; `organisation_id` 0 stands for nobody.
    """

    __tablename__ = "tally"

    place: Mapped[str] = mapped_column(String(12), primary_key=True)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ended: Mapped[int] = mapped_column(default=0)
    met: Mapped[int] = mapped_column(default=0)
    arrived: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    settled: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Bulk(Base):
    """An urge or a supervision of many cases at once, worked off row by row by the worker.

    `filters`: what was chosen, as it stands in an address ({} for cases ticked by hand). `key` tells a form sent
    twice. `taking_back_at`: everything that can be is being taken back since then.
    """

    __tablename__ = "bulk"
    __table_args__ = (Index("ix_bulk_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    verb: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    reply_by: Mapped[datetime | None]
    filters: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    taking_back_at: Mapped[datetime | None]


class BulkRow(Base):
    """One case of a bulk act and what came of it; a row changes state in the transaction of its act.

    `waiting` → `done` or `refused`, `cancelled` where nobody wanted it any more; `done` → `taking_back` →
    `taken_back`, or `done` again with the reason why not. `problem` is {code, message}.
    """

    __tablename__ = "bulk_row"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'refused', 'cancelled', 'taking_back', 'taken_back')",
                        name="state"),
        Index("ix_bulk_row_open", "position", "bulk_id", postgresql_where=text(
            "state IN ('waiting', 'taking_back')")),
        Index("ix_bulk_row_place", "bulk_id", "position"),
    )

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime | None]
    demand_id: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[dict[str, Any] | None]


class Lateness(Base):
    """How many cases of a division were late when a day began; no row: none, if the day is noted at all."""

    __tablename__ = "lateness"
    __table_args__ = (Index("ix_lateness_day", "day"),)

    place: Mapped[str] = mapped_column(String(12), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    late: Mapped[int]
