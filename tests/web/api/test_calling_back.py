"""Programs call back: attempt by attempt through the act `contact`, ratings with how they came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import Caller, House

pytestmark = pytest.mark.cites("E15")
Call = Callable[[str], Caller]
REPORT = {"description": "路灯不亮，晚上看不见路", "place": {"text": "人民路 12 号"},
          "contact": {"phone": "13800001111"}}


@pytest.fixture
def answered(house: House, call: Call) -> str:
    """The number of a case whose reporter must be told."""
    number = str(call("reporter")("POST", "/cases", REPORT).get_json()["number"])
    complete(call("dispatcher"), number, "answer", reply="已列入今年改造计划。")
    return number


def complete(caller: Caller, number: str, outcome: str, **values: Any) -> Any:
    task = caller("GET", f"/cases/{number}/tasks").get_json()["items"][0]
    return caller("POST", f"/tasks/{task['id']}/complete",
                  {"outcome": outcome, "values": values, "version": task["version"]})


def test_attempts_are_acts_and_unreachable_needs_them(call: Call, answered: str) -> None:
    caller = call("dispatcher")
    offered = {act["verb"] for act in caller("GET", f"/cases/{answered}").get_json()["acts"]}
    assert "contact" in offered and "rate_in_person" not in offered
    missed = {"values": {"method": "phone", "result": "no_answer", "note": "儿子 13900002222 代接"}}
    assert caller("POST", f"/cases/{answered}/acts/contact", missed).status_code == 200
    early = complete(caller, answered, "unreachable")
    assert early.status_code == 422 and "还需 2 次" in early.get_json()["fields"]["outcome"][0]
    told = {"values": {"method": "phone", "result": "reached"}}
    assert caller("POST", f"/cases/{answered}/acts/contact", told).get_json()["stage"] == "feedback"
    case = caller("GET", f"/cases/{answered}").get_json()
    assert [(one["method"], one["result"], one["counts"]) for one in case["contacts"]] == [
        ("phone", "no_answer", True), ("phone", "reached", True)]
    assert "13900002222" not in caller("GET", f"/cases/{answered}/entries").get_data(as_text=True)
    assert case["told_at"] is not None and case["ratings"] == []


def test_a_rating_is_published_with_how_it_came(call: Call, answered: str) -> None:
    caller = call("dispatcher")
    assert complete(caller, answered, "told", method="face").status_code == 200
    assert complete(caller, answered, "basic", method="face", note="慢了一点").status_code == 200
    case = caller("GET", f"/cases/{answered}").get_json()
    assert [(one["rating"], one["channel"], one["round"]) for one in case["ratings"]] == [("basic", "face", 0)]
    assert case["stage"] == "closed"


def test_an_act_that_nobody_knows_and_a_result_that_is_none_are_refused(call: Call, answered: str) -> None:
    wrong = call("dispatcher")("POST", f"/cases/{answered}/acts/contact", {"values": {"method": "fax"}})
    assert wrong.status_code == 422 and set(wrong.get_json()["fields"]) == {"method", "result"}
