"""Messages: delivered at least once, each there once, retried ever more slowly, in the end a dead letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import notices
from engine.notices import outbox
from engine.notices.models import Inbox, Outbox
from tests import builders
from tests.builders import NOW


class Channel:
    """A channel that refuses the subjects it is told to refuse."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.sent: list[str] = []

    def deliver(self, session: Session, messages: Sequence[Outbox], at: datetime) -> None:
        """Send them all, or none."""
        if self.refused & {one.subject for one in messages}:
            raise ConnectionError("the gateway is down")
        self.sent += [one.subject for one in messages]


@pytest.fixture
def channel() -> Iterator[Channel]:
    """A second channel beside the inbox."""
    made = Channel()
    outbox.CHANNELS["test"] = made.deliver
    yield made
    del outbox.CHANNELS["test"]


def put(session: Session, *subjects: str, channel: str = "test") -> int:
    """These messages for one person; who that is."""
    person = builders.a_person(session)
    for subject in subjects:
        notices.put(session, recipients=[person.id], kind="test", subject=subject, at=NOW, channel=channel)
    session.flush()
    return person.id


def rows(session: Session) -> list[Outbox]:
    """Every message."""
    return list(session.scalars(select(Outbox).order_by(Outbox.subject)))


def test_a_message_reaches_the_inbox_once_however_often_it_is_sent(session: Session) -> None:
    person = put(session, "待办", channel="inapp")
    assert notices.deliver_due(session, NOW) == 1 and notices.deliver_due(session, NOW) == 0
    message, = rows(session)
    message.delivered_at = None
    notices.deliver_due(session, NOW)
    assert session.query(Inbox).count() == 1 and notices.count_unread(session, person) == 1


def test_one_person_named_twice_gets_one_message(session: Session) -> None:
    person = builders.a_person(session)
    notices.put(session, recipients=[person.id, person.id], kind="test", subject="一次", at=NOW)
    session.flush()
    assert len(rows(session)) == 1


def test_what_is_read_is_no_longer_counted(session: Session) -> None:
    person = put(session, "待办", channel="inapp")
    notices.deliver_due(session, NOW)
    notices.mark_read(session, person, NOW)
    assert notices.count_unread(session, person) == 0 and len(notices.list_inbox(session, person)) == 1


def test_one_bad_message_stops_no_other(session: Session, channel: Channel) -> None:
    put(session, "好一", "坏", "好二")
    channel.refused = {"坏"}
    notices.deliver_due(session, NOW)
    assert sorted(channel.sent) == ["好一", "好二"]
    assert [row.subject for row in rows(session) if row.delivered_at is None] == ["坏"]


def test_a_channel_that_fails_is_tried_again_ever_more_slowly_and_gives_up(session: Session, channel: Channel) -> None:
    put(session, "坏")
    channel.refused = {"坏"}
    message, gaps, at = rows(session)[0], [], NOW
    while message.dead_at is None:
        at = message.next_try_at
        assert notices.deliver_due(session, at) == 1
        gaps.append(message.next_try_at - at)
    assert message.attempts == len(gaps) == 8 and message.problem == "ConnectionError: the gateway is down"
    assert all(later == earlier * 2 for earlier, later in zip(gaps, gaps[1:], strict=False))
    assert notices.deliver_due(session, at + timedelta(days=30)) == 0


def test_a_channel_that_comes_back_delivers(session: Session, channel: Channel) -> None:
    put(session, "晚到")
    channel.refused = {"晚到"}
    notices.deliver_due(session, NOW)
    assert notices.deliver_due(session, NOW) == 0
    channel.refused = set()
    notices.deliver_due(session, NOW + timedelta(minutes=1))
    message, = rows(session)
    assert channel.sent == ["晚到"] and (message.attempts, message.problem) == (2, None)


def test_a_channel_that_nobody_installed_fails_like_any_other(session: Session) -> None:
    put(session, "去哪", channel="pigeon")
    notices.deliver_due(session, NOW)
    assert rows(session)[0].attempts == 1 and rows(session)[0].delivered_at is None
