"""E10: what cannot wait skips the queue, rings the roster, and climbs rung by rung until somebody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases.models import Case
from engine.notices.models import Outbox
from tests.town import CITY, COUNTY, TOWNSHIP, Office

NIGHT = {"severity": "major", "matter": "GY0106", "description": "燃气泄漏，气味很浓。"}
QUARTER = timedelta(minutes=15)


def rung_people(office: Office) -> set[int | None]:
    """Whom the roster calls have reached so far."""
    return set(office.session.scalars(select(Outbox.recipient_id).where(
        Outbox.case_id == office.case.id, Outbox.kind == "emergency")))


def at_night(office: Office, **changed: Any) -> Case:
    """An emergency at two in the morning of a rest day, nobody logged in."""
    office.at = office.at_office(10, 3, 2)
    return office.report(**{**NIGHT, **changed})


@pytest.mark.cites("E10")
def test_it_is_dispatched_at_once_to_the_platform_and_the_roster_is_rung(office: Office) -> None:
    duty = office.on_duty(f"{TOWNSHIP}-centre", 1)
    case = at_night(office)
    assert office.open == ["acknowledge", "handle_task"] and case.level == "township"
    assert office.offered_to("handle_task") == f"{TOWNSHIP}-enforcement"
    assert case.dispatched_at == office.at and rung_people(office) == {duty.person_id}


@pytest.mark.cites("E10")
def test_a_seat_of_the_township_files_it_there_and_a_matter_without_platform_goes_to_the_centre(
    office: Office,
) -> None:
    at_night(office, matter=None)
    assert office.offered_to("handle_task") == f"{TOWNSHIP}-centre"


@pytest.mark.cites("E10")
def test_when_nobody_acknowledges_the_next_level_is_rung_as_well(office: Office) -> None:
    case = at_night(office)
    first = rung_people(office)
    office.wait(office.at + QUARTER)
    assert case.attention_level == "county" and office.offered_to("acknowledge") == f"{COUNTY}-centre"
    assert first < rung_people(office) and case.holder_id and case.level == "township"
    office.wait(office.at + QUARTER)
    assert case.attention_level == "city" and office.open == ["acknowledge_top", "handle_task"]
    assert office.offered_to("acknowledge_top") == f"{CITY}-centre"


@pytest.mark.cites("E10")
def test_fourteen_minutes_are_in_time(office: Office) -> None:
    at_night(office)
    office.wait(office.at + timedelta(minutes=14))
    assert office.offered_to("acknowledge") == f"{TOWNSHIP}-centre"
    assert office.do("acknowledge", "done") == ["first_report", "handle_task"]
    assert office.deadline("first_report").due_at == office.at + timedelta(hours=1)


@pytest.mark.cites("E10")
def test_the_first_report_reaches_the_level_above_and_the_departments_named(office: Office) -> None:
    at_night(office)
    office.do("acknowledge", "done")
    office.do("first_report", "done", reported_to=[f"{COUNTY}-police"])
    told = set(office.session.scalars(select(Outbox.recipient_id).where(
        Outbox.case_id == office.case.id, Outbox.kind == "first_report")))
    wanted = {office.who("seat", f"{COUNTY}-centre").person_id, office.who("clerk", f"{COUNTY}-police").person_id}
    assert wanted <= told and office.open == ["handle_task"]


@pytest.mark.cites("E10")
def test_the_top_level_may_answer_as_well(office: Office) -> None:
    at_night(office)
    office.wait(office.at + 2 * QUARTER)
    assert office.do("acknowledge_top", "done") == ["first_report", "handle_task"]


@pytest.mark.cites("E10")
def test_closing_ends_the_notice_that_is_still_open(office: Office) -> None:
    case = at_night(office)
    office.walk(("handle_task", "done"), ("check", "pass"))
    assert case.stage == "closed" and office.open == [] and office.timers() == {}


@pytest.mark.cites("E10")
def test_an_emergency_is_not_verified_first(office: Office) -> None:
    at_night(office, origin="resident", channel="phone")
    assert "verify" not in office.open


@pytest.mark.cites("E10")
def test_the_desk_may_find_that_it_is_an_emergency(office: Office) -> None:
    office.report()
    office.do("dispatch", "department", severity="extreme")
    assert office.case.emergency and office.open == ["acknowledge", "sign"]


@pytest.mark.cites("E10")
def test_the_worker_may_find_that_it_is_an_emergency(office: Office) -> None:
    office.report(origin="resident", channel="phone")
    office.do("verify", "confirmed", urgency="critical")
    assert office.open == ["acknowledge", "handle_task"]


@pytest.mark.cites("E10")
def test_a_reassigned_emergency_is_decided_by_a_person(office: Office) -> None:
    at_night(office)
    assert office.act("reassign", office.who("seat", f"{TOWNSHIP}-centre")) == ["acknowledge", "dispatch"]


def test_the_clock_of_an_emergency_runs_through_the_night(office: Office) -> None:
    at_night(office, matter="DL0102")
    due: datetime = office.deadline("handle").due_at
    assert due == office.at_office(10, 3, 4) and office.deadline("handle").limit == "2 urgent_work_hour"
