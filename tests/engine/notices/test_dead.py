"""Dead letters: seen with their reason, sent again under their own id, or dropped; each decision is on the record."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory, notices
from engine.audit.models import HouseEntry
from engine.notices.channels import SENT, Answer
from tests import builders
from tests.builders import BEFORE, NOW
from tests.engine.notices.post import Fake, reader, rows, tell, walk

BY = "系统管理员 周管"
HERE = ["3309"]
WAYS = {"ways": {"urge": {"fake": "now"}}}


@pytest.fixture
def dead(session: Session, fake: Fake) -> list[uuid.UUID]:
    """Two letters that a server refused for ever."""
    person = reader(session, WAYS)
    county = builders.a_division(session, "330921", "岱山县", "county", builders.a_division(
        session, "3309", "舟山市", "city"))
    directory.add_post(session, person.id, "seat", builders.a_centre(session, county).id, BEFORE)
    for subject in "甲乙":
        tell(session, person, subject=subject)
    fake.answer = lambda letter: Answer("never", "550 no such mailbox")
    walk(session)
    fake.answer = lambda letter: SENT
    return [row.id for row in rows(session)]


def deeds(session: Session) -> list[HouseEntry]:
    """What the house's record says about notices."""
    return list(session.scalars(select(HouseEntry).where(HouseEntry.kind == "notices")))


def test_a_dead_letter_says_to_whom_and_why_but_not_where(session: Session, dead: list[uuid.UUID]) -> None:
    first, second = notices.list_dead(session, HERE, "fake")
    assert {first.id, second.id} == set(dead) and notices.count_dead(session, HERE) == 2
    assert (first.receiver, first.problem, first.attempts) == ("张三", "550 no such mailbox", 1)
    assert notices.list_dead(session, HERE, "email") == []


def test_one_is_sent_again_under_its_own_id(session: Session, fake: Fake, dead: list[uuid.UUID]) -> None:
    notices.replay(session, HERE, dead[0], BY, NOW)
    assert walk(session) == 1 and fake.sent[0].id == dead[0] and notices.count_dead(session, HERE) == 1
    deed, = deeds(session)
    assert (deed.actor, deed.verb, deed.subject) == (BY, "replayed", f"fake {dead[0]}")
    with pytest.raises(notices.LetterAlive):
        notices.replay(session, HERE, dead[0], BY, NOW)


def test_all_of_a_channel_are_sent_again_even_where_it_was_paused(session: Session, fake: Fake, dead: list[uuid.UUID]
                                                                  ) -> None:
    assert [notices.replay_all(session, HERE, "fake", BY, NOW) for _ in range(2)] == [2, 0]
    assert walk(session) == 2 and len(deeds(session)) == 1


def test_one_is_dropped_with_a_reason_and_never_comes_back(session: Session, dead: list[uuid.UUID]) -> None:
    with pytest.raises(notices.ReasonMissing):
        notices.drop(session, HERE, dead[0], "  ", BY, NOW)
    notices.drop(session, HERE, dead[0], "人已离职", BY, NOW)
    assert [one.id for one in notices.list_dead(session, HERE)] == [dead[1]]
    assert deeds(session)[0].facts == {"kind": "urge", "reason": "人已离职"}
    with pytest.raises(notices.LetterAlive):
        notices.replay(session, HERE, dead[0], BY, NOW)
    assert notices.replay_all(session, HERE, "fake", BY, NOW) == 1


def test_an_unknown_letter_does_not_exist(session: Session) -> None:
    with pytest.raises(notices.LetterUnknown):
        notices.replay(session, HERE, uuid.UUID(int=9), BY, NOW)


def test_the_letters_of_another_city_do_not_exist(session: Session, dead: list[uuid.UUID]) -> None:
    for elsewhere in (["4206"], ["33"], []):
        assert notices.list_dead(session, elsewhere) == [] and notices.count_dead(session, elsewhere) == 0
        assert notices.replay_all(session, elsewhere, "fake", BY, NOW) == 0
        with pytest.raises(notices.LetterUnknown):
            notices.drop(session, elsewhere, dead[0], "别处的", BY, NOW)
    assert notices.count_dead(session, ["3309.330921"]) == 2
