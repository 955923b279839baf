"""The administrators at work: a log-in ended while its holder types, acts found and proven, how the house does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.city import City, photo
from tests.browser.conftest import Enter
from tests.browser.looking import SIZES, faults

pytestmark = pytest.mark.browser
SYSTEM, SECURITY, AUDIT = "system_admin.3309.1", "security_admin.3309.1", "audit_admin.3309.1"
SEAT, PASSWORD = "seat.330921100.2", "Wangge-demo-2026"
PAGES = {
    SECURITY: ("accounts", f"accounts/{SEAT}", "log-ins", "my-log-ins", "accounts?text=nobody-here"),
    AUDIT: ("audit", "audit?of=house", "audit?of=log_ins", "audit?number=x", "{entry}", "{deed}"),
    SYSTEM: ("operating", "versions", "hours", "hours/new?start=summer"),
}


@pytest.mark.parametrize("who", PAGES)
def test_axe_finds_nothing_at_three_widths_in_both_languages(city: City, enter: Enter, who: str) -> None:
    page, found = enter(who), dict[str, list[str]]()
    paths = [f"/console/{path}" for path in PAGES[who] if "{" not in path]
    if who == AUDIT:
        for address in ("/console/audit", "/console/audit?of=house"):
            page.goto(address)
            paths.append(str(page.locator("tbody a").first.get_attribute("href")))
    if who == SYSTEM:
        where = hours(page)
        found |= end(page, where)
        paths += [where, f"{where}/week"]
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for path in paths:
            for language in ("zh", "en") if width != 1024 else ("zh",):
                page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
                if said := faults(page):
                    found[f"{path} {language} {width}"] = said
    assert found == {}


def hours(page: Page) -> str:
    """Office hours typed by keyboard alone: the picture follows the typing, and the page says what was kept."""
    page.goto("/console/hours/new")
    page.locator("#h-name").focus()
    page.keyboard.type("海岛渔区夏令和冬令作息，自今年渔汛起试行，到期再定")
    page.locator("#h-d5").focus()
    page.keyboard.type("9:00至11:30")
    expect(page.locator("#tried tr").nth(5)).to_contain_text("09:00-11:30")
    expect(page.locator("#tried .say")).to_contain_text("到期时间")
    summer(page)
    page.locator("#h-d5").fill("11:30-9:00")
    expect(page.locator("#tried")).to_contain_text("还看不懂")
    page.keyboard.press("Enter")
    expect(page.locator("#h-d5-problem")).to_contain_text("结束不晚于开始")
    expect(page.get_by_role("alert")).to_be_focused()
    page.locator("#h-d5").fill("9:00-11:30")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/hours/\d+"))
    expect(page.locator("p.say")).to_contain_text("周六 09:00-11:30；每年 06-01 至 09-30：周一至周五 07:30-11:30")
    return page.url


def summer(page: Page) -> None:
    """A part of the year added to the form by keyboard alone, and one too many taken away again."""
    for number in (1, 2):
        press(page, page.locator("#h-add"))
        expect(page.locator(f"#h-s{number}_from")).to_be_focused()
    press(page, page.locator("button[name=drop][value='1']"))
    expect(page.locator("#h-s2_from")).to_have_count(0)
    expect(page.locator("#h-add")).to_be_focused()
    page.locator("#h-s1_0").fill("7:30-11:30")
    press(page, page.locator("button[name=copy][value=s1_]"))
    expect(page.locator("#h-s1_7")).to_have_value("7:30-11:30")
    page.locator("#h-s1_from").fill("06-01")
    page.locator("#h-s1_until").fill("09-30")
    expect(page.locator("#h-d5")).to_have_value("9:00至11:30")


def end(page: Page, where: str) -> dict[str, list[str]]:
    """The hours end one day, by keyboard; the page says so and offers to take it back; what axe finds meanwhile."""
    page.goto(f"{where}?lang=zh")
    page.locator("#e-until").fill("2099-12-31")
    press(page, page.get_by_role("button", name="停用这套办公时间"))
    expect(page.locator(".note.amber")).to_contain_text("将停用")
    said = faults(page)
    press(page, page.get_by_role("button", name="撤回停用"))
    expect(page.locator("td", has_text="撤回停用")).to_be_visible()
    expect(page.locator(".note.amber")).to_have_count(0)
    return {"hours that end": said} if said else {}


def press(page: Page, button: Locator) -> None:
    """A button by keyboard alone."""
    button.focus()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def test_a_table_on_a_phone_says_what_each_value_is(enter: Enter) -> None:
    page = enter(SYSTEM)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/console/operating")
    cell = page.locator("[aria-label=后台与定时工作] tbody td").first
    expect(cell).to_have_attribute("data-label", "间隔")
    assert "间隔" in cell.evaluate("cell => getComputedStyle(cell, '::before').content")


def test_who_is_locked_out_while_typing_loses_nothing(city: City, enter: Enter) -> None:
    seat, security = enter(SEAT), enter(SECURITY)
    report(seat)
    security.goto("/console/log-ins?text=" + SEAT)
    for number in range(security.locator("tbody tr").count(), 0, -1):
        security.locator("tbody tr summary").first.focus()
        security.keyboard.press("Enter")
        security.locator("tbody tr details[open] input[name=reason]").fill("设备可能丢失")
        security.keyboard.press("Enter")
        expect(security.locator("#toast")).to_contain_text("已结束")
        security.goto("/console/log-ins?text=" + SEAT)
        expect(security.locator("tbody tr")).to_have_count(number - 1)
    seat.evaluate("document.getElementById('report').requestSubmit()")
    over = seat.locator("#again")
    expect(over).to_contain_text("登录已被安全管理员")
    expect(over.locator("#again-username")).to_have_value(SEAT)
    assert faults(seat) == []
    over.locator("#again-password").fill("wrong-wrong-1")
    seat.keyboard.press("Enter")
    expect(over.get_by_role("alert")).to_be_visible()
    over.locator("#again-password").fill(PASSWORD)
    seat.keyboard.press("Enter")
    seat.wait_for_url("**/console/cases/33*")
    expect(seat.locator("main")).to_contain_text("封控路口护栏倒了")
    expect(seat.locator("main img.photo").first).to_be_visible()


def report(page: Page) -> None:
    """A report with a photo, typed and not yet sent."""
    page.goto("/console/cases/new")
    page.fill("#description", "封控路口护栏倒了，挡住半条路。")
    page.fill("#place", "人民路与解放路口")
    page.select_option("#origin", "superior")
    page.set_input_files("#report input[type=file]", [photo("护栏.jpg")])


def test_a_task_sent_too_late_goes_on_in_the_pane(city: City, enter: Enter) -> None:
    number = city.report("grid_worker.330921100001.1", "楼道堆满纸箱，挡住消防通道", "3 号楼")
    seat, security = enter(SEAT), enter(SECURITY)
    seat.goto(f"/console/queues/dispatch?case={number}")
    expect(seat.locator("[data-shown]")).to_have_attribute("data-shown", number)
    security.goto(f"/console/accounts/{SEAT}")
    security.get_by_text("全部下线").first.click()
    security.locator("#reason-log_out").fill("换班")
    security.keyboard.press("Enter")
    expect(security.locator("#toast")).to_contain_text("全部结束")
    seat.evaluate("document.querySelector('#pane form[data-act]').requestSubmit()")
    seat.locator("#again-password").fill(PASSWORD)
    seat.keyboard.press("Enter")
    expect(seat.locator("#toast")).to_contain_text(number)
    assert "dispatch" not in city.elements("seat.330921100.1", number)


def test_the_audit_finds_it_and_proves_it(city: City, enter: Enter) -> None:
    number = city.get("seat.330921100.1", "/cases?limit=1")["items"][0]["number"]
    page = enter(AUDIT)
    page.goto("/console/audit")
    page.fill("#number", number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**number={number}*")
    expect(page.locator("tbody tr").first).to_contain_text(number)
    page.locator("tbody a").last.click()
    page.wait_for_url(re.compile(r"/console/audit/"))
    expect(page.locator("aside")).to_contain_text("内容没有被改动")
    page.goto("/console/audit")
    page.get_by_role("link", name="变更记录").click()
    page.wait_for_url("**of=house*")
    expect(page.locator("tbody tr").first).to_contain_text("检索")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出表格").click()
    assert download.value.suggested_filename == "audit-house.xlsx"


def test_the_house_is_well_and_says_so(enter: Enter) -> None:
    page = enter(SYSTEM)
    page.goto("/console/operating")
    expect(page.locator("p.say")).to_be_visible()
    expect(page.locator("#house")).to_contain_text("到期处理")
    page.goto("/console/versions")
    expect(page.locator("p.say")).to_contain_text("相符")
