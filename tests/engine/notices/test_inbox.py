"""The inbox: unread first, read one by one or all of a kind, and only by the person whose it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine import notices
from engine.directory.models import Person
from tests.builders import NOW
from tests.engine.notices.post import reader, tell

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def person(session: Session) -> Person:
    """Somebody with three notices, the oldest and the newest of one kind."""
    found = reader(session)
    for minute, kind, subject in ((0, "urge", "甲"), (1, "task", "乙"), (2, "urge", "丙")):
        tell(session, found, kind, subject, NOW + timedelta(minutes=minute))
    return found


def subjects(session: Session, person: Person, **wanted: object) -> list[str]:
    """What the inbox shows."""
    found = notices.list_inbox(session, person.id, wanted=notices.Wanted(**wanted))  # type: ignore[arg-type]
    return [one.subject for one in found]


def test_the_unread_come_first_and_a_filter_lets_fewer_through(session: Session, person: Person) -> None:
    assert subjects(session, person) == ["丙", "乙", "甲"]
    newest = notices.list_inbox(session, person.id)[0]
    notices.open_notice(session, person.id, newest.message_id, LATER)
    assert subjects(session, person) == ["乙", "甲", "丙"]
    assert subjects(session, person, is_unread=True) == ["乙", "甲"]
    assert subjects(session, person, kind="urge") == ["甲", "丙"]
    assert notices.kinds_in_inbox(session, person.id) == ["task", "urge"]


def test_a_kind_is_read_without_the_others(session: Session, person: Person) -> None:
    notices.mark_read(session, person.id, LATER, notices.Wanted(kind="urge"))
    assert subjects(session, person, is_unread=True) == ["乙"]
    notices.mark_read(session, person.id, LATER)
    assert notices.count_unread(session, person.id) == 0


def test_somebody_elses_notice_does_not_exist(session: Session, person: Person) -> None:
    theirs = notices.list_inbox(session, person.id)[0]
    with pytest.raises(notices.NoticeUnknown):
        notices.open_notice(session, reader(session).id, theirs.message_id, LATER)
    assert notices.count_unread(session, person.id) == 3
