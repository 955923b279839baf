"""A channel that is down is told to the system administrators, once an outage; and once when it is well again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory, notices
from engine.notices.channels import SENT, Answer, ChannelDown, Letter
from engine.notices.models import Outbox
from tests import builders
from tests.builders import BEFORE, NOW
from tests.engine.notices.post import Fake, reader, rows, tell, walk

MINUTE = timedelta(minutes=1)
NOW_BY_FAKE = {"ways": {"urge": {"fake": "now"}, "channel": {"fake": "never"}}}


@pytest.fixture
def operators(session: Session) -> set[int]:
    """Two system administrators; a third has lost the post."""
    county = builders.a_division(session, "330921", "岱山县", "county", builders.a_division(
        session, "3309", "舟山市", "city"))
    centre = builders.a_centre(session, county).id
    posts = [directory.add_post(session, builders.a_person(session, name).id, "system_admin", centre, BEFORE)
             for name in ("周管", "吴管", "郑管")]
    posts[2].valid_to = NOW - 60 * MINUTE
    session.flush()
    return {post.person_id for post in posts[:2]}


def told(session: Session) -> list[tuple[int | None, str]]:
    """Who was told what about channels, in order."""
    asked = select(Outbox.recipient_id, Outbox.subject).where(Outbox.kind == "channel", Outbox.channel == "inapp")
    return [(person, subject) for person, subject in session.execute(
        asked.order_by(Outbox.made_at, Outbox.recipient_id))]


def down(letter: Letter) -> Answer:
    """What a server that does not answer does."""
    raise ChannelDown("connection refused")


def fail_until(session: Session, fake: Fake, at: datetime) -> None:
    """A letter that is tried, and tried again at that moment, in vain."""
    fake.answer = down
    tell(session, reader(session, NOW_BY_FAKE), at=at - 11 * MINUTE)
    walk(session, at - 11 * MINUTE)
    walk(session, at)


def test_an_outage_is_told_once_and_its_end_once(session: Session, fake: Fake, operators: set[int]) -> None:
    fail_until(session, fake, NOW)
    assert notices.watch_channels(session, NOW - 2 * MINUTE) == 0, "it has not failed for long"
    assert [notices.watch_channels(session, NOW + n * MINUTE) for n in range(3)] == [1, 0, 0]
    assert {person for person, _ in told(session)} == operators and len(told(session)) == 2
    assert told(session)[0][1] == "通知渠道「试」发不出去，信在等；请看「运行状况」"
    fake.answer = lambda letter: SENT
    assert walk(session, NOW + 20 * MINUTE) == 1
    assert [notices.watch_channels(session, NOW + n * MINUTE) for n in (20, 21)] == [1, 0]
    assert [subject for _, subject in told(session)][2:] == ["通知渠道「试」恢复正常"] * 2
    fail_until(session, fake, NOW + 60 * MINUTE)
    assert notices.watch_channels(session, NOW + 60 * MINUTE) == 1 and len(told(session)) == 6


def test_a_channel_whose_letters_were_given_up_is_not_well(session: Session, fake: Fake, operators: set[int]) -> None:
    tell(session, reader(session, NOW_BY_FAKE))
    assert notices.watch_channels(session, NOW + 11 * MINUTE) == 1, "due for long, and nothing left"
    for letter in rows(session):
        letter.dead_at = NOW + 12 * MINUTE
    session.flush()
    assert notices.watch_channels(session, NOW + 13 * MINUTE) == 0 and len(told(session)) == 2


def test_nobody_is_told_of_a_channel_that_is_not_set_up_nor_of_the_inbox(
        session: Session, fake: Fake, operators: set[int]) -> None:
    fail_until(session, fake, NOW)
    fake.lacking = "SMTP_URL"
    notices.put(session, recipients=operators, kind="urge", subject="催办", at=NOW - 20 * MINUTE)
    session.flush()
    assert notices.watch_channels(session, NOW) == 0 and told(session) == []
