"""How each channel is doing: whether messages leave by it, how many wait and since when, how many were given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.notices.channels import CHANNELS, INAPP
from engine.notices.models import ChannelState, Outbox

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
    """How every installed channel does: the inbox first, the others by name; three questions, however many."""
    waits = (Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None), Outbox.digest_at.is_(None),
             Outbox.held_until.is_(None) | (Outbox.held_until <= at))
    since = func.min(func.coalesce(Outbox.held_until, Outbox.made_at))
    waiting = _by_channel(session, waits, func.count(), since, func.min(Outbox.next_try_at))
    dead = _by_channel(session, (Outbox.dropped_at.is_(None), Outbox.dead_at > at - timedelta(days=1)), func.count())
    states = {state.channel: state for state in session.scalars(
        select(ChannelState).execution_options(populate_existing=True))}
    return tuple(_health(channel, waiting.get(channel, (0, None, None)), dead.get(channel, (0,))[0],
                         states.get(channel), at) for channel in (INAPP, *sorted(CHANNELS)))


def _by_channel(session: Session, where: Sequence[ColumnElement[bool]], *asked: ColumnElement[Any]
                ) -> dict[str, tuple[Any, ...]]:
    rows = session.execute(select(Outbox.channel, *asked).where(*where).group_by(Outbox.channel))
    return {channel: tuple(found) for channel, *found in rows}


def _health(channel: str, counted: tuple[int, datetime | None, datetime | None], dead: int, state: ChannelState | None,
            at: datetime) -> ChannelHealth:
    waiting, oldest, due = counted
    lacking = CHANNELS[channel].health() if channel in CHANNELS else ""
    last, failing = (state.succeeded_at, state.failing_since) if state else (None, None)
    long_ago = at - DOWN_AFTER
    is_stuck = due is not None and due <= long_ago and (last is None or last <= long_ago)
    is_down = not lacking and (is_stuck or (failing is not None and failing <= long_ago))
    paused = state.paused_until if state and state.paused_until and state.paused_until > at else None
    return ChannelHealth(channel, not lacking, last, waiting, oldest, dead, is_down, lacking,
                         (state.problem or "") if state else "", failing, paused)
