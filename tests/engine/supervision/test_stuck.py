"""A case that nobody and nothing moves is found; whatever may still move it, or says why not, is enough."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine import verification
from engine.supervision.stuck import list_stuck
from tests.town import Office

NOTHING = "UPDATE task SET closed_at = now(), outcome = 'x', closed_by = 'x'; DELETE FROM timer"
INCIDENT = ("INSERT INTO incident (case_id, cause, subject, process, element, code, reason, attempts, passed, history, "
            "at, last_at, resolved_at, resolution) SELECT id, 'clock', '', '', 'x', 'x', 'x', 1, '{{}}', '[]', now(), "
            "now(), {resolved}, CASE WHEN {resolved} IS NULL THEN NULL ELSE 'retried' END FROM \"case\"")


@pytest.fixture
def stuck(office: Office) -> Office:
    """One open case for which nothing is left."""
    office.resident()
    office.session.execute(text(NOTHING))
    return office


def test_what_has_neither_task_nor_timer_nor_incident_is_stuck(stuck: Office) -> None:
    assert list_stuck(stuck.session) == [stuck.case.number]


def test_a_task_is_enough(office: Office) -> None:
    office.resident()
    office.session.execute(text("DELETE FROM timer"))
    assert list_stuck(office.session) == []


def test_a_timer_is_enough(office: Office) -> None:
    office.resident()
    office.session.execute(text(NOTHING.split(";")[0]))
    assert office.timers() and list_stuck(office.session) == []


@pytest.mark.parametrize(("resolved", "left"), [("NULL", 0), ("now()", 1)])
def test_an_open_incident_is_enough(stuck: Office, resolved: str, left: int) -> None:
    stuck.session.execute(text(INCIDENT.format(resolved=resolved)))
    assert len(list_stuck(stuck.session)) == left


def test_a_closed_case_is_not_stuck(office: Office) -> None:
    office.report(settled="当场清走了。", photos=(office.photo(office.worker()),))
    assert office.case.closed_at is not None and list_stuck(office.session) == []


def test_verify_tells_it(stuck: Office) -> None:
    finding = verification.verify(stuck.session, stuck.at)["I5"]
    assert any(example.startswith(f"{stuck.case.number}: open, and neither") for example in finding.examples)
