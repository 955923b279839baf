"""Tables of notices: the outbox of every channel, and the in-app inbox it delivers into."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class Outbox(Base):
    """A message to be delivered at least once; `id` is what the receiver tells repeats by.

    While a worker carries it `next_try_at` lies ahead, so that it is tried again when the worker dies. `digest_at` is
    when it goes out with others in one letter; `held_until` is the end of the quiet hours that it waited for.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_pending",
            "channel",
            "next_try_at",
            postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_dead",
            "channel",
            "dead_at",
            postgresql_where=text("dead_at IS NOT NULL AND dropped_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    channel: Mapped[str] = mapped_column(String(20))
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    digest_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    notice_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # what of the inbox is repeated by another channel
    follower_id: Mapped[int | None] = mapped_column(BigInteger)  # who follows the case; without, it is its reporter
    facts: Mapped[dict[str, Any] | None]  # {"said": the sentence, and what it names}, as `saying.worded` takes it


class ChannelState(Base):
    """How the last attempts by a channel went; while it is down nobody tries before `paused_until`.

    `told_down_at`: when the system administrators heard that it is down, until they hear that it is well again.
    """

    __tablename__ = "channel_state"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    succeeded_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    pauses: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(Text)
    told_down_at: Mapped[datetime | None]


class Inbox(Base):
    """A notice as its receiver sees it in the console; one row a message, however often it was sent."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_unread", "person_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_inbox_person", "person_id", "received_at"),
    )

    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any] | None]
