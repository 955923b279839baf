"""The table by which a worker shows that it lives."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Beat(Base):
    """The last moment at which a worker was seen at work."""

    __tablename__ = "beat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]
