"""Tables of the library: published definitions and the releases that cases are pinned to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Definition(Base):
    """One published version of a diagram or a table; its bytes never change."""

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("definition_id", "kind", "pack", "version"),
        CheckConstraint("kind IN ('bpmn', 'dmn')", name="kind"),
        CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        CheckConstraint("drawn_by <> approved_by", name="two_people"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_definition_in_force", "pack", "kind", "definition_id", "in_force_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(8))
    pack: Mapped[str] = mapped_column(String(50))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    file: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[str] = mapped_column(String(12), default="published")
    in_force_from: Mapped[datetime]
    drawn_by: Mapped[str] = mapped_column(String(80))
    approved_by: Mapped[str] = mapped_column(String(80))
    published_at: Mapped[datetime]


class Release(Base):
    """A set of versions that rule together: what a case keeps from the moment it is opened."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("pack", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack: Mapped[str] = mapped_column(String(50))
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class ReleasePin(Base):
    """Which version of a diagram or table a release uses."""

    __tablename__ = "release_pin"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    definition_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    definition: Mapped[int] = mapped_column(ForeignKey("definition.id"))
