"""申请 in virtual time: a unit asks for days or a hold, the centre decides, the second time the level above."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from engine import cases, directory
from engine.cases import requests
from engine.cases.errors import ActInvalid, ActNotAllowed, ActUnavailable
from engine.cases.models import Request
from engine.notices.models import Outbox
from engine.worklist.errors import OwnWork
from tests import builders
from tests.town import BASE, TOWNSHIP, Office

pytestmark = pytest.mark.cites("E4")
SEAT, ABOVE, UNIT = f"{TOWNSHIP}-centre", "330902-centre", f"{TOWNSHIP}-housing"


@pytest.fixture
def unit(office: Office) -> Office:
    """A case that the housing unit of the township handles in five working days: until Wednesday 11 March 17:30."""
    office.report(grid=BASE)
    office.do("dispatch", "up")
    office.walk(("dispatch", "department"), ("sign", "sign"))
    assert office.offered_to("handle_task") == UNIT
    assert office.deadline("handle").due_at == office.at_office(3, 11, 17, 30)
    return office


def ask(office: Office, verb: str = "ask_extension", **values: object) -> list[str]:
    """The unit's clerk asks."""
    given = {"days": 2} if verb == "ask_extension" else {}
    return office.act(verb, office.who("clerk", UNIT), **(given | values))


def asked(office: Office) -> Request:
    """The last request of the case."""
    return requests.list_requests(office.session, office.case.id)[0]


def told(office: Office, kind: str = "request") -> list[str]:
    """What the notices of a kind said about this case."""
    return list(office.session.scalars(
        select(Outbox.subject).where(Outbox.case_id == office.case.id, Outbox.kind == kind).order_by(Outbox.made_at)))


# an extension ---------------------------------------------------------------------------------------------------------
def test_a_granted_extension_moves_the_due_time_and_says_who_when_and_why(unit: Office) -> None:
    assert ask(unit) == ["decide_request", "handle_task"] and unit.offered_to("decide_request") == SEAT
    unit.do("decide_request", "grant")
    due = unit.at_office(3, 13, 17, 30)
    assert unit.deadline("handle").due_at == due == asked(unit).granted_until
    line = next(one for one in cases.explain_deadlines(unit.session, unit.case, unit.at) if one["stage"] == "handle")
    step, = line["extended"]
    assert datetime.fromisoformat(step["to"]) == due and step["reason"] == "按规定" and "seat" in step["by"]
    assert "clerk" in step["asked_by"] and told(unit) == [f"{unit.case.number} 延期申请已同意"]


def test_fewer_days_are_granted_with_a_reason(unit: Office) -> None:
    ask(unit, days=5)
    with pytest.raises(ActInvalid), unit.session.begin_nested():
        unit.do("decide_request", "fewer", days=1.5)
    for too_many in (5, 6):
        with pytest.raises(ActInvalid) as refused, unit.session.begin_nested():
            unit.do("decide_request", "fewer", days=too_many, reason="多给")
        assert "少于申请的 5 个" in refused.value.fields["days"][0]
    unit.do("decide_request", "fewer", days=1, reason="一天够了")
    assert unit.deadline("handle").due_at == unit.at_office(3, 12, 17, 30)
    assert (asked(unit).state, asked(unit).decision) == ("fewer", "一天够了")


def test_refused_nothing_moves_and_the_asker_is_told(unit: Office) -> None:
    ask(unit)
    unit.do("decide_request", "refuse", reason="还有五天")
    assert unit.deadline("handle").due_at == unit.at_office(3, 11, 17, 30)
    assert asked(unit).state == "refused" and told(unit) == [f"{unit.case.number} 延期申请未同意"]


def test_the_total_clock_follows_where_it_would_end_before(unit: Office) -> None:
    ask(unit, days=60)
    unit.do("decide_request", "grant")
    assert unit.case.total_due_at == unit.deadline("handle").due_at


def test_the_second_extension_is_decided_by_the_level_above(unit: Office) -> None:
    ask(unit)
    unit.do("decide_request", "grant")
    assert ask(unit) == ["decide_request_above", "handle_task"]
    assert unit.offered_to("decide_request_above") == ABOVE and asked(unit).before == 1
    unit.do("decide_request_above", "grant")
    assert unit.deadline("handle").due_at == unit.at_office(3, 17, 17, 30)


def test_the_asker_never_decides_even_with_a_seat_of_the_centre(unit: Office) -> None:
    clerk = unit.who("clerk", UNIT)
    centre = unit.who("seat", SEAT).posts[0].organisation_id
    directory.add_post(unit.session, clerk.person_id or 0, "seat", centre, builders.BEFORE)
    both = unit.who("clerk", UNIT)
    assert both.person_id == clerk.person_id and both.has("seat")
    ask(unit)
    with pytest.raises(OwnWork):
        unit.do("decide_request", "grant", by=both)


def test_a_centre_that_handles_itself_asks_the_level_above(office: Office) -> None:
    office.report(grid=BASE)
    office.do("dispatch", "own")
    seat = office.who("seat", f"{BASE[:12]}-centre")
    assert office.act("ask_extension", seat, days=1) == ["decide_request_above", "handle_task"]
    assert office.offered_to("decide_request_above") == SEAT


def test_only_before_the_due_time_and_only_whole_days(unit: Office) -> None:
    for days in (0, 1.5, -2):
        with pytest.raises(ActInvalid), unit.session.begin_nested():
            ask(unit, days=days)
    unit.wait(unit.at_office(3, 11, 17, 31))
    with pytest.raises(ActUnavailable), unit.session.begin_nested():
        ask(unit)
    assert unit.open == ["handle_task"]


def test_one_request_at_a_time_and_nobody_else_may_ask(unit: Office) -> None:
    with pytest.raises(ActNotAllowed):
        unit.act("ask_extension", unit.who("seat", SEAT), days=1)
    ask(unit)
    with pytest.raises(ActUnavailable):
        ask(unit, "ask_hold", condition="等施工许可")
    with pytest.raises(ActUnavailable):
        unit.act("extend", unit.who("seat", SEAT), until=unit.at_office(3, 20, 17, 30).isoformat())


# time -----------------------------------------------------------------------------------------------------------------
def test_not_decided_in_four_working_hours_it_goes_to_the_level_above(unit: Office) -> None:
    ask(unit)
    assert unit.timers() == {"undecided": unit.at_office(3, 4, 14)}
    assert unit.wait(unit.at_office(3, 4, 14)) == ["decide_request_above", "handle_task"]
    assert asked(unit).state == "open" and unit.offered_to("decide_request_above") == ABOVE
    unit.wait(unit.at_office(3, 6, 9))
    assert unit.entries("urge")  # and whoever has it is reminded and urged, as of any work
    unit.do("decide_request_above", "grant")
    assert unit.deadline("handle").due_at == unit.at_office(3, 13, 17, 30) and unit.timers() == {}


def test_asked_in_time_it_may_be_granted_after_the_due_time(unit: Office) -> None:
    unit.wait(unit.at_office(3, 11, 17))
    ask(unit)
    unit.wait(unit.at_office(3, 12, 9))
    unit.do("decide_request", "grant")
    assert unit.deadline("handle").due_at == unit.at_office(3, 13, 17, 30)


def test_it_ends_with_the_work(unit: Office) -> None:
    ask(unit)
    assert unit.do("handle_task", "done") == ["check"] and unit.timers() == {}
    assert asked(unit).state == "withdrawn" and told(unit) == [f"{unit.case.number} 延期申请已撤销：办理已经结束"]
    unit.do("check", "rework")
    assert ask(unit) == ["decide_request", "handle_task"]


# a hold ---------------------------------------------------------------------------------------------------------------
def test_a_granted_hold_stops_the_clock_until_the_day_that_was_asked_for(unit: Office) -> None:
    until = unit.at_office(3, 16, 8, 30)
    ask(unit, "ask_hold", until=until.isoformat())
    unit.do("decide_request", "grant")
    assert unit.case.stopped_until == until and unit.open == ["handle_task"] and unit.timers() == {}
    unit.wait(unit.at_office(3, 16, 9))
    assert unit.case.stopped_at is None and unit.deadline("handle").due_at > unit.at_office(3, 16, 9)


def test_a_hold_until_a_condition_is_looked_at_again_after_ninety_days(unit: Office) -> None:
    ask(unit, "ask_hold", condition="等管线迁改完成")
    unit.do("decide_request", "grant")
    assert unit.case.stopped_until == unit.at_office(6, 2, 9)
    unit.act("resume", unit.who("seat", SEAT))
    assert unit.case.stopped_at is None


def test_a_hold_names_an_end_or_a_condition(unit: Office) -> None:
    with pytest.raises(ActInvalid), unit.session.begin_nested():
        ask(unit, "ask_hold")
    with pytest.raises(ActInvalid), unit.session.begin_nested():
        ask(unit, "ask_hold", until=unit.at_office(3, 3, 9).isoformat())


def test_a_moment_without_a_zone_stands_on_the_offices_clock(unit: Office) -> None:
    ask(unit, "ask_hold", until="2026-03-05T09:00")
    assert asked(unit).until == unit.at_office(3, 5, 9)


def test_a_second_hold_is_decided_above_asked_or_not(unit: Office) -> None:
    ask(unit, "ask_hold", until=unit.at_office(3, 5, 9).isoformat())
    unit.do("decide_request", "fewer", days=1, reason="先等一天")
    assert unit.case.stopped_until == unit.at_office(3, 5, 17, 30)
    unit.wait(unit.at_office(3, 6, 9))
    with pytest.raises(ActNotAllowed), unit.session.begin_nested():
        unit.act("hold", unit.who("seat", SEAT), until=unit.at_office(3, 9, 9).isoformat())
    assert ask(unit, "ask_hold", condition="等材料") == ["decide_request_above", "handle_task"]


def test_a_hold_whose_end_has_passed_asks_for_days(unit: Office) -> None:
    ask(unit, "ask_hold", until=unit.at_office(3, 4, 10).isoformat())
    unit.wait(unit.at_office(3, 4, 10, 30))
    with pytest.raises(ActInvalid), unit.session.begin_nested():
        unit.do("decide_request", "grant")
    unit.do("decide_request", "fewer", days=1, reason="再等一天")
    assert unit.case.stopped_at == unit.at
