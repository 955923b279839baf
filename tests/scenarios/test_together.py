"""Several departments, and emergencies: what runs side by side."""

import pytest

from tests.scenarios.desk import Desk

pytestmark = pytest.mark.cites("E3", "E9", "E10")


def joint() -> Desk:
    """A case that two co-handlers and a lead have in hand."""
    desk = Desk()
    desk.do("dispatch", "several", lead="a", assistants=["b", "c"])
    desk.do("sign", "sign")
    return desk


def test_the_lead_and_every_co_handler_work_at_the_same_time() -> None:
    desk = joint()
    assert desk.open == ["lead_handle", "sign_assist", "sign_assist"]
    assert sorted(task.item for task in desk.step.open if task.item) == ["b", "c"]


def test_the_lead_concludes_when_all_have_finished() -> None:
    desk = joint()
    desk.walk(("sign_assist", "sign"), ("sign_assist", "sign"), ("lead_handle", "done"), ("assist_task", "done"))
    assert desk.open == ["assist_task"]
    assert desk.do("assist_task", "done") == ["conclude"]
    assert desk.do("conclude", "done") == ["check"]


def test_a_co_handler_that_declines_does_not_hold_up_the_rest() -> None:
    desk = joint()
    desk.walk(("sign_assist", "return"), ("sign_assist", "return"))
    assert desk.do("lead_handle", "done") == ["conclude"]


def test_a_joint_handling_can_be_reassigned_and_started_anew() -> None:
    desk = joint()
    assert desk.say("reassign") == ["dispatch"]
    desk.do("dispatch", "several", lead="a", assistants=["d"])
    assert desk.do("sign", "sign") == ["lead_handle", "sign_assist"]


def test_a_joint_handling_can_be_raised_a_level_with_everything_that_runs_in_it() -> None:
    desk = joint()
    desk.do("sign_assist", "sign")
    assert desk.say("raise") == ["dispatch"] and desk.done[-1] == "move"
    desk.do("dispatch", "several", lead="d", assistants=["e"])
    assert desk.do("sign", "sign") == ["lead_handle", "sign_assist"]


def test_an_emergency_is_dispatched_and_rung_at_once() -> None:
    desk = Desk(emergency=True, origin="resident")
    assert desk.open == ["acknowledge", "handle_task"]
    assert {"ring", "dispatch_at_once"} <= set(desk.done)


def test_the_next_level_is_rung_until_there_is_none() -> None:
    desk = Desk(emergency=True, levels_above=2)
    assert "acknowledge" in desk.pass_time("unanswered")
    assert "acknowledge_top" in desk.pass_time("unanswered")


def test_an_acknowledged_emergency_is_reported() -> None:
    desk = Desk(emergency=True)
    assert desk.do("acknowledge", "done") == ["first_report", "handle_task"]
    assert desk.do("first_report", "done") == ["handle_task"]
    assert desk.done[-1] == "report_first"


def test_closing_does_not_wait_for_the_notice() -> None:
    desk = Desk(emergency=True)
    desk.walk(("handle_task", "done"), ("check", "pass"))
    assert desk.step.done


def test_a_reassigned_emergency_is_decided_by_a_person() -> None:
    assert Desk(emergency=True).say("reassign") == ["acknowledge", "dispatch"]


def test_an_ordinary_case_can_become_an_emergency() -> None:
    assert Desk().say("alarm") == ["acknowledge", "dispatch"]
