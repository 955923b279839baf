"""The table of errands: who asked for what, how far it is, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from engine.db import Base


class Errand(Base):
    """A piece of long work; `payload` says what exactly, `result` what came of it, both in the words of its kind.

    `total` is None until somebody has counted. `problem` is {code, message, facts} of what refused it.
    `attempts` counts the beginnings of the present step: a step that never ends fails at last.
    """

    __tablename__ = "errand"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'called_off')", name="state"),
        CheckConstraint("(ended_at IS NULL) = (state = 'waiting')", name="ended"),
        Index("ix_errand_open", "attended_at", "id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_errand_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    attended_at: Mapped[datetime]  # when it was last somebody's turn to work on it
    ended_at: Mapped[datetime | None]
    problem: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    file_name: Mapped[str | None] = mapped_column(String(120))
    file: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
