"""Machines disagree about the time, and are put right: nobody's act is refused for that."""

from __future__ import annotations

from datetime import timedelta

from engine import verification
from tests.town import Office


def test_a_case_closes_though_the_clock_was_put_back(office: Office) -> None:
    office.resident()
    office.do("dispatch", "department")
    office.at -= timedelta(hours=1)
    office.walk(("sign", "sign"), ("handle_task", "done"), ("check", "pass"), ("inform", "told"), ("rate", "satisfied"))
    assert office.case.outcome == "handled"


def test_a_hold_ends_though_the_clock_was_put_back(office: Office) -> None:
    office.resident()
    office.do("dispatch", "department")
    seat = office.who("seat", "330902002001-centre")
    office.act("hold", seat, until=(office.at + timedelta(days=9)).isoformat())
    office.at -= timedelta(hours=1)
    office.act("resume", seat)
    found = verification.verify(office.session, office.at)
    assert office.case.stopped_at is None and not any(one.violations for one in found.values())
