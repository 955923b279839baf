"""The table of matters (事项清单): what may enter a grid, with which limit, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Matter(Base):
    """A matter as one list version admits it; `code` is unique among all lists ever loaded."""

    __tablename__ = "matter"
    __table_args__ = (
        CheckConstraint("admitted_until IS NULL OR admitted_until > admitted_from", name="admission"),
    )

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    class_name: Mapped[str] = mapped_column(String(60))
    subclass_name: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    keywords: Mapped[str] = mapped_column(Text, default="")
    owner_kind: Mapped[str] = mapped_column(String(40))
    platform: Mapped[str | None] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(12), default="general")
    filing_condition: Mapped[str] = mapped_column(Text, default="")
    close_condition: Mapped[str] = mapped_column(Text, default="")
    handle_limit: Mapped[str | None] = mapped_column(String(40))
    count: Mapped[str | None] = mapped_column(String(12))
    stages: Mapped[list[Any] | None]  # [{"name", "limit"}] for matters that are handled in steps
    sensitive: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Text, default="")
    limit_source: Mapped[str] = mapped_column(Text, default="")
    list_version: Mapped[str] = mapped_column(String(40))
    admitted_from: Mapped[datetime]
    admitted_until: Mapped[datetime | None]
