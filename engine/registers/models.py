"""The table of kept workbooks: what was uploaded, waits for its confirmations, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.directory.models import PATH


class Import(Base):
    """A workbook on its way into the registers; `content` goes once it was applied or withdrawn.

    `confirmed` maps each administrator's role that the workbook needs to who confirmed it, or None.
    `secrets` is the sealed list of first passwords, until it was fetched. `top` is the path of the division whose
    administrator uploaded it; "" of the oldest, which nobody noted.
    """

    __tablename__ = "register_import"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'applied', 'withdrawn')", name="state"),
        CheckConstraint("state <> 'waiting' OR content IS NOT NULL", name="kept_while_waiting"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(80))
    matters_from: Mapped[datetime | None]
    confirmed: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))  # of the plan that was shown
    ended_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]  # {sheet: {action: number}}
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    top: Mapped[str] = mapped_column(PATH, default="", server_default="")
