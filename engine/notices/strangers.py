"""Telling somebody who has no account: who reported or follows a case, by what is sealed; a number and a link, no more.

The rooms above know who that is; they say how to reach them at the moment of sending, so nothing of it is kept here.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.notices.channels import configured
from engine.notices.models import Outbox


@dataclass(frozen=True, slots=True)
class Stranger:
    """How somebody without an account is reached, and the path of their own page."""

    phone: str
    path: str


class Whom(NamedTuple):
    """The reporter of a case, or one of those who follow it."""

    case_id: int
    follower_id: int | None = None


Reach = Callable[[Session, Sequence[Whom]], Mapping[Whom, Stranger]]
_ways: list[Reach] = []


def use_strangers(reach: Reach) -> None:
    """Take from a room above how the reporters and followers of cases are reached."""
    _ways[:] = [reach]


def strangers_of(session: Session, asked: Sequence[Whom]) -> Mapping[Whom, Stranger]:
    """Those of these who left a way to reach them."""
    return _ways[0](session, asked) if _ways and asked else {}


def given_up(session: Session, case_id: int) -> frozenset[str]:
    """The channels by which the last message to the reporter of a case was given up: it never got there."""
    asked = select(Outbox.channel, Outbox.dead_at).where(
        Outbox.case_id == case_id, Outbox.recipient_id.is_(None), Outbox.follower_id.is_(None)).order_by(Outbox.made_at)
    last = {channel: dead_at for channel, dead_at in session.execute(asked)}
    return frozenset(channel for channel, dead_at in last.items() if dead_at is not None)


def put_stranger(session: Session, *, case_id: int, channel: str, kind: str, subject: str, at: datetime) -> bool:
    """A message to the reporter of a case, sent after the commit; False where this channel is not set up here."""
    if channel not in configured():
        return False
    session.add(Outbox(id=uuid.uuid4(), recipient_id=None, case_id=case_id, channel=channel, kind=kind,
                       subject=subject[:200], body="", made_at=at, next_try_at=at))
    return True
