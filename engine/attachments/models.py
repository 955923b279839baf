"""The table of attachments; their bytes lie in object storage under `key`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Attachment(Base):
    """A photo or paper of a case; re-encoded, its EXIF position kept here and nowhere else."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    task_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))  # report | before | after | evidence
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    added_at: Mapped[datetime]
    added_by: Mapped[int | None]
