"""Channels that are down: the system administrators hear of it once an outage, and once more when it is over.

The inbox itself is not watched: what cannot arrive there is told nowhere else, and the page of operating shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.directory import held
from engine.directory.models import Post
from engine.notices.channels import CHANNELS, INAPP
from engine.notices.health import ChannelHealth, channel_health
from engine.notices.models import ChannelState
from engine.notices.outbox import put
from engine.notices.saying import Said

KIND = "channel"
OPERATOR = "system_admin"
_ONE_AT_A_TIME = 7_740_015


def watch_channels(session: Session, at: datetime) -> int:
    """Tell of every channel that went down or came back since it was last looked at; how many did.

    The mark and the notices are one transaction, and one worker looks at a time: nobody is told twice.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))):
        return 0
    told = {channel: since for channel, since in session.execute(
        select(ChannelState.channel, ChannelState.told_down_at).where(ChannelState.told_down_at.is_not(None)))}
    return sum(_look(session, one, told.get(one.channel), at) for one in channel_health(session, at)
               if one.channel != INAPP)


def _look(session: Session, health: ChannelHealth, told: datetime | None, at: datetime) -> bool:
    """Tell of this channel where it is not as it was; whether it was told."""
    if health.is_down and told is None:
        _mark(session, health.channel, at)
        _tell(session, health.channel, "通知渠道「{channel}」发不出去，信在等；请看「运行状况」", at)
        return True
    if told is not None and _is_well(health, told):
        session.execute(update(ChannelState).where(ChannelState.channel == health.channel).values(told_down_at=None))
        _tell(session, health.channel, "通知渠道「{channel}」恢复正常", at)
        return True
    return False


def _is_well(health: ChannelHealth, told: datetime) -> bool:
    """Whether something has left since: a channel whose letters were given up meanwhile is no better for it."""
    return not health.is_down and health.last_success is not None and health.last_success >= told


def _mark(session: Session, channel: str, at: datetime) -> None:
    """A channel that nobody has tried yet has no state."""
    session.execute(insert(ChannelState).values(channel=channel, pauses=0, told_down_at=at).on_conflict_do_update(
        index_elements=[ChannelState.channel], set_={"told_down_at": at}))


def _tell(session: Session, channel: str, sentence: str, at: datetime) -> None:
    title, english = CHANNELS[channel].TITLE
    said = Said(sentence, {"channel": title, "channel_en": english})
    put(session, recipients=_operators(session, at), kind=KIND, subject=said, at=at)


def _operators(session: Session, at: datetime) -> Sequence[int]:
    """Every system administrator of the place: a channel is nobody's division."""
    return session.scalars(select(Post.person_id).where(Post.role == OPERATOR, held(Post, at)).distinct()).all()
