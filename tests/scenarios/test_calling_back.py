"""回访: attempt by attempt, channels that are down, ratings by link, by telephone and at the door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import cases, directory, notices, residents
from engine.cases import callbacks, contacts
from engine.cases.errors import ActInvalid, ActNotAllowed, ActUnavailable
from engine.cases.models import ContactRecord, EntryText, Rating
from engine.cases.unmasking import unmask
from engine.notices import states
from engine.notices.channels import ChannelDown
from engine.notices.models import Outbox
from tests.town import BASE, Office

pytestmark = pytest.mark.cites("E4", "E15")
OWN = (("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))
CHANNELS = ("sms", "messenger", "email")
Break = Callable[..., None]


@pytest.fixture
def broken(office: Office, monkeypatch: pytest.MonkeyPatch) -> Break:
    """Lets these channels of ours be down since a quarter of an hour, and the others work."""
    for name in CHANNELS:
        monkeypatch.setattr(notices.CHANNELS[name], "health", lambda: "")

    def let(*down: str) -> None:
        for name in CHANNELS:
            states.succeeded(office.session, name, office.at)
        for name in down:
            states.broke(office.session, name, ChannelDown("网关没有应答"), office.at - timedelta(minutes=15))
    return let


@pytest.fixture
def told(office: Office, broken: Break) -> Office:
    """An office whose resident must be told now."""
    office.resident(grid=BASE)
    assert office.walk(*OWN) == ["inform"]
    return office


def seat(office: Office) -> directory.Actor:
    return office.who("seat", "330902002001-centre")


def tries(office: Office, method: str, result: str = "no_answer", minutes: int = 0, **values: Any) -> list[str]:
    office.at += timedelta(minutes=minutes)
    cases.act_on(office.session, seat(office), office.case.number, "contact",
                 {"method": method, "result": result, **values}, office.at)
    return office.open


def rows(office: Office) -> list[ContactRecord]:
    return list(office.session.scalars(select(ContactRecord).where(ContactRecord.case_id == office.case.id)
                                       .order_by(ContactRecord.id)))


def ratings(office: Office) -> list[tuple[int, str, str | None]]:
    asked = select(Rating).where(Rating.case_id == office.case.id).order_by(Rating.round)
    return [(one.round, one.rating, one.channel) for one in office.session.scalars(asked)]


def refusal(office: Office, element: str) -> str:
    with pytest.raises(ActInvalid) as refused:
        office.do(element, "unreachable")
    return str(refused.value.fields["outcome"][0])


# attempts -----------------------------------------------------------------------------------------------------
def test_unreachable_takes_three_attempts_in_two_ways_not_all_at_once(told: Office) -> None:
    assert "还需 3 次" in refusal(told, "inform")
    tries(told, "phone")
    tries(told, "phone", minutes=5)
    assert "还需 1 次，要换一种方式" in refusal(told, "inform")
    tries(told, "phone", "wrong_number", minutes=90)
    assert "还需 1 次，要换一种方式" in refusal(told, "inform")
    tries(told, "face", minutes=5)
    assert told.do("inform", "unreachable") == ["rate"]
    assert told.entries("inform")[0].facts["attempts"] == 4 and told.case.told_at is None


def test_three_attempts_within_the_hour_are_one_hurried_attempt(told: Office) -> None:
    tries(told, "phone")
    tries(told, "sms", minutes=5)
    tries(told, "face", minutes=5)
    state = callbacks.tried(rows(told), cases.host_for(told.session, told.case, told.at).pins, "normal", told.at)
    assert (state.more, state.is_one_way, state.not_before) == (1, False, told.at + timedelta(minutes=50))
    assert state.dots == (True, True, True, False) and "首末相隔 60 分钟" in refusal(told, "inform")
    tries(told, "phone", minutes=50)
    assert told.do("inform", "unreachable") == ["rate"]


def test_a_text_message_and_its_link_are_one_way(told: Office) -> None:
    tries(told, "sms")
    tries(told, "link", minutes=45)
    tries(told, "sms", minutes=45)
    assert "还需 1 次，要换一种方式" in refusal(told, "inform")


def test_whoever_answers_has_been_told_in_one_act(told: Office) -> None:
    tries(told, "phone")
    assert tries(told, "phone", "reached", minutes=30, note="儿子 13900001111 代接，已转达") == ["rate"]
    assert [(one.method, one.result) for one in rows(told)] == [("phone", "no_answer"), ("phone", "reached")]
    assert told.case.told_at == told.at


def test_what_was_noted_of_a_call_is_sealed_and_not_in_the_record(told: Office) -> None:
    tries(told, "phone", note="儿子 13900001111 代接")
    assert contacts.words_of(rows(told)[0], told.case.number) == "儿子 13900001111 代接"
    assert "13900001111" not in str([entry.facts for entry in told.entries()])
    assert "13900001111" not in "".join(told.session.scalars(select(EntryText.text)))


def test_only_who_calls_back_records_attempts(told: Office) -> None:
    with pytest.raises(ActNotAllowed):
        told.act("contact", told.who("clerk", "330902002-housing"), method="phone", result="no_answer")
    with pytest.raises(ActInvalid):
        cases.act_on(told.session, told.worker(), told.case.number, "contact",
                     {"method": "phone", "result": "reached"}, told.at)
    told.report()
    with pytest.raises(ActUnavailable):
        tries(told, "phone")


def test_a_reopened_case_is_told_anew(told: Office) -> None:
    tries(told, "phone", "reached")
    told.walk(("rate", "dissatisfied"), ("handle_task", "done"), ("check", "pass"))
    assert told.open == ["inform"] and "还需 3 次" in refusal(told, "inform")


# channels that are down ---------------------------------------------------------------------------------------
def test_a_message_that_cannot_leave_is_no_contact(told: Office, broken: Break) -> None:
    broken("sms")
    with pytest.raises(ActInvalid) as refused:
        told.do("inform", "told", method="sms")
    assert "method" in refused.value.fields and told.open == ["inform"]
    for method in ("sms", "link", "sms"):
        tries(told, method, minutes=40)
    assert [one.counts for one in rows(told)] == [False, False, False] and "还需 3 次" in refusal(told, "inform")
    broken()
    assert told.do("inform", "told", method="sms") == ["rate"]


def test_seven_days_do_not_close_what_nobody_was_told_until_somebody_calls(told: Office, broken: Break) -> None:
    told.do("inform", "told", method="link")
    broken("sms")
    due = told.timers()["unrated"]
    assert told.wait(due) == ["call"] and told.case.closed_at is None
    assert told.wait(due + timedelta(days=30)) == ["call"] and told.offered_to("call") == "330902002001-centre"
    with pytest.raises(ActInvalid):
        tries(told, "sms", "reached")
    tries(told, "phone")
    assert told.open == ["call"] and told.case.closed_at is None
    assert tries(told, "phone", "reached", minutes=60) == ["rate"]
    again = told.timers()["unrated"]
    assert again == told.at + timedelta(days=7)
    assert told.wait(again) == [] and told.case.closed_at == again


def test_a_message_that_was_given_up_is_no_contact_though_its_channel_works(told: Office, broken: Break) -> None:
    broken()
    told.do("inform", "told", method="link")
    told.session.execute(update(Outbox).where(Outbox.recipient_id.is_(None)).values(dead_at=told.at))
    assert told.wait(told.timers()["unrated"]) == ["call"] and told.case.closed_at is None
    told.session.execute(update(Outbox).where(Outbox.recipient_id.is_(None)).values(dead_at=None, delivered_at=told.at))
    assert tries(told, "phone", "reached") == ["rate"]


def test_a_channel_that_works_again_closes_it_as_ever(told: Office, broken: Break) -> None:
    told.do("inform", "told", method="sms")
    broken("sms")
    told.wait(told.timers()["unrated"] - timedelta(hours=1))
    broken("email")
    told.session.execute(update(Outbox).where(Outbox.channel == "sms").values(delivered_at=told.at, attempts=1))
    assert told.wait(told.at + timedelta(hours=1)) == []


def test_a_call_in_vain_counts_where_a_wrong_number_does_not(told: Office, broken: Break) -> None:
    tries(told, "sms")
    tries(told, "sms", minutes=45)
    tries(told, "phone", "wrong_number", minutes=45)
    assert told.do("inform", "unreachable") == ["rate"]
    broken("sms")
    assert told.wait(told.timers()["unrated"]) == ["call"]
    assert "还需 2 次" in refusal(told, "call")
    tries(told, "face")
    tries(told, "face", minutes=90)
    assert told.do("call", "unreachable") == ["rate"]
    assert told.wait(told.timers()["unrated"]) == []


def test_a_refusal_is_told_before_it_closes_and_not_by_a_dead_channel(told: Office, broken: Break) -> None:
    told.resident()
    told.do("dispatch", "refuse")
    broken("sms")
    with pytest.raises(ActInvalid):
        tries(told, "sms", "reached")
    assert tries(told, "phone", "reached") == [] and told.case.outcome == "refused"


def test_the_resident_who_rates_has_been_reached(told: Office, broken: Break) -> None:
    told.do("inform", "told", method="link")
    broken("sms")
    visit = residents.Visit(told.case)
    asked = residents.standing_of(told.session, visit, told.at).asked[0]
    residents.answer(told.session, visit, asked.task, "basic", {}, asked.version, told.at)
    assert told.open == [] and ratings(told) == [(0, "basic", "link")]


# ratings ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("values", "channel"), [({}, "phone"), ({"method": "face"}, "face")])
def test_a_rating_that_a_seat_enters_says_how_it_came(told: Office, values: dict[str, str], channel: str) -> None:
    told.do("inform", "told")
    told.do("rate", "satisfied", None, **values)
    assert ratings(told) == [(0, "satisfied", channel)] and told.entries("rate")[0].facts["rated_by"] == channel


def test_the_second_rating_is_final(told: Office) -> None:
    told.walk(("inform", "told"), ("rate", "dissatisfied"), ("handle_task", "done"), ("check", "pass"))
    told.walk(("inform", "told"), ("rate", "dissatisfied"))
    assert told.case.stage == "closed" and [one[:2] for one in ratings(told)] == [(0, "dissatisfied"),
                                                                                 (1, "dissatisfied")]


def test_setting_aside_a_demand_needs_a_reason_and_a_word_to_the_reporter(told: Office, broken: Break) -> None:
    told.do("inform", "told", method="sms")
    broken("sms")
    with pytest.raises(Exception) as refused:
        told.do("rate", "unreasonable", reason="")
    assert set(refused.value.fields) == {"reason"}  # type: ignore[attr-defined]
    assert told.do("rate", "unreasonable") == ["call"] and told.case.closed_at is None
    assert tries(told, "face", "reached") == [] and ratings(told) == [(0, "unreasonable", "set_aside")]


def test_the_grid_worker_takes_the_rating_at_the_door(told: Office) -> None:
    told.do("inform", "told")
    worker, number = told.worker(), told.case.number
    given = {"rating": "dissatisfied", "reason": "楼道又堆上了", "read_back": True}
    for missing in ("reason", "read_back"):
        with pytest.raises(ActInvalid) as refused:
            cases.act_on(told.session, worker, number, "rate_in_person",
                         {**given, missing: False if missing == "read_back" else ""}, told.at)
        assert set(refused.value.fields) == {missing}
    cases.act_on(told.session, worker, number, "rate_in_person", given, told.at)
    assert told.open == ["handle_task"] and ratings(told) == [(0, "dissatisfied", "face")]
    assert told.entries("rate_in_person")[0].actor == worker.label


def test_nobody_takes_the_rating_of_what_they_settled_themselves(office: Office, broken: Break) -> None:
    office.report(settled="当场清走了。", contact={"phone": "13800001111"}, photos=(office.photo(office.worker()),))
    assert office.do("inform", "told") == ["rate"]
    with pytest.raises(ActNotAllowed):
        cases.act_on(office.session, office.worker(), office.case.number, "rate_in_person",
                     {"rating": "satisfied", "read_back": True}, office.at)


def test_looking_at_the_number_before_a_call_is_on_the_record(told: Office) -> None:
    assert unmask(told.session, seat(told), told.case.number, "回访", told.at).phone == "13800001111"
    assert [entry.verb for entry in told.entries()][-1] == "unmask"
