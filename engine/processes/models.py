"""Tables of the engine: one instance a case, its armed timers, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Instance(Base):
    """One run of a diagram, bound to the very bytes it was started with."""

    __tablename__ = "instance"
    __table_args__ = (
        CheckConstraint("status = ANY ('{running,done,failed}'::text[])", name="status"),
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
    """A command that broke: where, why, how often it was tried, and when it is tried again.

    `cause` says whose command it was: the clock's, a person's act, or nobody's (the case is stuck). `subject` names
    the command, so that one that breaks again is the same incident. `attempt` is a person's act, sealed; it is gone
    once the incident is over. `passed` holds what an operator decided to pass over: {"process#element": values}.
    `history` is what happened to it: [{"at", "what", "by", "element", "reason"}], the last ones.
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("cause IN ('clock', 'act', 'stuck')", name="cause"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved"),
        Index("ix_incident_retry", "next_try_at", postgresql_where=text("resolved_at IS NULL")),
        Index("uq_incident_open", "case_id", "cause", "subject", unique=True,
              postgresql_where=text("resolved_at IS NULL")),
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
    cause: Mapped[str] = mapped_column(String(10), default="clock")
    subject: Mapped[str] = mapped_column(String(80), default="")
    task_id: Mapped[int | None] = mapped_column(BigInteger)
    process: Mapped[str] = mapped_column(String(100), default="")
    code: Mapped[str] = mapped_column(String(60), default="")
    attempt: Mapped[bytes | None] = mapped_column(LargeBinary)
    passed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    history: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    last_at: Mapped[datetime]
    resolution: Mapped[str | None] = mapped_column(String(12))
    resolved_by: Mapped[str | None] = mapped_column(String(80))
