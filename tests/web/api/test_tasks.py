from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.builders import an_actor
from tests.web.api.test_cases import REPORT
from tests.web.conftest import Caller, House

Call = Callable[[str], Caller]


@pytest.fixture
def task(house: House, call: Call) -> dict[str, Any]:
    caller = call("dispatcher")
    number = call("reporter")("POST", "/cases", REPORT).get_json()["number"]
    found: dict[str, Any] = caller("GET", f"/cases/{number}/tasks").get_json()["items"][0]
    return found


def test_claiming_and_releasing_change_the_version(house: House, call: Call, task: dict[str, Any]) -> None:
    caller = call("dispatcher")
    claimed = caller("POST", f"/tasks/{task['id']}/claim").get_json()
    released = caller("POST", f"/tasks/{task['id']}/release").get_json()
    assert claimed["assignee"] == "张坐席" and released["assignee"] is None
    assert task["version"] < claimed["version"] < released["version"]


def test_who_comes_second_to_a_claim_learns_who_was_first(house: House, call: Call, task: dict[str, Any]) -> None:
    an_actor(house.session, "seat", house.city.centre, name="钱坐席", username=f"second{task['id']}")
    house.session.commit()
    call("dispatcher")("POST", f"/tasks/{task['id']}/claim")
    answer = call(f"second{task['id']}")("POST", f"/tasks/{task['id']}/claim")
    assert answer.status_code == 409 and answer.get_json()["winner"] == "张坐席"


def test_completing_moves_the_case(house: House, call: Call, task: dict[str, Any]) -> None:
    body = {"outcome": "answer", "values": {"reply": "已当面答复"}, "version": task["version"]}
    answer = call("dispatcher")("POST", f"/tasks/{task['id']}/complete", body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["entry"] == 2


def test_missing_values_are_named(house: House, call: Call, task: dict[str, Any]) -> None:
    body = {"outcome": "department", "values": {}}
    answer = call("dispatcher")("POST", f"/tasks/{task['id']}/complete", body)
    assert answer.status_code == 422 and answer.get_json()["fields"]


def test_an_unknown_outcome_is_refused(house: House, call: Call, task: dict[str, Any]) -> None:
    answer = call("dispatcher")("POST", f"/tasks/{task['id']}/complete", {"outcome": "dance"})
    assert answer.status_code == 422 and "outcome" in answer.get_json()["fields"]


def test_a_stale_version_conflicts(house: House, call: Call, task: dict[str, Any]) -> None:
    caller = call("dispatcher")
    caller("POST", f"/tasks/{task['id']}/claim")
    answer = caller("POST", f"/tasks/{task['id']}/complete", {"outcome": "answer", "version": task["version"]})
    assert answer.status_code == 409 and answer.get_json()["version"] == task["version"] + 1


def test_somebody_elses_task_does_not_exist(house: House, call: Call, task: dict[str, Any]) -> None:
    for act in ("claim", "release"):
        answer = call("intruder")("POST", f"/tasks/{task['id']}/{act}")
        assert answer.status_code == 404 and answer.get_json()["code"] == "task_unknown"


def test_of_many_at_once_one_wins_and_the_others_learn_who(house: House, call: Call, task: dict[str, Any]) -> None:
    callers = [call("dispatcher") for _ in range(6)]
    body = {"outcome": "void", "values": _void(task)}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: one("POST", f"/tasks/{task['id']}/complete", body), callers))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    lost = next(answer.get_json() for answer in answers if answer.status_code == 409)
    assert lost["code"] == "task_taken" and "张坐席" in lost["winner"] and lost["entry"] >= 2


def _void(task: dict[str, Any]) -> dict[str, Any]:
    schema = task["forms"]["void"]
    return {name: "报错了，没有这回事" for name in schema.get("required", [])}
