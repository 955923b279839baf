"""The closed loop of base, walked as the office walks it."""

import pytest

from tests.scenarios.desk import Desk

pytestmark = pytest.mark.cites("E1", "E2", "E3", "E4", "E8", "E9", "E11", "E15", "E20")
HANDLED = (("dispatch", "department"), ("sign", "sign"), ("handle_task", "done"), ("check", "pass"))
OWN = (("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))


def test_a_case_is_dispatched_signed_handled_checked_and_closed() -> None:
    desk = Desk()
    desk.walk(*HANDLED)
    assert desk.step.done
    assert desk.done == ["classify", "dispatch", "assign_assistants", "sign", "record_result", "pass_check", "close"]


def test_what_was_settled_on_the_spot_closes_at_once() -> None:
    desk = Desk(settled=True)
    assert desk.step.done and desk.done == ["settle", "close"]


def test_the_reporter_is_told_before_the_case_closes() -> None:
    desk = Desk(has_contact=True)
    assert desk.walk(*OWN) == ["inform"]
    assert desk.do("inform", "told") == ["rate"]
    desk.do("rate", "satisfied")
    assert desk.step.done and desk.done[-3:] == ["record_contact", "record_rating", "close"]


def test_an_unrated_case_closes_when_the_time_is_over() -> None:
    desk = Desk(has_contact=True)
    desk.walk(*OWN, ("inform", "unreachable"))
    desk.pass_time("unrated")
    assert desk.step.done


@pytest.mark.parametrize("last", [("rate", "unreasonable"), None])
def test_nobody_was_told_for_certain_so_somebody_calls_before_it_closes(last: tuple[str, str] | None) -> None:
    desk = Desk(has_contact=True, contact_certain=False)
    desk.walk(*OWN, ("inform", "told"))
    waits = desk.walk(last) if last else desk.pass_time("unrated")
    assert waits == ["call"] and "close" not in desk.done
    desk.facts |= {"contact_certain": True, "rated": last is not None}
    assert desk.do("call", "told") == ([] if last else ["rate"])
    assert desk.step.done == (last is not None)


def test_a_refusal_is_told_for_certain_before_it_closes() -> None:
    desk = Desk(has_contact=True, contact_certain=False)
    desk.do("dispatch", "refuse")
    assert desk.do("inform", "told") == ["call"]
    desk.facts["contact_certain"] = True
    desk.do("call", "told")
    assert desk.step.done


def test_a_dissatisfied_resident_reopens_the_case_once() -> None:
    desk = Desk(has_contact=True)
    assert desk.walk(*HANDLED, ("inform", "told"), ("rate", "dissatisfied")) == ["handle_task"]
    desk.walk(("handle_task", "done"), ("check", "pass"), ("inform", "told"), ("rate", "dissatisfied"))
    assert desk.step.done and desk.done.count("reopen") == 1


def test_a_failed_check_goes_back_to_the_same_unit() -> None:
    desk = Desk()
    assert desk.walk(*HANDLED[:3], ("check", "rework")) == ["handle_task"]


@pytest.mark.parametrize("outcome", ["answer", "refuse", "transfer", "duplicate"])
def test_an_end_without_handling_is_told_to_the_reporter(outcome: str) -> None:
    desk = Desk(has_contact=True)
    assert desk.do("dispatch", outcome) == ["inform"]
    assert "end_without_handling" in desk.done


def test_a_voided_case_is_closed_without_telling_anybody() -> None:
    desk = Desk(has_contact=True)
    desk.do("dispatch", "void")
    assert desk.step.done


@pytest.mark.parametrize("origin", ["resident", "phone"])
def test_what_residents_report_is_verified_first(origin: str) -> None:
    desk = Desk(origin=origin)
    assert desk.open == ["verify"]
    assert desk.do("verify", "not_found", note="未见") == ["dispatch"]


def test_an_unverified_report_reaches_the_desk_all_the_same() -> None:
    assert Desk(origin="resident").pass_time("verify_late") == ["dispatch"]


def test_a_task_from_above_is_tracked_and_reported_back() -> None:
    desk = Desk(origin="superior")
    assert desk.walk(*OWN) == ["inform"] and desk.done[0] == "track"
    desk.do("inform", "told")
    assert desk.step.done


def test_nobody_accepts_and_the_case_climbs() -> None:
    desk = Desk()
    assert desk.pass_time("climb") == ["dispatch"] and desk.done == ["move"]


@pytest.mark.parametrize("way", ["up", "down"])
def test_another_level_decides_anew(way: str) -> None:
    desk = Desk()
    assert desk.do("dispatch", way) == ["dispatch"] and desk.done == ["classify", "move"]


@pytest.mark.parametrize("before", [(), HANDLED[:2]])
def test_a_superior_raises_a_case(before: tuple[tuple[str, str], ...]) -> None:
    desk = Desk()
    desk.walk(*before)
    assert desk.say("raise") == ["dispatch"] and desk.done[-1] == "move"


def test_the_seat_recalls_what_is_not_signed() -> None:
    desk = Desk()
    desk.do("dispatch", "department")
    assert desk.say("recall") == ["dispatch"] and desk.done[-1] == "recall"


def test_the_seat_reassigns_what_is_signed() -> None:
    desk = Desk()
    desk.walk(*HANDLED[:2])
    assert desk.say("reassign") == ["dispatch"] and desk.done[-1] == "reassign"


def test_missing_particulars_come_back_to_the_desk() -> None:
    desk = Desk()
    assert desk.do("dispatch", "supplement") == ["supplement"]
    assert desk.do("supplement", "supplied") == ["dispatch"]


def test_particulars_that_never_come_do_not_stop_the_case() -> None:
    desk = Desk()
    desk.do("dispatch", "supplement")
    assert desk.pass_time("supplement_late") == ["dispatch"]


def test_a_unit_returns_the_case_and_the_seat_decides() -> None:
    desk = Desk()
    assert desk.walk(("dispatch", "department"), ("sign", "return")) == ["decide_return"]
    assert desk.do("decide_return", "accept") == ["dispatch"]


def test_the_second_return_is_for_the_level_above_and_binds() -> None:
    desk = Desk()
    desk.walk(("dispatch", "department"), ("sign", "return"), ("decide_return", "reject"), ("sign", "return"))
    assert desk.open == ["decide_return_above"]
    assert desk.do("decide_return_above", "reject") == ["handle_task"]
