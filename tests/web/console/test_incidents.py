"""Incidents in the console: what stays typed, who is told, and the three ways to put it right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.breaking import break_rules, incidents_of, task_of
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
REPORT = {"description": "人民路与蓬莱路口雨水井盖没了", "place": "人民路与蓬莱路口"}
REPLY = "已当面答复，井盖今天盖上"


@pytest.fixture(scope="module", autouse=True)
def broken_rules(house: House) -> None:
    break_rules(house)


@pytest.fixture
def number(browse: Browse) -> str:
    """A fresh report that waits on the dispatcher's desk."""
    return browse("reporter").post("/console/cases", REPORT).headers["Location"].rpartition("/")[2]


def answer(house: House, browser: Browser, number: str, **headers: str) -> str:
    """The dispatcher answers, and it breaks; the page that comes back."""
    task = task_of(house, number)
    form = {"outcome": "answer", "reply": REPLY, "version": str(task.version), "desk": "dispatch" if headers else ""}
    page = browser.post(f"/console/tasks/{task.id}", form, **headers)
    assert page.status_code == 503
    return page.text


@pytest.mark.parametrize("headers", [{}, {"HX_Request": "true"}])
def test_what_was_typed_stays_and_the_number_is_told(house: House, browse: Browse, number: str,
                                                     headers: dict[str, str]) -> None:
    page = answer(house, browse("dispatcher"), number, **headers)
    incident = incidents_of(house, number)[0]
    assert REPLY in page and f"异常 #{incident.id}" in page and "运维已收到" in page
    assert task_of(house, number).closed_at is None


def test_once_more_is_the_same_incident(house: House, browse: Browse, number: str) -> None:
    dispatcher = browse("dispatcher")
    answer(house, dispatcher, number), answer(house, dispatcher, number)
    assert [one.attempts for one in incidents_of(house, number)] == [2]


def test_the_case_says_that_it_does_not_go_on_and_who_deals_with_it(house: House, browse: Browse, number: str) -> None:
    dispatcher = browse("dispatcher")
    assert "周管" not in dispatcher.get(f"/console/cases/{number}").text
    answer(house, dispatcher, number)
    page = dispatcher.get(f"/console/cases/{number}").text
    assert f"异常 #{incidents_of(house, number)[0].id}" in page and "周管" in page


def test_the_operator_finds_it_drawn_with_its_reason(house: House, browse: Browse, number: str) -> None:
    answer(house, browse("dispatcher"), number)
    incident, operator = incidents_of(house, number)[0], browse("operator")
    listed = operator.get("/console/incidents").text
    assert f"/console/incidents/{incident.id}" in listed and number in listed and 'class="hot"' in listed
    page = operator.get(f"/console/incidents/{incident.id}").text
    assert "lost" in page and 'data-late="ended"' in page and "dispatch" in page
    drawing = operator.get(f"/console/incidents/{incident.id}/diagram")
    assert drawing.status_code == 200 and b'id="ended"' in drawing.data


def test_nothing_of_the_resident_is_shown_to_the_operator(house: House, browse: Browse, number: str) -> None:
    answer(house, browse("dispatcher"), number)
    operator = browse("operator")
    page = operator.get(f"/console/incidents/{incidents_of(house, number)[0].id}").text
    assert "井盖" not in page and REPLY not in page
    assert operator.get(f"/console/cases/{number}").status_code == 404


def test_only_the_operator_of_the_place_sees_it(house: House, browse: Browse, number: str) -> None:
    answer(house, browse("dispatcher"), number)
    path = f"/console/incidents/{incidents_of(house, number)[0].id}"
    assert [browse(who).get(path).status_code for who in ("elsewhere", "dispatcher")] == [404, 403]
    assert number not in browse("elsewhere").get("/console/incidents").text
    posted = [browse(who).post(f"{path}/retry").status_code for who in ("elsewhere", "dispatcher")]
    assert posted == [404, 403] and incidents_of(house, number)[0].attempts == 1


def test_passing_over_asks_for_a_reason_and_the_value(house: House, browse: Browse, number: str) -> None:
    answer(house, browse("dispatcher"), number)
    path = f"/console/incidents/{incidents_of(house, number)[0].id}"
    operator = browse("operator")
    refused = operator.post(f"{path}/skip", {"reason": "", "value.result": "answered", "value.ends": "{}"})
    assert refused.status_code == 422 and 'value="answered"' in refused.text
    done = operator.post(f"{path}/skip", {"reason": "脚本写错", "value.result": "answered", "value.ends": "{}"})
    assert done.status_code == 302 and incidents_of(house, number)[0].resolution == "skipped"
    page = browse("dispatcher").get(f"/console/cases/{number}").text
    assert "脚本写错" in page and "跳过" in page and REPLY in page


def test_tried_again_without_a_remedy_it_breaks_again(house: House, browse: Browse, number: str) -> None:
    answer(house, browse("dispatcher"), number)
    path = f"/console/incidents/{incidents_of(house, number)[0].id}"
    operator = browse("operator")
    operator.post(f"{path}/retry")
    assert "又出错了" in operator.get(path).text and incidents_of(house, number)[0].attempts == 2


def test_sent_back_the_task_begins_anew(house: House, browse: Browse, number: str) -> None:
    answer(house, browse("dispatcher"), number)
    old = task_of(house, number).id
    path = f"/console/incidents/{incidents_of(house, number)[0].id}"
    browse("operator").post(f"{path}/send-back", {"reason": "请重新受理", "to": "handle#dispatch"})
    assert incidents_of(house, number)[0].resolution == "sent_back" and task_of(house, number).id != old


def test_an_empty_list_says_so(browse: Browse) -> None:
    assert "没有异常" in browse("elsewhere").get("/console/incidents").text


