"""Incidents over HTTP: role × place, the verbs, and keys that do not remember a failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import an_actor
from tests.web.api.test_cases import REPORT
from tests.web.breaking import break_rules, incidents_of, task_of
from tests.web.conftest import Caller, House

Call = Callable[[str], Caller]
ANSWER = {"outcome": "answer", "values": {"reply": "已答复"}}
ROLES = ("seat", "supervisor", "clerk", "designer", "security_admin", "audit_admin")


@pytest.fixture(scope="module", autouse=True)
def broken_rules(house: House) -> None:
    break_rules(house)
    for role in ROLES:
        an_actor(house.session, role, house.city.county_centre, username=f"i-{role}")
    house.session.commit()


@pytest.fixture
def number(house: House, call: Call) -> str:
    """A case whose answer broke once."""
    number: str = call("reporter")("POST", "/cases", REPORT).get_json()["number"]
    told = call("dispatcher")("POST", f"/tasks/{task_of(house, number).id}/complete", ANSWER)
    assert told.status_code == 503
    return number


def test_the_problem_names_element_and_incident(house: House, call: Call, number: str) -> None:
    told = call("dispatcher")("POST", f"/tasks/{task_of(house, number).id}/complete", ANSWER).get_json()
    assert (told["code"], told["element"]) == ("step_broken", "ended")
    assert told["incident"] == incidents_of(house, number)[0].id and incidents_of(house, number)[0].attempts == 2


def test_the_figures_count_what_waits(house: House, number: str) -> None:
    figures = house.app.test_client().get("/metrics").text
    assert next(line for line in figures.splitlines() if line.startswith("wangge_open_incidents ")) != (
        "wangge_open_incidents 0")


def test_programs_are_told_to_come_back_ever_later(house: House, call: Call, number: str) -> None:
    dispatcher, path = call("dispatcher"), f"/tasks/{task_of(house, number).id}/complete"
    waits = [int(dispatcher("POST", path, ANSWER).headers["Retry-After"]) for _ in range(3)]
    assert [round(seconds / 60) for seconds in waits] == [2, 4, 8]


def test_a_key_does_not_remember_the_failure(house: House, call: Call, number: str) -> None:
    dispatcher, task = call("dispatcher"), task_of(house, number).id
    path, key = f"/tasks/{task}/complete", f"key-{task}"
    assert dispatcher("POST", path, ANSWER, Idempotency_Key=key).status_code == 503
    assert dispatcher("POST", path, ANSWER, Idempotency_Key=key).status_code == 503
    assert incidents_of(house, number)[0].attempts == 3
    other = {"outcome": "own", "values": {"matter": "nowhere"}}
    assert dispatcher("POST", path, other, Idempotency_Key=key).get_json()["code"] == "act_invalid"


def test_the_operator_reads_it_and_what_may_be_done(house: House, call: Call, number: str) -> None:
    incident = incidents_of(house, number)[0]
    listed = call("operator")("GET", "/incidents").get_json()["items"]
    assert incident.id in [one["id"] for one in listed]
    told = call("operator")("GET", f"/incidents/{incident.id}").get_json()
    assert (told["case"], told["process"], told["cause"]) == (number, "handle", "act")
    assert told["may_skip"] and told["wanted"] == ["ends", "result"] and told["standing"] == ["dispatch"]
    assert [way["key"] for way in told["ways"]] == ["handle#dispatch"]
    assert [line["what"] for line in told["history"]] == ["broke"]


def test_the_list_is_narrowed_and_goes_on(call: Call, number: str) -> None:
    operator = call("operator")
    assert operator("GET", "/incidents?cause=clock").get_json()["items"] == []
    assert operator("GET", "/incidents?state=nonsense").status_code == 422
    first = operator("GET", "/incidents?limit=1").get_json()
    rest = operator("GET", f"/incidents?limit=1&cursor={first['next']}").get_json()
    assert first["items"][0]["id"] > rest["items"][0]["id"]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_reads_or_decides(house: House, call: Call, number: str, role: str) -> None:
    caller, path = call(f"i-{role}"), f"/incidents/{incidents_of(house, number)[0].id}"
    reason = {"reason": "理由"}
    statuses = [caller("GET", "/incidents").status_code, caller("GET", path).status_code,
                caller("POST", f"{path}/retry").status_code, caller("POST", f"{path}/skip", reason).status_code,
                caller("POST", f"{path}/send-back", reason).status_code]
    assert statuses == [403] * 5 and incidents_of(house, number)[0].resolved_at is None


def test_elsewhere_it_does_not_exist(house: House, call: Call, number: str) -> None:
    path, caller = f"/incidents/{incidents_of(house, number)[0].id}", call("elsewhere")
    assert caller("GET", "/incidents").get_json()["items"] == []
    assert {caller("GET", path).status_code, caller("POST", f"{path}/retry").status_code} == {404}


def test_skipped_it_is_over_and_says_so(house: House, call: Call, number: str) -> None:
    path = f"/incidents/{incidents_of(house, number)[0].id}"
    operator, values = call("operator"), {"ends": {}, "result": "answered"}
    assert operator("POST", f"{path}/skip", {"reason": "写错了"}).get_json()["fields"].keys() == {
        "value.ends", "value.result"}
    told = operator("POST", f"{path}/skip", {"reason": "写错了", "values": values}, Idempotency_Key="s").get_json()
    assert (told["resolution"], told["next_try_at"]) == ("skipped", None)
    again = operator("POST", f"{path}/skip", {"reason": "写错了", "values": values}, Idempotency_Key="s")
    assert again.get_json() == told
    late = operator("POST", f"{path}/retry")
    assert (late.status_code, late.get_json()["code"]) == (409, "incident_over")
    case = call("dispatcher")("GET", f"/cases/{number}").get_json()
    assert case["outcome"] == "answered"


def test_sent_back_to_a_place_that_is_none_is_refused(house: House, call: Call, number: str) -> None:
    path = f"/incidents/{incidents_of(house, number)[0].id}/send-back"
    told = call("operator")("POST", path, {"reason": "理由", "to": "case#archive"})
    assert (told.status_code, told.get_json()["code"]) == (409, "no_way_back")
    assert call("operator")("POST", path, {"reason": "理由"}).get_json()["resolution"] == "sent_back"
