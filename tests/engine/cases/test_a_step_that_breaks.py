"""A step of the clock that breaks: the case stays where it was, an incident says why, the others go on."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engine import cases, library
from engine.cases import clockwork
from engine.cases.models import Case
from engine.processes.models import Incident
from tests.town import Office

LATE = b'result = "late"'
BROKEN = b'result = case["no such fact"]'


def publish_handle(office: Office, changed: bool) -> None:
    """The diagram `handle` as it is, or with a step behind the climb that cannot be taken."""
    source = library.read_source(library.WORKFLOWS / "base" / "handle.bpmn")
    assert source.content.count(LATE) == 1
    content = source.content.replace(LATE, BROKEN) if changed else source.content
    made = library.source_of(content, definition_id="handle", kind="bpmn", file="handle.bpmn", pack="base")
    library.publish(office.session, [made], by="甲", approved_by="乙", at=office.at)


@pytest.fixture
def poisoned(office: Office) -> Case:
    """A case whose climb breaks; the next ones are sound."""
    publish_handle(office, changed=True)
    case = office.report()
    office.at += timedelta(minutes=1)
    publish_handle(office, changed=False)
    return case


def incident_of(office: Office, case: Case) -> Incident:
    """Its one incident."""
    return office.session.scalars(select(Incident).where(Incident.case_id == case.id)).one()


def test_the_others_go_on(office: Office, poisoned: Case) -> None:
    sound = office.report()
    office.wait(office.at_office(3, 5, 9, 30))
    assert (poisoned.level, sound.level) == ("community", "township")


def test_the_incident_names_element_reason_and_next_try(office: Office, poisoned: Case) -> None:
    office.wait(office.at_office(3, 5, 9, 30))
    incident = incident_of(office, poisoned)
    assert (incident.element, incident.attempts, incident.resolved_at) == ("late", 1, None)
    assert "no such fact" in incident.reason and incident.next_try_at == office.at + timedelta(minutes=1)


def test_nothing_of_the_step_is_kept(office: Office, poisoned: Case) -> None:
    before = (poisoned.entries, poisoned.head_hash)
    office.wait(office.at_office(3, 5, 9))
    office.case = poisoned
    assert [entry.verb for entry in office.entries("timer")] == [] and poisoned.stage == "assign"
    assert office.open == ["dispatch"] and set(office.timers()) == {"climb"} and poisoned.entries > before[0]


def test_the_gap_doubles_until_somebody_must_put_it_right(office: Office, poisoned: Case) -> None:
    gaps = []
    office.wait(office.at_office(3, 5, 9))
    while (retry := incident_of(office, poisoned).next_try_at) is not None:
        gaps.append(retry - office.at)
        office.wait(retry)
    assert gaps[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)] and max(gaps) == timedelta(hours=12)
    assert incident_of(office, poisoned).attempts == 12


def test_a_case_that_is_set_aside_is_not_late_for_the_clock(office: Office, poisoned: Case) -> None:
    office.wait(office.at_office(3, 5, 9))
    assert cases.lag(office.session, office.at) == timedelta(0)
    assert cases.next_due(office.session) == office.at + timedelta(minutes=1)


def test_people_still_act_on_it_and_so_put_it_right(office: Office, poisoned: Case) -> None:
    office.wait(office.at_office(3, 5, 9))
    office.case = poisoned
    assert office.do("dispatch", "own") == ["handle_task"]
    office.wait(office.at_office(3, 13, 9))
    assert incident_of(office, poisoned).resolved_at is not None


def test_behind_what_breaks_a_lost_database_is_no_incident(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object) -> None:
        raise RuntimeError("what comes of it") from OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))

    office.report()
    monkeypatch.setattr(clockwork, "_do_due", lose)
    with pytest.raises(RuntimeError):
        cases.advance_one(office.session, office.at_office(3, 5, 9, 30))
    assert list(office.session.scalars(select(Incident))) == []
