"""What a worker takes in hand at once: the cases that waited longest, past those that others hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import cases
from engine.cases import clockwork
from engine.cases.models import Case
from tests.engine.cases.conftest import Sessions
from tests.engine.cases.test_a_step_that_breaks import poisoned  # noqa: F401
from tests.town import WEDNESDAY, Office

CALM = timedelta(minutes=1)
LATE = WEDNESDAY + timedelta(days=400)


def test_a_step_takes_the_oldest_first_and_no_more_than_asked(office: Office) -> None:
    made = []
    for _ in range(4):
        made.append(office.report().id)
        office.at += timedelta(hours=1)
    late = office.at_office(3, 5, 18)
    first = cases.advance_some(office.session, late, most=3, held=CALM)
    assert first == made[:3] and cases.advance_some(office.session, late, held=CALM) == made[3:]
    assert cases.advance_some(office.session, late) == []


def test_a_step_that_has_taken_long_leaves_the_rest_to_the_next_which_begins_with_the_oldest(office: Office) -> None:
    made = [office.report().id for _ in range(2)]
    steps = []
    while done := cases.advance_some(office.session, office.at_office(3, 5, 18), held=timedelta(0)):
        steps += done
    assert sorted(set(steps)) == made and steps.count(made[0]) == steps.count(made[1]) > 1
    assert [entry.at for entry in office.entries()] == sorted(entry.at for entry in office.entries())


def test_one_that_breaks_holds_up_none_of_those_in_the_same_step(office: Office, poisoned: Case) -> None:  # noqa: F811
    sound = [office.report() for _ in range(2)]
    done = cases.advance_some(office.session, office.at_office(3, 5, 9, 30), held=CALM)
    assert done == [poisoned.id, *(one.id for one in sound)]
    assert [case.level for case in (poisoned, *sound)] == ["community", "township", "township"]
    office.case = poisoned
    assert [entry.verb for entry in office.entries("timer")] == []


def test_a_worker_looks_past_what_others_hold(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "LOOK_AHEAD", (1, 64))
    for _ in range(3):
        with sessions.begin() as session:
            Office(session).report()
    with sessions.begin() as other, sessions.begin() as clock:
        waiting = clock.scalars(select(Case.id).where(Case.closed_at.is_(None)).order_by(Case.id)).all()
        held = other.scalars(select(Case.id).where(Case.id != waiting[-1]).with_for_update()).all()
        assert cases.advance_some(clock, LATE, held=timedelta(0)) == [waiting[-1]] and len(held) >= 2
