"""The table of knocks: how often strangers came to a door, counted for every process together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Knock(Base):
    """Somebody without an account came to a door; `key` is a keyed hash of their address or of what they asked for."""

    __tablename__ = "knock"
    __table_args__ = (Index("ix_knock_door_key_at", "door", "key", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    door: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
