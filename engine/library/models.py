"""Tables of the library: published definitions, the releases that cases are pinned to, and what is being drafted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
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


class Draft(Base):
    """A changed diagram or table on its way to being published; whoever drew it is never the one who decides.

    open → submitted → published, or rejected, or withdrawn. `base_id` is the version that it was made from,
    `wanted_from` the moment from which it shall rule (none: as soon as it is approved).
    """

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint("kind IN ('bpmn', 'dmn')", name="kind"),
        CheckConstraint("state IN ('open', 'submitted', 'published', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint("state NOT IN ('published', 'rejected') OR decided_by_id <> drawn_by_id", name="two_people"),
        CheckConstraint("(state = 'published') = (definition IS NOT NULL)", name="published"),
        Index("ix_draft_at_work", "pack", "definition_id",
              postgresql_where=text("state IN ('open', 'submitted')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(8))
    pack: Mapped[str] = mapped_column(String(50))
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    note: Mapped[str]
    base_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    state: Mapped[str] = mapped_column(String(12), default="open")
    drawn_by: Mapped[str] = mapped_column(String(80))
    drawn_by_id: Mapped[int]
    drawn_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    wanted_from: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    definition: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))


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
