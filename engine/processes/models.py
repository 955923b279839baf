"""Tables of the engine: one instance a case, its armed timers, and what went wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Instance(Base):
    """One run of a diagram, bound to the very bytes it was started with."""

    __tablename__ = "instance"
    __table_args__ = (
        CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
        CheckConstraint("(ended_at IS NULL) = (status = 'running')", name="ended"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    definition_id: Mapped[str] = mapped_column(String(100))
    definition_version: Mapped[int]
    definition_sha256: Mapped[str] = mapped_column(String(64))
    pack: Mapped[str] = mapped_column(String(50))
    release_id: Mapped[int | None]
    state: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(10), default="running")
    failure: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Timer(Base):
    """A timer that a token waits for; this row, not the state, owns its due time.

    `hangs_on` is the key of the task it hangs on (its own for an event in the flow).
    """

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due_at", "due_at"),)

    instance_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("instance.id"), primary_key=True)
    task: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    element: Mapped[str] = mapped_column(String(80), primary_key=True)
    hangs_on: Mapped[int]
    due_at: Mapped[datetime]
    interrupting: Mapped[bool]


class Incident(Base):
    """A command that broke: where, why, how often it was tried, and when it is tried again."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_retry", "next_try_at", postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int] = mapped_column(BigInteger, index=True)
    element: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=1)
    next_try_at: Mapped[datetime | None]
    at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
