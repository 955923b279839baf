"""The postman: what arrives is passed on by the chosen channels; whatever breaks, nothing is lost, none waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import notices
from engine.notices import channels, strangers
from engine.notices.channels import SENT, Answer, ChannelDown, Letter
from engine.notices.models import Outbox
from tests.builders import NOW
from tests.engine.notices.post import Fake, reader, rows, tell, walk

NOW_BY_FAKE = {"ways": {"urge": {"fake": "now"}, "task": {"fake": "now"}}}
MINUTE = timedelta(minutes=1)


def test_what_arrives_is_passed_on_once_by_the_chosen_channel(session: Session, fake: Fake) -> None:
    person = reader(session, NOW_BY_FAKE)
    tell(session, person)
    tell(session, person, kind="closed", subject="330921-0002 已结案")
    assert walk(session) == 1 and walk(session) == 0
    assert [(one.address, one.subject) for one in fake.sent] == [("zhang@example.cn", "330921-0001 催办")]
    assert rows(session)[0].delivered_at == NOW


@pytest.mark.parametrize("lack", ["configuration", "address"])
def test_nothing_is_passed_on_where_it_could_not_go(session: Session, fake: Fake, lack: str) -> None:
    fake.lacking = "FAKE_URL" if lack == "configuration" else ""
    tell(session, reader(session, NOW_BY_FAKE, email=None if lack == "address" else "z@example.cn"))
    assert rows(session) == []


def test_old_stories_are_not_passed_on(session: Session, fake: Fake) -> None:
    person = reader(session, NOW_BY_FAKE)
    notices.put(session, recipients=[person.id], kind="urge", subject="演示", at=NOW)
    session.flush()
    notices.deliver_due(session, NOW, pass_on=False)
    assert rows(session) == []


def test_a_postman_who_dies_has_only_delayed_his_letters_and_the_id_stays(session: Session, fake: Fake) -> None:
    tell(session, reader(session, NOW_BY_FAKE))
    taken = notices.take(session, "fake", NOW)
    notices.carry(taken)
    assert walk(session, NOW + 4 * MINUTE) == 0, "another takes it only after the lease"
    assert walk(session, NOW + 5 * MINUTE) == 1
    assert fake.sent[0].id == fake.sent[1].id and rows(session)[0].attempts == 2


def test_what_a_postman_carries_is_not_taken_back_in_silence(session: Session, fake: Fake) -> None:
    person = reader(session, NOW_BY_FAKE)
    tell(session, person)
    session.execute(update(Outbox).values(case_id=77))
    assert len(notices.take(session, "fake", NOW).letters) == 1
    assert notices.take_back(session, 77, "urge", NOW) == [person.id]
    assert len(rows(session)) == 1


def test_a_letter_over_which_every_postman_dies_is_given_up(session: Session, fake: Fake) -> None:
    tell(session, reader(session, NOW_BY_FAKE))
    at = NOW
    for _ in range(8):
        assert len(notices.take(session, "fake", at).letters) == 1
        at += timedelta(minutes=5)
    assert notices.take(session, "fake", at).letters == ()
    assert rows(session)[0].dead_at == at


def test_late_news_of_a_lost_lease_count_only_when_it_went(session: Session, fake: Fake) -> None:
    tell(session, reader(session, NOW_BY_FAKE))
    fake.answer = lambda letter: Answer("never", "550 unknown")
    lost = notices.carry(notices.take(session, "fake", NOW))
    fake.answer = lambda letter: SENT
    again = notices.carry(notices.take(session, "fake", NOW + 5 * MINUTE))
    notices.note(session, lost, NOW + 6 * MINUTE)
    assert rows(session)[0].dead_at is None, "who took it again decides"
    notices.note(session, again, NOW + 6 * MINUTE)
    assert rows(session)[0].delivered_at == NOW + 6 * MINUTE


def test_what_is_refused_for_now_waits_longer_each_time_and_for_ever_is_dead_at_once(session: Session, fake: Fake
                                                                                     ) -> None:
    person = reader(session, NOW_BY_FAKE)
    tell(session, person, subject="甲")
    tell(session, person, subject="乙")
    tell(session, person, subject="丙")
    fake.answer = lambda letter: {
        "甲": Answer("later", "451 zhang@example.cn: greylisted"), "乙": Answer("never", "550"), "丙": SENT,
    }[letter.subject]
    assert walk(session) == 3
    waiting, sent, dead = rows(session)[2], rows(session)[0], rows(session)[1]
    assert (waiting.next_try_at, waiting.problem) == (NOW + MINUTE, "451 …: greylisted"), "the address is not kept"
    assert sent.delivered_at == NOW and dead.dead_at == NOW
    assert walk(session, NOW + MINUTE) == 1 and waiting.next_try_at == NOW + 3 * MINUTE


def test_a_channel_that_is_down_wears_no_letter_out_and_is_asked_ever_more_slowly(session: Session, fake: Fake) -> None:
    person = reader(session, NOW_BY_FAKE)
    for subject in "甲乙丙":
        tell(session, person, subject=subject)

    def down(letter: Letter) -> Answer:
        raise ChannelDown("connection refused")

    fake.answer, at, tries = down, NOW, []
    while at < NOW + timedelta(hours=5):
        tries += [at] if walk(session, at) else []
        at += timedelta(seconds=15)
    assert {row.attempts for row in rows(session)} == {0} and len(tries) < 70
    health = next(one for one in notices.channel_health(session, at) if one.channel == "fake")
    assert (health.is_down, health.waiting, health.problem) == (True, 3, "connection refused")
    fake.answer = lambda letter: SENT
    walk(session, at + timedelta(minutes=5))
    health = next(one for one in notices.channel_health(session, at + timedelta(minutes=5)) if one.channel == "fake")
    assert (health.is_down, health.waiting, health.problem, len(fake.sent)) == (False, 0, "", 3)


def test_a_letter_that_breaks_the_line_is_tried_after_the_others_and_dies_alone(session: Session, fake: Fake) -> None:
    person = reader(session, NOW_BY_FAKE)
    for subject in ("毒", "好"):
        tell(session, person, subject=subject)

    def fragile(letter: Letter) -> Answer:
        if letter.subject == "毒":
            raise ConnectionResetError("gone")
        return SENT

    fake.answer, at = fragile, NOW
    for _ in range(12):
        walk(session, at)
        at += timedelta(hours=3)
    good, poison = sorted(rows(session), key=lambda row: row.subject != "好")
    assert [one.subject for one in fake.sent] == ["好"] and good.delivered_at is not None
    assert poison.dead_at is not None and poison.attempts == 8


def test_a_busy_channel_waits_as_long_as_it_asked_and_is_not_down(session: Session, fake: Fake) -> None:
    tell(session, reader(session, NOW_BY_FAKE))

    def busy(letter: Letter) -> Answer:
        raise ChannelDown("429", after=timedelta(minutes=20), is_busy=True)

    fake.answer = busy
    assert walk(session) == 1 and walk(session, NOW + 19 * MINUTE) == 0
    assert not next(one for one in notices.channel_health(session, NOW + 19 * MINUTE) if one.channel == "fake").is_down
    fake.answer = lambda letter: SENT
    assert walk(session, NOW + 20 * MINUTE) == 1 and len(fake.sent) == 1


def test_a_postman_who_is_told_to_stop_gives_the_rest_back(session: Session, fake: Fake) -> None:
    person = reader(session, NOW_BY_FAKE)
    for subject in "甲乙丙":
        tell(session, person, subject=subject)
    notices.note(session, notices.carry(notices.take(session, "fake", NOW), lambda: True), NOW)
    assert len(fake.sent) == 1 and walk(session) == 2


def test_who_has_left_or_lost_the_address_gets_nothing(session: Session, fake: Fake) -> None:
    gone, moved = reader(session, NOW_BY_FAKE), reader(session, NOW_BY_FAKE)
    tell(session, gone)
    tell(session, moved)
    gone.left_at, moved.email = NOW, " "
    session.flush()
    assert walk(session) == 0
    assert {row.problem for row in rows(session)} == {"no address in the register"}


def test_news_of_last_week_is_not_told(session: Session, fake: Fake) -> None:
    tell(session, reader(session, NOW_BY_FAKE))
    assert walk(session, NOW + timedelta(days=4)) == 0
    assert rows(session)[0].problem == "too old"


def test_somebody_without_an_account_gets_number_and_link_by_what_a_room_above_knows(
    session: Session, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[notices.Whom]] = []

    def reach(session: Session, wanted: Sequence[notices.Whom]) -> dict[notices.Whom, notices.Stranger]:
        asked.append(list(wanted))
        return {notices.Whom(7): notices.Stranger("13900000000", "/r/0007/secret")}

    monkeypatch.setattr(fake, "ADDRESS", "phone")
    monkeypatch.setattr(strangers, "_ways", [reach])
    monkeypatch.setattr(channels, "_public_url", "https://wangge.example.cn")
    for case in (7, 8):
        message = {"case_id": case, "kind": "result", "subject": "0007 已有结果", "at": NOW}
        assert notices.put_stranger(session, channel="fake", **message)  # type: ignore[arg-type]
        assert not notices.put_stranger(session, channel="sms", **message)  # type: ignore[arg-type]
    assert walk(session) == 1 and sorted(asked[0]) == [(7, None), (8, None)]
    letter, = fake.sent
    assert (letter.address, letter.body) == ("13900000000", "0007 已有结果 https://wangge.example.cn/r/0007/secret")
    dead, = (row for row in rows(session) if row.dead_at)
    assert (dead.case_id, dead.problem) == (8, "no address in the register")
