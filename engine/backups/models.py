"""The table of backups: asked for by the day or by somebody, made, looked at again, drilled, removed in the end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Backup(Base):
    """One backup in the folder of this place; `asked_by` is None for the daily one.

    `checked_at`: read back, every sum right. `drilled_at`: restored elsewhere, found equal and whole.
    """

    __tablename__ = "backup"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'made', 'failed')", name="state"),
        CheckConstraint("(ended_at IS NULL) = (state = 'waiting')", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    file: Mapped[str | None] = mapped_column(String(200))
    size: Mapped[int | None] = mapped_column(BigInteger)
    cases: Mapped[int | None] = mapped_column(BigInteger)
    missing: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    drilled_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
