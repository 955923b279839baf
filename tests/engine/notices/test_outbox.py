"""Messages into the inbox: delivered at least once, each there once, retried ever more slowly, in the end dead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import notices
from engine.db.session import create_engine
from engine.notices import inapp
from engine.notices.models import Inbox, Outbox
from tests import builders
from tests.builders import NOW


class Refusing:
    """An inbox that refuses the subjects it is told to refuse."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def deliver(self, session: Session, messages: Sequence[Outbox], at: datetime) -> None:
        """Put them all there, or none."""
        if self.refused & {one.subject for one in messages}:
            raise ConnectionError("it is full")


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Refusing:
    """An inbox that may fail."""
    made = Refusing()
    monkeypatch.setattr(inapp, "deliver", made.deliver)
    return made


def put(session: Session, *subjects: str) -> int:
    """These messages for one person; who that is."""
    person = builders.a_person(session)
    for subject in subjects:
        notices.put(session, recipients=[person.id], kind="test", subject=subject, at=NOW)
    session.flush()
    return person.id


def rows(session: Session) -> list[Outbox]:
    """Every message."""
    return list(session.scalars(select(Outbox).order_by(Outbox.subject)))


def test_a_message_reaches_the_inbox_once_however_often_it_is_sent(session: Session) -> None:
    person = put(session, "待办")
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


def test_one_bad_message_stops_no_other(session: Session, inbox: Refusing) -> None:
    put(session, "好一", "坏", "好二")
    inbox.refused = {"坏"}
    notices.deliver_due(session, NOW)
    assert [row.subject for row in rows(session) if row.delivered_at is None] == ["坏"]


def test_what_fails_is_tried_again_ever_more_slowly_and_is_given_up(session: Session, inbox: Refusing) -> None:
    put(session, "坏")
    inbox.refused = {"坏"}
    message, gaps, at = rows(session)[0], [], NOW
    while message.dead_at is None:
        at = message.next_try_at
        assert notices.deliver_due(session, at) == 1
        gaps.append(message.next_try_at - at)
    assert message.attempts == len(gaps) == 8 and message.problem == "ConnectionError: it is full"
    assert all(later == earlier * 2 for earlier, later in zip(gaps, gaps[1:], strict=False))
    assert notices.deliver_due(session, at + timedelta(days=30)) == 0


def test_what_works_again_delivers(session: Session, inbox: Refusing) -> None:
    put(session, "晚到")
    inbox.refused = {"晚到"}
    notices.deliver_due(session, NOW)
    assert notices.deliver_due(session, NOW) == 0
    inbox.refused = set()
    notices.deliver_due(session, NOW + timedelta(minutes=1))
    message, = rows(session)
    assert (message.attempts, message.problem, message.delivered_at is None) == (2, None, False)


def test_for_a_lost_database_no_message_is_to_blame(
        make_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(session: Session, messages: Sequence[Outbox], at: datetime) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr(inapp, "deliver", lose)
    engine = create_engine(make_database())
    with Session(engine) as session:
        put(session, "一", "二")
        session.commit()
        with pytest.raises(OperationalError):
            notices.deliver_due(session, NOW)
        session.rollback()
        assert [(row.attempts, row.problem) for row in rows(session)] == [(0, None)] * 2
    engine.dispose()
