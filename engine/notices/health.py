"""How each channel is doing: whether messages leave by it, how many wait and since when, how many were given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.notices.channels import CHANNELS, INAPP
from engine.notices.models import Outbox
from engine.notices.states import find_state

DOWN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """A channel at an instant; `oldest` is when the longest waiting of the messages that are due was made.

    A configured channel is down when every attempt of the last ten minutes failed, or when something has been due for
    so long and nothing left meanwhile; one letter that is tried again and again says nothing of its channel. What is
    held back on purpose (quiet hours, digests) does not wait. `lacking` and `problem` say in words what its settings
    lack and what the last attempt broke on.
    """

    channel: str
    is_configured: bool
    last_success: datetime | None
    waiting: int
    oldest: datetime | None
    dead_in_24h: int
    is_down: bool
    lacking: str = ""
    problem: str = ""
    failing_since: datetime | None = None
    next_try: datetime | None = None


def channel_health(session: Session, at: datetime) -> tuple[ChannelHealth, ...]:
    """How every installed channel does: the inbox first, the others by name."""
    return tuple(_health(session, channel, at) for channel in (INAPP, *sorted(CHANNELS)))


def _health(session: Session, channel: str, at: datetime) -> ChannelHealth:
    open_ = (Outbox.channel == channel, Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None))
    waits = Outbox.held_until.is_(None) | (Outbox.held_until <= at)
    since = func.min(func.coalesce(Outbox.held_until, Outbox.made_at))
    counted = select(func.count(), since, func.min(Outbox.next_try_at))
    waiting, oldest, due = session.execute(counted.where(*open_, Outbox.digest_at.is_(None), waits)).one()
    dead = session.scalar(select(func.count()).where(
        Outbox.channel == channel, Outbox.dropped_at.is_(None), Outbox.dead_at > at - timedelta(days=1))) or 0
    lacking = CHANNELS[channel].health() if channel in CHANNELS else ""
    state = find_state(session, channel)
    last, failing = (state.succeeded_at, state.failing_since) if state else (None, None)
    long_ago = at - DOWN_AFTER
    is_stuck = due is not None and due <= long_ago and (last is None or last <= long_ago)
    is_down = not lacking and (is_stuck or (failing is not None and failing <= long_ago))
    paused = state.paused_until if state and state.paused_until and state.paused_until > at else None
    return ChannelHealth(channel, not lacking, last, waiting, oldest, dead, is_down, lacking,
                         (state.problem or "") if state else "", failing, paused)
