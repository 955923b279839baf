"""A clerk's work in the browser: sign, ask, be told, report the result with photos before and after."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.cases.models import Case, Request
from engine.worklist.models import Task
from tests.web.conftest import House, png
from tests.web.console.conftest import Browser

pytestmark = pytest.mark.usefixtures("listed")
Browse = Callable[[str], Browser]
REPORT = {"description": "人民路与蓬莱路口雨水井盖没了，下雨看不见", "place": "人民路与蓬莱路口"}


@pytest.fixture
def number(house: House, browse: Browse) -> str:
    """A case that the clerk's unit has signed for."""
    made = browse("reporter").post("/console/cases", REPORT).headers["Location"].rpartition("/")[2]
    do(house, browse, made, "dispatch", who="dispatcher", outcome="department", matter="SR0107",
       organisation=house.city.department.code)
    do(house, browse, made, "sign", who="handler", outcome="sign")
    return made


def do(house: House, browse: Browse, number: str, element: str, who: str, **values: object) -> str:
    """Somebody completes a task by its form; the page that comes of it."""
    house.session.rollback()
    task = house.session.scalars(sa.select(Task).join(Case, Case.id == Task.case_id).where(
        Case.number == number, Task.element == element, Task.closed_at.is_(None))).one()
    answer = browse(who).post(f"/console/tasks/{task.id}", {"version": task.version, **values})
    assert answer.status_code == 302, answer.text
    return browse(who).get(answer.headers["Location"]).text


def ask(browse: Browse, number: str, verb: str, **values: str) -> int:
    """The clerk asks; the status of the answer."""
    return browse("handler").post(f"/console/cases/{number}/acts/{verb}", values).status_code


def test_a_clerk_asks_the_seat_grants_and_both_see_why(house: House, browse: Browse, number: str) -> None:
    page = browse("handler").get(f"/console/cases/{number}").text
    assert "申请延期" in page and "申请挂账" in page and 'id="act-extend"' not in page
    assert ask(browse, number, "ask_extension", days="3", reason="配件要从市里调") == 302
    waits = browse("dispatcher").get(f"/console/queues/requests?case={number}").text
    assert "申请待批" in waits and "配件要从市里调" in waits and "3 个工作日" in waits and "此前已准 0 次" in waits
    do(house, browse, number, "decide_request", who="dispatcher", outcome="fewer", days="2", reason="两天够了")
    told = browse("handler").get("/console/requests").text
    assert number in told and "部分同意" in told and "两天够了" in told
    why = browse("handler").get(f"/console/cases/{number}?tab=deadlines").text
    assert "配件要从市里调" in why and re.search(r"延期.*→.*张坐席.*王承办", why, re.DOTALL)
    line = browse("handler").get(f"/console/cases/{number}").text
    assert "部分同意延期申请" in line and "申请延期 3 个工作日" in line


def test_a_bad_request_comes_back_as_it_was_typed(browse: Browse, number: str) -> None:
    answer = browse("handler").post(f"/console/cases/{number}/acts/ask_hold", {"reason": "等材料"})
    assert answer.status_code == 422 and "请填写挂账到什么时候" in answer.text and "等材料" in answer.text
    english = browse("handler").post(f"/console/cases/{number}/acts/ask_extension?lang=en",
                                     {"reason": "等材料", "days": "0"})
    assert english.status_code == 422 and "Whole working days, one at least." in english.text


def test_nobody_but_the_unit_is_offered_to_ask(browse: Browse, number: str) -> None:
    text = browse("dispatcher").get(f"/console/cases/{number}").text
    assert "ask_extension" not in text and 'id="act-extend"' in text
    assert browse("dispatcher").post(f"/console/cases/{number}/acts/ask_hold", {"reason": "x"}).status_code == 409


def test_while_a_request_waits_the_unit_cannot_ask_again_and_may_still_finish(
        house: House, browse: Browse, number: str) -> None:
    assert ask(browse, number, "ask_hold", condition="等管线迁改", reason="路面要开挖") == 302
    assert "ask_extension" not in browse("handler").get(f"/console/cases/{number}").text
    text = do(house, browse, number, "handle_task", who="handler", outcome="done", result="换了新井盖。",
              before=(io.BytesIO(png()), "a.png"), evidence=(io.BytesIO(png()), "b.png"))
    kinds = re.findall(r'alt="(办理前|办理后) 1"', text)
    assert kinds == ["办理前", "办理后"] and "已撤销" in text
    state = house.session.scalar(sa.select(Request.state).join(Case, Case.id == Request.case_id)
                                 .where(Case.number == number))
    assert state == "withdrawn"


def test_what_our_unit_has_in_hand_is_a_list_of_its_own(browse: Browse, number: str) -> None:
    assert number in browse("handler").get("/console/queues/with-us").text
    assert browse("intruder").get("/console/requests").text.count("330921") == 0
