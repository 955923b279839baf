"""Supervision carries a moment by which an answer is wanted; what nobody has acted on is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import cases, notices, verification
from engine.cases import demanding, pages, reading
from engine.cases.errors import ActInvalid, ActNotAllowed, ActUnavailable
from engine.cases.models import Case
from engine.cases.rows import CaseRow
from engine.directory import Actor
from engine.notices.models import Inbox, Outbox
from tests.town import BASE, COUNTY, Office

MINUTE = timedelta(minutes=1)


@pytest.fixture
def boss(office: Office) -> Actor:
    """Who supervises the county."""
    return office.who("supervisor", f"{COUNTY}-centre")


@pytest.fixture
def clerk(office: Office, boss: Actor) -> Actor:
    """Who handles a case that the county supervises."""
    office.resident()
    while "dispatch" in office.open:
        office.do("dispatch", "department")
    found = office.for_task(office.task("sign"))
    office.act("supervise", boss, reason="一周没有动静", reply_by=office.at_office(3, 6, 12).isoformat())
    return found


def _reply(office: Office, who: Actor, said: str) -> None:
    cases.act_on(office.session, who, office.case.number, "reply", {"text": said}, office.at)


def _queue(office: Office, who: Actor) -> list[str]:
    key = "to-answer" if who.has("seat") else "clerk-to-answer"
    return [row.number for row in reading.queue(office.session, who, key, office.at).items]


def test_the_unit_sees_it_answers_it_and_the_supervisor_hears(office: Office, boss: Actor, clerk: Actor) -> None:
    assert _queue(office, clerk) == [office.case.number]
    page = pages.case_page(office.session, clerk, office.case.number, office.at)
    assert [(one.reason, one.reply, one.reply_by) for one in page.demanded] == [
        ("一周没有动静", "", office.at_office(3, 6, 12))]
    assert [lane.level for lane in page.chart.lanes if lane.supervised] == ["county"]
    assert "reply" in {offer.verb for offer in cases.available_acts(office.session, clerk, office.case, office.at)}
    _reply(office, clerk, "今天下午到场")
    notices.deliver_due(office.session, office.at)
    assert _queue(office, clerk) == []
    page = pages.case_page(office.session, clerk, office.case.number, office.at)
    assert [(one.reply, one.replied_by) for one in page.demanded] == [("今天下午到场", clerk.label)]
    heard = select(func.count()).select_from(Inbox).where(Inbox.person_id == boss.person_id, Inbox.kind == "replied")
    assert office.session.scalar(heard) == 1
    with pytest.raises(ActUnavailable):
        _reply(office, clerk, "再回一次")


def test_a_list_says_until_when_an_answer_is_wanted_and_the_page_when_it_is_late(
        office: Office, boss: Actor, clerk: Actor) -> None:
    def row() -> CaseRow:
        return next(one for one in reading.queue(office.session, clerk, "with-us", office.at).items)

    def is_unanswered() -> bool:
        return pages.case_page(office.session, clerk, office.case.number, office.at).is_unanswered(office.at)

    assert row().answer_by == office.at_office(3, 6, 12) and not is_unanswered()
    office.at = office.at_office(3, 6, 13)
    assert is_unanswered()
    _reply(office, clerk, "今天下午到场")
    assert row().answer_by is None and not is_unanswered()


def test_of_a_closed_case_nobody_need_answer(office: Office, boss: Actor, clerk: Actor) -> None:
    case, office.at = office.case, office.at_office(3, 6, 13)
    case.stage, case.closed_at, case.outcome = "closed", office.at, "handled"
    office.session.flush()
    [row] = reading.list_where(office.session, [Case.id == case.id], office.at).items
    assert row.supervised == 1 and row.answer_by is None
    assert not pages.case_page(office.session, clerk, case.number, office.at).is_unanswered(office.at)


def test_nobody_else_answers(office: Office, boss: Actor, clerk: Actor) -> None:
    with pytest.raises(ActNotAllowed):
        _reply(office, boss, "x")
    with pytest.raises(ActUnavailable):
        _reply(office, office.who("seat", f"{COUNTY}-centre"), "x")


def test_the_moment_is_the_offices_own_where_none_is_said_and_never_past(office: Office, boss: Actor) -> None:
    office.report()
    with pytest.raises(ActInvalid):
        office.act("supervise", boss, reply_by=office.at.isoformat())
    office.act("supervise", boss)
    [one] = demanding.list_demanded(office.session, office.case, {})
    assert one.reply_by == office.at_office(3, 6, 18) or one.reply_by == office.at_office(3, 6, 17, 30)
    assert not one.is_overdue(one.reply_by) and one.is_overdue(one.reply_by + MINUTE)


def test_what_is_taken_back_leaves_an_entry_and_no_unread_notice(office: Office, boss: Actor, clerk: Actor) -> None:
    notices.deliver_due(office.session, office.at)
    told = select(func.count()).select_from(Inbox).where(Inbox.kind == "supervise")
    assert office.session.scalar(told)
    notices.mark_read(office.session, clerk.person_id or 0, office.at)
    office.act("withdraw", boss)
    notices.deliver_due(office.session, office.at)
    assert (office.case.supervised, office.session.scalar(told), _queue(office, clerk)) == (0, 1, [])
    assert office.session.scalar(select(func.count()).select_from(Outbox).where(Outbox.kind == "withdrawn")) == 1
    [entry] = office.entries("withdraw")
    assert entry.facts["demand"] == "supervise" and entry.facts["set"]["supervised"] == 0
    found = verification.verify(office.session, office.at)
    assert {name: one.examples for name, one in found.items() if one.violations} == {}


def test_it_is_too_late_once_the_unit_has_acted(office: Office, boss: Actor, clerk: Actor) -> None:
    office.do("sign", "sign", by=clerk)
    with pytest.raises(ActUnavailable):
        office.act("withdraw", boss)


def test_it_is_too_late_after_half_an_hour_and_nobody_elses_to_take_back(
        office: Office, boss: Actor, clerk: Actor) -> None:
    with pytest.raises(ActUnavailable):
        office.act("withdraw", office.who("seat", f"{COUNTY}-centre"))
    office.at += timedelta(minutes=31)
    with pytest.raises(ActUnavailable):
        office.act("withdraw", boss)


# after the case has moved on ------------------------------------------------------------------------------------
def _waits_for(office: Office) -> list[str]:
    return [one.organisation for one in demanding.list_demanded(office.session, office.case, {})]


def _redirected(office: Office, verb: str) -> list[str]:
    page = pages.case_page(office.session, office.who("seat", f"{COUNTY}-centre"), office.case.number, office.at)
    return [line.note for line in page.lines if line.verb == verb]


def test_after_a_reassignment_it_waits_for_whoever_has_the_case_now(office: Office, boss: Actor, clerk: Actor) -> None:
    office.do("sign", "sign", by=clerk)
    office.at += MINUTE
    centre = office.who("seat", f"{BASE[:12]}-centre")
    office.act("reassign", centre)
    held = centre.posts[0].organisation_name
    assert _waits_for(office) == [held] and _queue(office, clerk) == []
    assert _queue(office, centre) == [office.case.number]
    assert _redirected(office, "reassign") == [f"督办改由{held}回复"]
    office.do("dispatch", "department", organisation=office.unit("zongzhi"))
    other = office.for_task(office.task("sign"))
    assert other.posts[0].organisation_id != clerk.posts[0].organisation_id
    assert _waits_for(office) == [other.posts[0].organisation_name]
    assert _queue(office, other) == [office.case.number] and _queue(office, centre) == []
    told = select(func.count()).select_from(Outbox).where(
        Outbox.kind == "supervise", Outbox.recipient_id == other.person_id)
    assert office.session.scalar(told) == 1
    with pytest.raises(ActNotAllowed):
        _reply(office, boss, "x")
    with pytest.raises(ActUnavailable):
        _reply(office, clerk, "不再是我们的")
    _reply(office, other, "明天到场")
    assert _queue(office, other) == []


def test_what_a_centre_was_asked_before_it_dispatched_stays_its_own(office: Office, boss: Actor) -> None:
    office.resident()
    while office.case.level != "county":
        office.do("dispatch", "up")
    centre = office.who("seat", f"{COUNTY}-centre")
    office.act("supervise", boss)
    office.do("dispatch", "department")
    assert _waits_for(office) == [centre.posts[0].organisation_name] and _queue(office, centre) == [office.case.number]


def test_what_a_centre_was_asked_goes_with_the_case_to_the_level_that_takes_it(office: Office, boss: Actor) -> None:
    office.resident()
    office.act("supervise", boss)
    office.do("dispatch", "up")
    seat = office.for_task(office.task("dispatch"))
    assert _waits_for(office) == [seat.posts[0].organisation_name] and _queue(office, seat) == [office.case.number]
    found = verification.verify(office.session, office.at)
    assert {name: one.examples for name, one in found.items() if one.violations} == {}


def test_what_was_answered_stays_with_whoever_answered(office: Office, boss: Actor, clerk: Actor) -> None:
    _reply(office, clerk, "今天下午到场")
    office.do("sign", "sign", by=clerk)
    office.act("reassign", office.who("seat", f"{COUNTY}-centre"))
    assert _waits_for(office) == [clerk.posts[0].organisation_name] and _redirected(office, "reassign") == [""]
