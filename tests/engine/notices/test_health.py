"""A channel's health: down once something has waited for long and nothing left meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import notices
from tests import builders
from tests.builders import NOW
from tests.engine.notices.post import Fake

LATER = NOW + timedelta(minutes=11)


def health(session: Session, at: datetime = NOW) -> notices.ChannelHealth:
    """How the inbox does."""
    return next(one for one in notices.channel_health(session, at) if one.channel == "inapp")


def put(session: Session) -> None:
    """One message for one person."""
    notices.put(session, recipients=[builders.a_person(session).id], kind="test", subject="待办", at=NOW)
    session.flush()


def test_a_channel_without_messages_is_well(session: Session) -> None:
    assert health(session) == notices.ChannelHealth("inapp", True, None, 0, None, 0, False)


def test_a_channel_by_which_nothing_leaves_is_down_after_a_while(session: Session) -> None:
    put(session)
    assert (health(session).waiting, health(session).oldest, health(session).is_down) == (1, NOW, False)
    assert health(session, LATER).is_down


def test_a_channel_by_which_something_left_is_well(session: Session) -> None:
    put(session)
    notices.deliver_due(session, NOW)
    assert (health(session, LATER).last_success, health(session, LATER).is_down) == (NOW, False)


def test_as_many_questions_however_many_channels_there_are(session: Session) -> None:
    def asked() -> int:
        sent: list[str] = []

        def note(*given: Any) -> None:
            sent.extend([given[2]] if given[2].startswith("SELECT") else [])

        sa.event.listen(session.get_bind(), "before_cursor_execute", note)
        notices.channel_health(session, NOW)
        sa.event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(sent)

    few = asked()
    more = {name: Fake() for name in ("pigeon", "drum", "beacon")}
    notices.CHANNELS.update(more)
    try:
        assert asked() == few == 3
    finally:
        for name in more:
            del notices.CHANNELS[name]
