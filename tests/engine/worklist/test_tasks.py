"""Tasks: offered to a role, claimed by one, given back, taken by the first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import cases
from engine.cases.errors import CaseClosed
from engine.worklist import NotYourTask, StaleVersion, TaskClaimed, TaskUnknown, get_task, is_offered
from tests.town import BASE, TOWNSHIP, Office

SEATS = f"{BASE[:12]}-centre"


@pytest.fixture
def desk(office: Office) -> Office:
    """A case that waits for the desk of its community."""
    office.report()
    return office


def test_a_task_is_offered_to_everybody_in_the_role_there_and_to_nobody_else(desk: Office) -> None:
    task = desk.task("dispatch")
    assert is_offered(task, desk.who("seat", SEATS)) and is_offered(task, desk.who("seat", SEATS, 1))
    for role, organisation in (("supervisor", SEATS), ("seat", f"{TOWNSHIP}-centre"), ("grid_worker", SEATS)):
        assert not is_offered(task, desk.who(role, organisation))


def test_a_claimed_task_is_for_the_one_who_claimed_it(desk: Office) -> None:
    first, second = desk.who("seat", SEATS), desk.who("seat", SEATS, 1)
    task = cases.claim_task(desk.session, first, desk.task("dispatch").id, desk.at)
    assert (task.assignee_id, task.claimed_at, task.version) == (first.person_id, desk.at, 2)
    with pytest.raises(TaskClaimed):
        desk.do("dispatch", "own", second)
    assert desk.do("dispatch", "own", first) == ["handle_task"]


def test_claiming_twice_changes_nothing(desk: Office) -> None:
    seat, task = desk.who("seat", SEATS), desk.task("dispatch")
    cases.claim_task(desk.session, seat, task.id, desk.at)
    assert cases.claim_task(desk.session, seat, task.id, desk.at + timedelta(hours=1)).claimed_at == desk.at


def test_a_released_task_is_for_everybody_again(desk: Office) -> None:
    first, second = desk.who("seat", SEATS), desk.who("seat", SEATS, 1)
    task = desk.task("dispatch")
    cases.claim_task(desk.session, first, task.id, desk.at)
    cases.release_task(desk.session, first, task.id, desk.at)
    assert task.assignee_id is None and desk.do("dispatch", "own", second) == ["handle_task"]


def test_nobody_releases_what_another_claimed(desk: Office) -> None:
    task = desk.task("dispatch")
    cases.claim_task(desk.session, desk.who("seat", SEATS), task.id, desk.at)
    with pytest.raises(TaskClaimed):
        cases.release_task(desk.session, desk.who("seat", SEATS, 1), task.id, desk.at)


def test_claiming_and_releasing_are_in_the_record(desk: Office) -> None:
    seat, task = desk.who("seat", SEATS), desk.task("dispatch")
    cases.claim_task(desk.session, seat, task.id, desk.at)
    cases.release_task(desk.session, seat, task.id, desk.at)
    assert [entry.verb for entry in desk.entries()] == ["report", "claim", "release"]


def test_a_form_from_before_the_claim_is_stale(desk: Office) -> None:
    seat, task = desk.who("seat", SEATS), desk.task("dispatch")
    cases.claim_task(desk.session, seat, task.id, desk.at)
    with pytest.raises(StaleVersion):
        cases.complete_task(desk.session, seat, task.id, "own", {"matter": "SR0107"}, 1, desk.at)


def test_without_a_version_the_newest_is_meant(desk: Office) -> None:
    seat, task = desk.who("seat", SEATS), desk.task("dispatch")
    cases.claim_task(desk.session, seat, task.id, desk.at)
    cases.complete_task(desk.session, seat, task.id, "own", {"matter": "SR0107"}, None, desk.at)
    assert task.outcome == "own" and task.closed_by == seat.label


def test_what_the_diagram_ends_beside_the_act_is_cancelled(desk: Office) -> None:
    task = desk.task("dispatch")
    desk.act("raise", desk.who("supervisor", f"{TOWNSHIP}-centre"))
    assert task.outcome == "cancelled" and task.closed_at == desk.at


def test_an_unknown_task(desk: Office) -> None:
    with pytest.raises(TaskUnknown):
        get_task(desk.session, 4711)


def test_a_closed_case_takes_no_claims(desk: Office) -> None:
    task = desk.task("dispatch")
    desk.do("dispatch", "void")
    with pytest.raises(CaseClosed):
        cases.claim_task(desk.session, desk.who("seat", SEATS), task.id, desk.at)


def test_another_grids_worker_does_not_verify(office: Office) -> None:
    office.report(origin="resident", channel="phone")
    with pytest.raises(NotYourTask):
        office.do("verify", "confirmed", office.worker("330921100001001"))
