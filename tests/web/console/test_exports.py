"""Lists out from the pages: short ones at once, long ones by the worker; nobody fetches another's."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import python_calamine

from engine import clock, jobs
from engine.supervision import exporting
from tests.builders import an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
DESCRIPTION = "人民路雨水井盖没了，晚上看不见"


@pytest.fixture
def number(house: House, browse: Browse) -> str:
    said = {"description": DESCRIPTION, "place": "人民路 12 号", "division": house.city.community.code}
    return browse("dispatcher").post("/console/cases", said).headers["Location"].rpartition("/")[2]


def numbers(content: bytes) -> list[str]:
    return [str(row[0]) for row in python_calamine.CalamineWorkbook.from_filelike(
        BytesIO(content)).get_sheet_by_index(0).to_python()[1:]]


def test_a_short_list_is_a_file_at_once(house: House, browse: Browse, number: str) -> None:
    browser = browse("dispatcher")
    assert 'action="/console/exports"' in browser.get("/console/queues/open").text
    answer = browser.post("/console/exports", {"list": "open", "text": "井盖", "sorted": "newest"})
    assert answer.status_code == 200 and answer.mimetype == exporting_type() and number in numbers(answer.data)
    assert numbers(browser.post("/console/exports", {"list": "search", "text": "没有这样的词"}).data) == []


def exporting_type() -> str:
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_long_list_is_written_by_the_worker_while_a_page_tells_how_far(
        house: House, browse: Browse, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    browser = browse("dispatcher")
    sent = browser.post("/console/exports", {"list": "search"})
    assert sent.headers["Location"] == "/console/exports"
    assert 'hx-trigger="every 1s"' in browser.get("/console/exports", HX_Request="true").text
    assert jobs.do_errands(house.session, clock.now()) == 1
    house.session.commit()
    page = browser.get("/console/exports").text
    assert "every 1s" not in page and "下载工作簿" in page
    link = page.partition('go" href="')[2].partition('"')[0]
    assert number in numbers(browser.get(link).data)
    assert browse("intruder").get(link).status_code == 404


def test_work_that_is_stopped_is_not_done(
        house: House, browse: Browse, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    browser = browse("dispatcher")
    browser.post("/console/exports", {"list": "search"})
    stop = browser.get("/console/exports").text.partition('action="/console/exports/')[2].partition('"')[0]
    assert browser.post(f"/console/exports/{stop}").status_code == 302
    assert jobs.do_errands(house.session, clock.now()) == 0 and "已停止" in browser.get("/console/exports").text


def test_an_export_that_is_refused_says_why_in_both_languages(
        house: House, browse: Browse, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST", 0)
    answer = browse("dispatcher").post("/console/exports", {"list": "search"})
    assert answer.status_code == 422 and "请先筛选" in answer.text
    answer = browse("dispatcher").post("/console/exports?lang=en", {"list": "search"})
    assert "filter it and take it out in parts" in answer.text


def test_no_list_leaves_by_those_who_handle_no_cases(house: House, browse: Browse, number: str) -> None:
    an_actor(house.session, "designer", house.city.county_centre, name="钱设计", username="designer")
    house.session.commit()
    for who in ("reporter", "designer"):
        browser = browse(who)
        assert browser.post("/console/exports", {"list": "search"}).status_code == 403
        assert browser.get("/console/exports").status_code == 403
    assert browse("handler").post("/console/exports", {"list": "dispatch"}).status_code == 404
