"""Tables of the worklist: human tasks, their deadlines, and the measures that follow a deadline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from engine.db import Base

OPEN = text("closed_at IS NULL")
MISSED = text("closed_at > due_at AND stage <> 'total'")


class Task(Base):
    """A human task offered to the holders of a role at an organisation (WS-HumanTask)."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_with_outcome"),
        Index("ix_task_offered", "organisation_id", "role", "element", "due_at", "id", postgresql_where=OPEN,
              postgresql_include=["assignee_id", "excluded_id", "grid_id", "case_id"]),
        Index("ix_task_offered_due", "organisation_id", "role", "due_at", "id", postgresql_where=OPEN),
        Index("ix_task_assignee_open", "assignee_id", postgresql_where=OPEN),
        Index("ix_task_case_open", "case_id", postgresql_where=OPEN),
        Index("ix_task_unsigned", "case_id", "due_at", "id",
              postgresql_where=text("closed_at IS NULL AND element IN ('sign', 'sign_assist')")),
        Index(
            "ix_task_grid_open", "grid_id", postgresql_where=text("closed_at IS NULL AND grid_id IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, index=True)
    instance_id: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[int]  # the engine's key of the waiting task
    element: Mapped[str] = mapped_column(String(80))
    process: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    stage: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(20))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    excluded_id: Mapped[int | None]  # a person who may not do it: nobody checks their own work
    form: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_by_id: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)


class Deadline(Base):
    """A legal moment and everything that explains it; of a task, or of the whole case (stage `total`)."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_case", "case_id"),
        Index("ix_deadline_case_open", "case_id", postgresql_where=OPEN),
        Index("ix_deadline_open_due", "due_at", postgresql_where=OPEN),
        Index("ix_deadline_ended", "closed_at", postgresql_include=["organisation_id", "due_at", "stage", "case_id"],
              postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_deadline_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_deadline_untallied", "id", postgresql_where=text("closed_at IS NOT NULL AND NOT tallied")),
        Index("ix_deadline_missed", "organisation_id", "closed_at", postgresql_include=["case_id"],
              postgresql_where=MISSED),
        Index("ix_deadline_case_missed", "case_id", "closed_at", postgresql_include=["organisation_id"],
              postgresql_where=MISSED),
        CheckConstraint("due_at >= opened_at", name="order"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    organisation_id: Mapped[int | None]
    stage: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    limit: Mapped[str] = mapped_column(String(120))
    count: Mapped[str] = mapped_column(String(12))
    office: Mapped[str] = mapped_column(String(40))
    warn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    first_due_at: Mapped[datetime]
    provisional: Mapped[bool] = mapped_column(default=False)
    capped: Mapped[bool] = mapped_column(default=False)  # ended earlier, by what was left of the total clock
    table_id: Mapped[str] = mapped_column(String(100))
    pack: Mapped[str] = mapped_column(String(50))
    table_version: Mapped[int]
    row: Mapped[int]
    cites: Mapped[str] = mapped_column(String(200))
    parts: Mapped[list[Any] | None]  # of a total: the limits it is the sum of
    extended: Mapped[list[Any] | None]  # [{"at", "from", "to", "by", "reason"}]
    closed_at: Mapped[datetime | None]
    tallied: Mapped[bool] = mapped_column(default=False, server_default=false())  # ended and counted
    next_at: Mapped[datetime | None]  # when the next measure around it is due, none while the clock stands still
    next_measure: Mapped[dict[str, Any] | None]  # {"kind", "level", "organisation_id", "row", "cites"}
    task: Mapped[Task | None] = relationship(primaryjoin=lambda: foreign(Deadline.task_id) == Task.id)


class Measure(Base):
    """What was done about a deadline without moving the token: reminded, urged, supervised, attention raised.

    What comes next stands in the deadline itself, so that work done in time leaves nothing to be cancelled.
    """

    __tablename__ = "measure"
    __table_args__ = (Index("ix_measure_case", "case_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    kind: Mapped[str] = mapped_column(String(20))
    level: Mapped[str | None] = mapped_column(String(20))
    organisation_id: Mapped[int | None]
    at: Mapped[datetime]
    row: Mapped[int]
    cites: Mapped[str] = mapped_column(String(200))
    deadline: Mapped[Deadline] = relationship()
