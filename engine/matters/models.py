"""The table of matters (事项清单): what may enter a grid, with which limit, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, text
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


class MatterList(Base):
    """A version of the list as it was loaded, whole; `applied_at` is when it came into force."""

    __tablename__ = "matter_list"
    __table_args__ = (Index("ix_matter_list_waiting", "in_force_from", postgresql_where=text("applied_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(40), unique=True)
    in_force_from: Mapped[datetime]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str] = mapped_column(String(80))
    applied_at: Mapped[datetime | None]
    rows: Mapped[list[Any]]  # [{heading of the sheet: cell}], as `catalogue.parse_rows` takes them
