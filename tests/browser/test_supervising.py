"""A supervisor's ten minutes: the sentence, a figure, its cases, all of them supervised, answered, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import faults, listening, violations

pytestmark = pytest.mark.browser
BOSS, SEAT = "supervisor.3309.1", "seat.330921105.1"
CLERK, UNIT = "clerk.330921105.enforcement.1", "330921105-enforcement-platform"
WORKER = "grid_worker.330921105201.1"
BOARD, TREND = "/console/supervision", "svg.trend"
WIDTHS = ((1440, 900), (1024, 768), (360, 780))


def test_a_supervisor_reads_acts_on_all_and_takes_it_back(city: City, enter: Enter) -> None:
    page = enter(BOSS)
    page.keyboard.type("gs")
    expect(page.locator("p.say")).to_contain_text("件超期")
    total = int(re.findall(r"\d+", page.locator("p.say").inner_text())[0])
    expect(page.locator(TREND)).to_have_attribute("role", "img")
    listening(page).get_by_text("看数字表").focus()
    page.keyboard.press("Enter")
    expect(page.locator("table.numbers tbody tr").first).to_be_visible()
    page.locator("table.heat tbody td a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**unit=*")
    expect(page.locator("#list h2")).to_contain_text("·")
    row = page.locator("#list .roll .row").first
    number = str(row.locator("input[name=number]").get_attribute("value"))
    row.locator("summary").focus()
    before = row.locator("summary").bounding_box()
    page.keyboard.press("Enter")
    expect(row.locator(".ladder")).to_be_visible()
    expect(row.locator(".about")).to_contain_text("规则")
    assert row.locator("summary").bounding_box() == before  # what was clicked stays below the hand
    _supervise_all(page, total)
    page.goto(f"/console/cases/{number}")
    expect(page.locator(".note.amber").first).to_contain_text("已逾期，请今天报进展。")
    _take_back(page, number)


def test_a_unit_sees_what_it_is_to_answer_and_the_supervisor_reads_it(city: City, enter: Enter) -> None:
    number = city.report(WORKER, "路边堆了一堆建筑垃圾，挡住了公交站。", "东剑路公交站")
    city.complete(SEAT, number, "dispatch", "department", matter="SR0107", organisation=UNIT)
    page, clerk = enter(BOSS), enter(CLERK)
    page.goto(f"/console/cases/{number}")
    page.get_by_role("button", name="批示督办").first.click()
    page.locator("#a-supervise-reason").fill("居民三次来电，请说明何时清走。")
    page.locator("#a-supervise-reply_by").fill("2031-01-06T09:00")
    page.locator("#act-supervise button.go").click()
    expect(page.locator(".note.amber")).to_contain_text("前回复")
    clerk.goto("/console/queues/clerk-to-answer")
    expect(clerk.locator(".rail a[aria-current=page]")).to_contain_text("督办待回复")
    clerk.goto(f"/console/cases/{number}")
    expect(clerk.locator(".note.amber")).to_contain_text("居民三次来电，请说明何时清走。")
    clerk.get_by_role("button", name="回复督办").first.focus()
    clerk.keyboard.press("Enter")
    clerk.locator("#a-reply-text").fill("明早八点清运。")
    clerk.locator("#act-reply button.go").click()
    expect(clerk.locator(".note", has_text="已回复")).to_contain_text("明早八点清运。")
    page.goto(f"{BOARD}/demands?show=replied")
    expect(page.locator("tr", has_text=number)).to_contain_text("明早八点清运。")


def _supervise_all(page: Page, total: int) -> None:
    page.goto(f"{BOARD}?state=late")
    page.locator("#list [data-all]").focus()
    page.keyboard.press("Space")
    page.locator("#list button.go").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile(r"^批示督办 \d+ 件？$"))
    asked = int(re.findall(r"\d+", page.locator("h1").inner_text())[0])
    assert total <= asked <= total + 3  # while somebody reads the board, another case may come past its due time
    total = asked
    expect(page.get_by_label("原因")).to_be_focused()
    page.keyboard.type("已逾期，请今天报进展。")
    page.locator("main button.go").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/bulk/*")
    expect(page.locator("h1")).to_have_text(f"批示督办：{total} 件中办成 {total} 件")
    expect(page.get_by_role("status").first).to_contain_text("已全部处理")


def _take_back(page: Page, number: str) -> None:
    page.goto("/console/bulk")
    page.locator("table.plain a").first.click()
    row = page.locator("tr", has_text=number)
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr", has_text=number)).to_contain_text("已收回")
    page.get_by_role("button", name="全部收回").click()
    expect(page.get_by_role("status").first).to_contain_text("已全部处理")
    expect(page.locator("main table")).not_to_contain_text("已办")
    page.goto(f"/console/cases/{number}?all=1")
    expect(page.locator("main")).to_contain_text("收回第")


@pytest.mark.parametrize("width, height", WIDTHS)
def test_the_pages_of_supervision_are_sound_at_every_width(
        city: City, enter: Enter, width: int, height: int) -> None:
    page = enter(BOSS, width, height)
    found = {}
    for language in ("zh", "en"):
        for path in (BOARD, f"{BOARD}?state=stopped", f"{BOARD}/demands?show=all", "/console/bulk"):
            found[language, path] = violations(page, f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.goto(f"{BOARD}?state=late")
        page.locator("#list .roll .row summary").first.click()
        page.locator("#list [data-all]").check()
        page.locator("#list button.go").click()
        expect(page.locator("#reason")).to_be_focused()
        found[language, "preview"] = faults(page)
    assert {key: said for key, said in found.items() if said} == {}
