"""What is kept of a channel between attempts: the last success, since when it fails, and how long nobody tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.notices.channels import ChannelDown
from engine.notices.models import ChannelState

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=5)
_LONGEST_ASKED = timedelta(hours=1)


def find_state(session: Session, channel: str) -> ChannelState | None:
    """How the last attempts by this channel went."""
    return session.get(ChannelState, channel, populate_existing=True)


def is_paused(session: Session, channel: str, at: datetime) -> bool:
    """Whether nobody is to try this channel now."""
    until = session.scalar(select(ChannelState.paused_until).where(ChannelState.channel == channel))
    return until is not None and until > at


def succeeded(session: Session, channel: str, at: datetime) -> None:
    """Something left by this channel."""
    well = {"succeeded_at": at, "failing_since": None, "paused_until": None, "pauses": 0, "problem": None}
    session.execute(insert(ChannelState).values(channel=channel, **well)
                    .on_conflict_do_update(index_elements=[ChannelState.channel], set_=well))


def broke(session: Session, channel: str, down: ChannelDown, at: datetime) -> datetime:
    """Nothing leaves by this channel: nobody tries it before the moment that is given back."""
    known = find_state(session, channel)
    pauses = known.pauses if known else 0
    pause = min(down.after, _LONGEST_ASKED) if down.after else min(FIRST_PAUSE * 2**pauses, LONGEST_PAUSE)
    noted = {"paused_until": at + pause, "pauses": min(pauses + 1, 20), "problem": down.reason[:500]}
    since = None if down.is_busy else at
    session.execute(
        insert(ChannelState).values(channel=channel, failing_since=since, **noted).on_conflict_do_update(
            index_elements=[ChannelState.channel],
            set_={**noted, "failing_since": func.coalesce(ChannelState.failing_since, since)}))
    return at + pause


def try_now(session: Session, channel: str) -> None:
    """Somebody put it right: the pause is over."""
    known = find_state(session, channel)
    if known is not None:
        known.paused_until, known.pauses = None, 0
