"""The desk of calling back: what was tried, what is missing, one key for each way in which a call may go."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from engine import clock, residents
from engine.cases.models import Case, ContactRecord, Rating
from engine.worklist.models import Task
from tests.web.conftest import House
from tests.web.console.conftest import Browser

pytestmark = pytest.mark.cites("E15")
Browse = Callable[[str], Browser]
REPORT = {"description": "人民路雨水井盖没了，下雨看不见", "place": "人民路 12 号", "name": "陈阿明",
          "phone": "13800001111"}
FRAGMENT = {"HX_Request": "true"}


@pytest.fixture
def case(house: House, browse: Browse) -> Case:
    """A case that has been answered, and whose reporter must be told."""
    where = browse("reporter").post("/console/cases", REPORT).headers["Location"]
    number = where.rpartition("/")[2]
    finish(house, browse, number, {"outcome": "answer", "reply": "已列入今年的计划。"})
    return find(house, number)


def find(house: House, number: str) -> Case:
    house.session.rollback()
    return house.session.scalars(sa.select(Case).where(Case.number == number)).one()


def open_task(house: House, number: str) -> Task:
    asked = sa.select(Task).join(Case, Case.id == Task.case_id).where(Case.number == number, Task.closed_at.is_(None))
    return house.session.scalars(asked).one()


def finish(house: House, browse: Browse, number: str, given: dict[str, str]) -> int:
    house.session.rollback()
    task = open_task(house, number)
    answer = browse("dispatcher").post(f"/console/tasks/{task.id}", {"version": str(task.version), **given})
    return answer.status_code


def tries(browse: Browse, number: str, **given: str) -> str:
    values = {"method": "phone", "result": "no_answer", "desk": "feedback", **given}
    answer = browse("dispatcher").post(f"/console/cases/{number}/attempts", values, **FRAGMENT)
    return f"{answer.status_code} {answer.text}"


def test_the_pane_says_what_was_tried_what_is_missing_and_what_to_say(browse: Browse, case: Case) -> None:
    page = browse("dispatcher").get(f"/console/pane/{case.number}?desk=feedback").text
    assert "还没联系" in page and "已列入今年的计划。" in page and "您好，这里是" in page
    assert page.count("data-digit=") == 5 and re.search(r'value="unreachable" data-key-u disabled', page)
    assert "13800001111" not in page and "138****1111" in page


def test_one_click_records_an_attempt_and_the_picture_follows(house: House, browse: Browse, case: Case) -> None:
    page = tries(browse, case.number, note="儿子代接，晚上再打")
    assert page.startswith("200") and "还需 2 次，换一种方式" in page and f'hx-target="#tried-{case.number}"' in page
    assert "儿子代接，晚上再打" in page and "1 次，共需 3 次" in page
    desk = browse("dispatcher").get("/console/queues/feedback").text
    assert f'id="tried-{case.number}"' in desk
    sealed = house.session.scalars(sa.select(ContactRecord.sealed).where(ContactRecord.case_id == case.id)).one()
    assert sealed is not None and "儿子代接".encode() not in sealed


def test_unreachable_opens_once_the_attempts_suffice(house: House, browse: Browse, case: Case) -> None:
    begin = clock.now()
    for hours, method in enumerate(("phone", "face", "phone")):
        with time_machine.travel(begin + timedelta(hours=hours), tick=False):
            page = tries(browse, case.number, method=method)
    assert "已可记为联系不上" in page and "data-key-u disabled" not in page
    assert finish(house, browse, case.number, {"outcome": "unreachable"}) == 302
    assert open_task(house, case.number).element == "rate"


def test_too_early_it_says_what_is_missing(house: House, browse: Browse, case: Case) -> None:
    task = open_task(house, case.number)
    given = {"version": str(task.version), "outcome": "unreachable", "desk": "feedback"}
    answer = browse("dispatcher").post(f"/console/tasks/{task.id}", given, **FRAGMENT)
    assert answer.status_code == 422 and "还需 3 次" in answer.text


def test_reached_leads_to_the_rating_in_the_same_pane(house: House, browse: Browse, case: Case) -> None:
    page = tries(browse, case.number, result="reached", method="face")
    assert "请您评价这次办理" in page and page.count("data-digit=") == 4
    assert re.search(r'name="method" value="face" data-key-m checked', page)
    assert finish(house, browse, case.number, {"outcome": "dissatisfied", "method": "face", "reason": ""}) == 422
    assert finish(house, browse, case.number, {"outcome": "satisfied", "method": "face", "note": "快"}) == 302
    rating = house.session.get_one(Rating, (case.id, 0))
    assert (rating.rating, rating.channel) == ("satisfied", "face")
    shown = browse("dispatcher").get(f"/console/cases/{case.number}").text
    assert "联系上，已告知" in shown and re.search(r"<b>满意</b> · 当面", shown)


def test_without_a_script_the_case_page_does_the_same(browse: Browse, case: Case) -> None:
    browser = browse("dispatcher")
    answer = browser.post(f"/console/cases/{case.number}/attempts", {"method": "phone", "result": "refused"})
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"]).text
    assert "拒绝交谈" in page and "还需 2 次" in page
    wrong = browser.post(f"/console/cases/{case.number}/attempts", {"method": "phone"})
    assert wrong.status_code == 422 and "请填写" in wrong.text


def test_the_number_is_shown_by_one_click_that_is_on_the_record(browse: Browse, case: Case) -> None:
    browser = browse("dispatcher")
    assert 'name="reason" value="回访"' in browser.get(f"/console/pane/{case.number}?desk=feedback").text
    shown = browser.post(f"/console/cases/{case.number}/contact", {"reason": "回访"}, **FRAGMENT).text
    assert "13800001111" in shown
    assert "查看反映人联系方式" in browser.get(f"/console/cases/{case.number}?all=1").text


def test_who_must_be_told_comes_before_who_waits_for_the_rating(browse: Browse, house: House, case: Case) -> None:
    tries(browse, case.number, result="reached")
    where = browse("reporter").post("/console/cases", {**REPORT, "place": "人民路 20 号"}).headers["Location"]
    second = where.rpartition("/")[2]
    finish(house, browse, second, {"outcome": "answer", "reply": "已安排。"})
    listed = re.findall(r'data-number="([^"]+)"', browse("dispatcher").get("/console/queues/feedback").text)
    assert listed.index(second) < listed.index(case.number)


def test_nobody_else_records_attempts(browse: Browse, case: Case) -> None:
    for who, status in (("handler", 404), ("intruder", 404)):
        answer = browse(who).post(f"/console/cases/{case.number}/attempts", {"method": "phone", "result": "refused"})
        assert answer.status_code == status, who


def test_a_link_that_is_used_twice_says_so_in_plain_words(house: House, browse: Browse, case: Case) -> None:
    tries(browse, case.number, result="reached")
    task = open_task(house, case.number)
    address = f"/r/{case.number}/{residents.secret_of(case)}"
    client = house.app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    given = {"csrf_token": token and token.group(1), "task": task.id, "version": task.version, "outcome": "satisfied"}
    assert client.post(address, data=given).status_code == 302
    again = client.post(address, data={**given, "outcome": "dissatisfied", "reason": "又坏了"})
    assert again.status_code == 409 and "这件事已经评价过了" in again.text and "您的评价：满意" in again.text
    assert house.session.get_one(Rating, (case.id, 0)).channel == "link"
