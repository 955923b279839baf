from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import Caller, House

Call = Callable[[str], Caller]
REPORT: dict[str, Any] = {
    "description": "楼道里堆了纸箱，堵住了消防通道。",
    "place": {"text": "竹屿社区 3 号楼 2 单元", "division": "330921100001"},
    "contact": {"name": "李四", "phone": "13800001111"},
}


@pytest.fixture
def number(house: House, call: Call) -> str:
    answer = call("reporter")("POST", "/cases", REPORT)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    number: str = answer.get_json()["number"]
    return number


def test_a_report_becomes_a_case_with_a_number_and_an_address(house: House, call: Call) -> None:
    answer = call("dispatcher")("POST", "/cases", REPORT)
    case = answer.get_json()
    assert answer.status_code == 201 and answer.headers["Location"] == f"/api/v1/cases/{case['number']}"
    assert case["place"]["division"] == "330921100001" and case["entries"] == 1


def test_the_resident_is_nowhere_in_the_answer(house: House, call: Call, number: str) -> None:
    answer = call("dispatcher")("GET", f"/cases/{number}").get_data(as_text=True)
    assert "李四" not in answer and "13800001111" not in answer


def test_who_sees_the_case_finds_it_in_the_list(house: House, call: Call, number: str) -> None:
    page = call("dispatcher")("GET", "/cases?limit=100").get_json()
    assert number in [case["number"] for case in page["items"]]


@pytest.mark.parametrize("path", ["", "/entries", "/deadlines", "/tasks"])
def test_a_foreign_case_does_not_exist(house: House, call: Call, number: str, path: str) -> None:
    answer = call("intruder")("GET", f"/cases/{number}{path}")
    assert answer.status_code == 404 and answer.get_json()["code"] == "case_unknown"


def test_nor_can_it_be_acted_on(house: House, call: Call, number: str) -> None:
    answer = call("intruder")("POST", f"/cases/{number}/acts/urge", {"values": {}})
    assert answer.status_code == 404


def test_the_record_begins_with_the_report(house: House, call: Call, number: str) -> None:
    entries = call("dispatcher")("GET", f"/cases/{number}/entries").get_json()["items"]
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["verb"] == "report" and "13800001111" not in str(entries)


def test_a_deadline_explains_itself(house: House, call: Call, number: str) -> None:
    deadline = call("dispatcher")("GET", f"/cases/{number}/deadlines").get_json()["items"][0]
    assert {"limit", "row", "version", "article", "days", "stops", "provisional"} <= set(deadline)


def test_the_desk_has_a_task_with_its_form(house: House, call: Call, number: str) -> None:
    caller = call("dispatcher")
    task = next(one for one in caller("GET", "/tasks?limit=100").get_json()["items"] if one["case"] == number)
    assert task["element"] == "dispatch" and "department" in task["outcomes"]
    assert task["form"]["type"] == "object" and task["form"]["additionalProperties"] is False
    assert task == caller("GET", f"/cases/{number}/tasks").get_json()["items"][0]


def test_an_unchanged_case_is_not_sent_again(house: House, call: Call, number: str) -> None:
    caller = call("dispatcher")
    first = caller("GET", f"/cases/{number}")
    again = caller("GET", f"/cases/{number}", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304 and again.data == b""


def test_urging_is_an_act_with_an_entry(house: House, call: Call, number: str) -> None:
    answer = call("dispatcher")("POST", f"/cases/{number}/acts/urge", {"values": {"reason": "居民又来电话"}})
    assert answer.status_code == 200 and answer.get_json()["entry"] == 2


def test_an_act_on_a_case_that_moved_on_conflicts(house: House, call: Call, number: str) -> None:
    caller = call("dispatcher")
    assert caller("POST", f"/cases/{number}/acts/urge", {"version": 1}).status_code == 200
    stale = caller("POST", f"/cases/{number}/acts/urge", {"version": 1})
    assert stale.status_code == 409 and stale.get_json()["code"] == "stale_version"
    assert caller("GET", f"/cases/{number}").get_json()["urged"] == 1


def test_an_unknown_act_is_named(house: House, call: Call, number: str) -> None:
    answer = call("dispatcher")("POST", f"/cases/{number}/acts/explode", {})
    assert answer.status_code == 422 and "verb" in answer.get_json()["fields"]
