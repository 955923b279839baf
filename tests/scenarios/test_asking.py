"""申请: a unit asks for a later due time or a hold beside its work; the diagram decides who decides, and ends it."""

from __future__ import annotations

import pytest

from tests.scenarios.desk import Desk

pytestmark = pytest.mark.cites("E4")


def at_work(kind: str = "extension") -> Desk:
    """A unit that handles a case and has asked."""
    desk = Desk()
    desk.walk(("dispatch", "department"), ("sign", "sign"))
    assert desk.say("ask", kind=kind) == ["decide_request", "handle_task"]
    return desk


def test_the_centre_decides_while_the_work_goes_on() -> None:
    desk = at_work()
    assert desk.do("decide_request", "grant") == ["handle_task"] and desk.done[-1] == "extend"


@pytest.mark.parametrize("decided", [
    ("extension", "fewer", "extend"), ("hold", "grant", "hold"), ("hold", "refuse", "refuse_request")])
def test_what_is_decided_is_done(decided: tuple[str, str, str]) -> None:
    kind, outcome, done = decided
    desk = at_work(kind)
    desk.do("decide_request", outcome)
    assert desk.done[-1] == done


def test_a_second_one_is_decided_above() -> None:
    desk = at_work()
    desk.do("decide_request", "grant")
    assert desk.say("ask", kind="extension") == ["decide_request_above", "handle_task"]
    assert desk.do("decide_request_above", "refuse") == ["handle_task"] and desk.done[-1] == "refuse_request"


def test_not_decided_in_time_it_goes_one_level_up() -> None:
    desk = at_work()
    assert desk.pass_time("undecided") == ["decide_request_above", "handle_task"]
    desk.do("decide_request_above", "grant")
    assert desk.done[-1] == "extend"


@pytest.mark.parametrize("message", ["reassign", "raise"])
def test_when_the_work_is_taken_away_the_request_ends_with_it(message: str) -> None:
    assert at_work().say(message) == ["dispatch"]


def test_when_the_work_is_done_the_request_ends_with_it() -> None:
    desk = at_work()
    assert desk.do("handle_task", "done") == ["check"]
    assert desk.do("check", "rework") == ["handle_task"]


def test_the_lead_of_a_joint_handling_asks_too() -> None:
    desk = Desk()
    desk.do("dispatch", "several", lead="a", assistants=["b"])
    desk.do("sign", "sign")
    assert desk.say("ask", kind="extension") == ["decide_request", "lead_handle", "sign_assist"]
    desk.walk(("decide_request", "grant"), ("sign_assist", "return"), ("lead_handle", "done"))
    assert desk.do("conclude", "done") == ["check"]
