"""What leaves the house: sheets that Chromium prints, one page of A4 a case, and lists as workbooks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import faults, listening

pytestmark = pytest.mark.browser
SUPERVISOR, SEAT = "supervisor.330921.1", "seat.330921106.1"


def pages_of(page: Page) -> int:
    """How many sheets of A4 the printer gets."""
    printed = listening(page).pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)[.\d]*\]", printed)
    assert sizes and {(int(width) // 2, int(height) // 2) for width, height in sizes} <= {(297, 420), (297, 421)}
    return len(re.findall(rb"/Type /Page\b", printed))


def test_many_ticked_cases_are_one_print_job_with_a_page_each(city: City, enter: Enter) -> None:
    for place in ("西码头", "东码头", "长堤"):
        city.post(SEAT, "/cases", {
            "description": f"{place}边石狮歪斜，容易砸到行人。", "origin": "resident", "channel": "phone",
            "place": {"text": place, "division": "330921106"}, "contact": {"name": "陈某", "phone": "13800001111"}})
    page = enter(SUPERVISOR)
    page.goto("/console/queues/all?text=石狮歪斜")
    for box in page.locator(".rows input[name=number]").all():
        box.check()
    with page.expect_popup() as opened:
        page.locator("#bulk").get_by_role("button", name="打印交办单").click()
    sheets = opened.value
    expect(sheets.locator("article.sheet")).to_have_count(3)
    expect(sheets.locator("body")).to_contain_text("陈** 138****1111")
    assert pages_of(sheets) == 3 and faults(sheets) == []
    sheets.get_by_text("连同反映人姓名、电话打印").click()
    sheets.fill("#why-contact", "上门前打电话")
    sheets.keyboard.press("Enter")
    expect(sheets.locator("article.sheet").first).to_contain_text("13800001111")
    assert pages_of(sheets) == 3
    sheets.emulate_media(media="print")
    expect(sheets.locator(".tools")).to_be_hidden()
    number = (sheets.locator("article.sheet thead b").first.text_content() or "").strip()
    page.goto(f"/console/cases/{number}")
    expect(page.locator("main")).to_contain_text("查看反映人联系方式")


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (1024, "zh"), (360, "en")])
def test_a_sheet_is_read_on_any_screen(city: City, enter: Enter, width: int, language: str) -> None:
    number = city.post(SEAT, "/cases", {
        "description": "长" * 900, "title": "很长的题目" * 20,
        "place": {"text": "长堤", "division": "330921106"}})["number"]
    page = enter(SUPERVISOR, width)
    for kind in ("order", "supervision"):
        page.goto(f"/console/slips/{kind}?number={number}&lang={language}")
        assert faults(page) == []
    for path in ("exports", "duties"):
        page.goto(f"/console/{path}?lang={language}")
        assert faults(page) == []


def test_a_list_is_taken_out_as_it_is_seen(city: City, enter: Enter, tmp_path: Path) -> None:
    page = enter(SUPERVISOR)
    page.goto("/console/queues/all")
    seen = [row.get_attribute("data-number") for row in page.locator(".rows > .row").all()]
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    download.value.save_as(tmp_path / "all.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "all.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]][: len(seen)] == seen
    assert download.value.suggested_filename.startswith("全部在办-")
