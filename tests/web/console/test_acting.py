"""Doing the work in a browser, with and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.models import Entry
from engine.cases.models import Case
from engine.worklist.models import Task
from tests.builders import an_organisation
from tests.web.conftest import House, png
from tests.web.console.conftest import Browser

pytestmark = pytest.mark.usefixtures("listed")
Browse = Callable[[str], Browser]
REPORT = {"description": "人民路与蓬莱路口雨水井盖没了，下雨看不见", "place": "人民路与蓬莱路口"}


@pytest.fixture
def task(house: House, browse: Browse) -> Task:
    """A fresh report that waits on the dispatcher's desk."""
    answer = browse("reporter").post("/console/cases", REPORT)
    return _task(house, answer.headers["Location"].rpartition("/")[2])


def test_a_report_needs_what_and_where_and_keeps_what_was_typed(browse: Browse) -> None:
    answer = browse("reporter").post("/console/cases", {"description": "井盖松动", "phone": "12"})
    assert answer.status_code == 422
    assert "井盖松动" in answer.text and 'value="12"' in answer.text and 'href="#place"' in answer.text


def test_a_report_with_a_photo_shows_it_on_the_case(browse: Browse) -> None:
    import io

    browser = browse("reporter")
    answer = browser.post("/console/cases", {**REPORT, "photos": (io.BytesIO(png()), "a.png")})
    page = browser.get(answer.headers["Location"])
    address = re.search(r'src="(/console/photos/[^"]+)"', page.text)
    assert address is not None
    photo = browser.get(address.group(1))
    assert photo.status_code == 200 and "sandbox" in photo.headers["Content-Security-Policy"]
    assert browse("intruder").get(address.group(1)).status_code == 404


def test_likely_duplicates_are_named_while_one_writes(browse: Browse, task: Task) -> None:
    text = (
        browse("reporter")
        .get("/console/cases/new/hints?description=路口的雨水井盖没了下雨看不见&place=人民路与蓬莱路口")
        .text
    )
    assert "雨水井盖" in text and "可能已经有人上报" in text


def test_the_suggestion_is_preselected_with_its_row(house: House, browse: Browse, task: Task) -> None:
    text = browse("dispatcher").get(f"/console/pane/{_number(house, task)}?desk=dispatch").text
    assert "分流表第" in text and re.search(r'value="\w+"[^>]* checked', text)


def test_another_matter_is_asked_about_without_changing_anything(browse: Browse, task: Task) -> None:
    answer = browse("dispatcher").get(f"/console/tasks/{task.id}/suggestion?matter=GY0101&desk=dispatch")
    assert answer.status_code == 200 and f'id="task-{task.id}"' in answer.text


def test_a_plain_form_does_the_task_and_goes_back_to_the_queue(house: House, browse: Browse, task: Task) -> None:
    answer = browse("dispatcher").post(
        f"/console/tasks/{task.id}",
        {
            "outcome": "answer",
            "reply": "已当面答复",
            "version": task.version,
            "desk": "dispatch",
            "organisation": "left over from another outcome",
        },
    )
    assert answer.status_code == 302 and answer.headers["Location"] == "/console/queues/dispatch"
    assert _fresh(house, task).outcome == "answer"


def test_with_a_script_the_answer_is_the_next_case(house: House, browse: Browse, task: Task) -> None:
    other = _task(house, browse("reporter").post("/console/cases", REPORT).headers["Location"].rpartition("/")[2])
    answer = browse("dispatcher").post(
        f"/console/tasks/{task.id}",
        {
            "outcome": "answer",
            "reply": "已当面答复",
            "version": task.version,
            "desk": "dispatch",
            "next": _number(house, other),
        },
        HX_Request="true",
    )
    assert f'data-shown="{_number(house, other)}"' in answer.text
    assert f'hx-target="#row-{_number(house, task)}"' in answer.text and "toast" in answer.headers["HX-Trigger"]


def test_a_faulty_form_comes_back_as_it_was_typed(house: House, browse: Browse, task: Task) -> None:
    answer = browse("dispatcher").post(
        f"/console/tasks/{task.id}",
        {
            "outcome": "refuse",
            "reason": "",
            "receiver": "",
            "missing": "还没写完的话",
            "version": task.version,
            "desk": "dispatch",
        },
        HX_Request="true",
    )
    assert answer.status_code == 422
    assert "请填写「理由」" in answer.text and "还没写完的话" in answer.text
    assert re.search(r'value="refuse"[^>]* checked', answer.text)
    assert _fresh(house, task).closed_at is None


def test_a_lost_race_names_the_winner_and_keeps_the_words(house: House, browse: Browse, task: Task) -> None:
    first, second = browse("dispatcher"), browse("dispatcher")
    form = {"outcome": "answer", "reply": "已当面答复", "version": task.version}
    assert first.post(f"/console/tasks/{task.id}", form).status_code == 302
    lost = second.post(f"/console/tasks/{task.id}", {**form, "reply": "我写了很久的答复"})
    assert lost.status_code == 409
    assert "张坐席" in lost.text and "我写了很久的答复" in lost.text


def test_many_are_dispatched_after_a_preview_each_with_its_result(house: House, browse: Browse, task: Task) -> None:
    browser, number = browse("dispatcher"), _number(house, task)
    preview = browser.post("/console/queues/dispatch/bulk", {"number": [number, "nothing"]})
    assert "按建议分流 1 件" in preview.text and _fresh(house, task).closed_at is None
    done = browser.post("/console/queues/dispatch/bulk", {"number": [number, "nothing"], "step": "go"})
    assert "2 件中已分流 1 件" in done.text
    assert _fresh(house, task).closed_at is not None


def test_of_two_tasks_on_one_case_one_button_is_first(house: House, browse: Browse) -> None:
    answer = browse("reporter").post("/console/cases", {**REPORT, "urgency": "critical"})
    number = answer.headers["Location"].rpartition("/")[2]
    text = browse("dispatcher").get(f"/console/pane/{number}?desk=emergency").text
    forms = re.findall(r"<form class=\"next\" id=\"task-.*?</form>", text, re.DOTALL)
    assert len(forms) == 2 and "110 / 119 / 120" in forms[0]
    assert ["btn go" in form for form in forms] == [True, False]


def test_several_units_are_ticked_not_typed(house: House, browse: Browse, task: Task) -> None:
    township = house.city.township
    units = [an_organisation(house.session, township, name, "platform").code for name in ("甲平台", "乙平台")]
    house.session.commit()
    browser, number = browse("dispatcher"), _number(house, task)
    assert f'type="checkbox" name="assistants" value="{units[0]}"' in browser.get(f"/console/pane/{number}").text
    answer = browser.post(f"/console/tasks/{task.id}", {
        "outcome": "several", "matter": "GY0101", "lead": units[0], "assistants": units, "version": task.version})
    assert answer.status_code == 302, answer.text


def test_an_urge_needs_no_script_and_a_supervision_its_reason(house: House, browse: Browse, task: Task) -> None:
    browser, number = browse("dispatcher"), _number(house, task)
    assert browser.post(f"/console/cases/{number}/acts/urge", {"reason": "请尽快"}).status_code == 302
    refused = browser.post(f"/console/cases/{number}/acts/supervise", {"reason": ""})
    assert refused.status_code == 422 and "请填写「原因」" in refused.text


def test_the_resident_is_masked_until_somebody_says_why(house: House, browse: Browse) -> None:
    answer = browse("dispatcher").post(
        "/console/cases", {**REPORT, "name": "王小明", "phone": "13812342207", "division": house.city.community.code}
    )
    number = answer.headers["Location"].rpartition("/")[2]
    browser = browse("dispatcher")
    page = browser.get(f"/console/cases/{number}").text
    assert "138****2207" in page and "13812342207" not in page
    assert browser.post(f"/console/cases/{number}/contact").status_code == 422
    assert "13812342207" in browser.post(f"/console/cases/{number}/contact", {"reason": "核对地址"}).text
    case = house.session.scalars(sa.select(Case).where(Case.number == number)).one()
    entry = house.session.scalars(sa.select(Entry).where(Entry.case_id == case.id).order_by(Entry.seq.desc())).first()
    assert entry is not None and entry.verb == "unmask" and "13812342207" not in str(entry.facts)


def test_a_post_without_the_token_of_its_page_changes_nothing(house: House, browse: Browse, task: Task) -> None:
    client = browse("dispatcher").client
    assert client.post(f"/console/tasks/{task.id}", data={"outcome": "answer"}).status_code == 400
    assert _fresh(house, task).closed_at is None


def test_the_order_of_a_queue_is_remembered(browse: Browse) -> None:
    browse("dispatcher").post("/console/queues/late/order", {"order": "newest"})
    assert 'value="newest" selected' in browse("dispatcher").get("/console/queues/late").text


def test_a_filter_is_kept_in_the_rail_until_it_is_removed(browse: Browse) -> None:
    browser = browse("dispatcher")
    browser.post("/console/saved", {"name": "井盖 · 本周", "key": "open", "text": "井盖"})
    assert "井盖 · 本周" in browse("dispatcher").get("/console/inbox").text
    browser.post("/console/saved/drop", {"name": "井盖 · 本周"})
    assert "井盖 · 本周" not in browser.get("/console/inbox").text
    assert browser.post("/console/saved", {"name": "x", "key": "nothing", "text": "井盖"}).status_code == 422


def test_single_keys_can_be_switched_off(browse: Browse) -> None:
    browser = browse("handler")
    assert 'data-keys="on"' in browser.get("/console/inbox").text
    browser.post("/console/preferences", {"after": "stay"})
    assert 'data-keys="off"' in browse("handler").get("/console/inbox").text


def _task(house: House, number: str) -> Task:
    found: Any = house.session.scalars(
        sa.select(Task).join(Case, Case.id == Task.case_id).where(Case.number == number, Task.closed_at.is_(None))
    )
    return found.one()  # type: ignore[no-any-return]


def _number(house: House, task: Task) -> str:
    return house.session.get_one(Case, task.case_id).number


def _fresh(house: House, task: Task) -> Task:
    house.session.rollback()
    house.session.refresh(task)
    return task
