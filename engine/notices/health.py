"""How each channel is doing: whether messages leave by it, how many wait and since when, how many were given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.notices.models import Outbox
from engine.notices.outbox import CHANNELS

DOWN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """A channel at an instant; `oldest` is when the longest waiting of the messages that are due was made.

    A channel is down when it is configured, something has been waiting for ten minutes, and nothing left meanwhile.
    What is held back on purpose (quiet hours, digests) does not wait.
    """

    channel: str
    is_configured: bool
    last_success: datetime | None
    waiting: int
    oldest: datetime | None
    dead_in_24h: int
    is_down: bool


def channel_health(session: Session, at: datetime) -> tuple[ChannelHealth, ...]:
    """How every installed channel does, by name."""
    return tuple(_health(session, channel, at) for channel in sorted(CHANNELS))


def _health(session: Session, channel: str, at: datetime) -> ChannelHealth:
    open_ = (Outbox.channel == channel, Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None))
    waits = (Outbox.attempts > 0) | (Outbox.next_try_at <= at)
    waiting, oldest = session.execute(select(func.count(), func.min(Outbox.made_at)).where(*open_, waits)).one()
    dead = session.scalar(select(func.count()).where(
        Outbox.channel == channel, Outbox.dead_at > at - timedelta(days=1), Outbox.dead_at <= at)) or 0
    last = session.scalar(select(func.max(Outbox.delivered_at)).where(Outbox.channel == channel))
    is_stuck = oldest is not None and oldest <= at - DOWN_AFTER and (last is None or last <= at - DOWN_AFTER)
    return ChannelHealth(channel, True, last, waiting, oldest, dead, is_stuck)
