"""A resident from the street to the rating: with the keyboard alone, in both languages, without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from engine import clock
from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import listening, violations

pytestmark = pytest.mark.browser
COMMUNITY, WORKER, SEAT = "330921100003", "grid_worker.330921100003.1", "seat.330921100.1"
CLERK = "clerk.330921100.enforcement.1"


def report(page: Page, text: str, place: str, phone: str = "13800001111") -> str:
    """The link of a fresh report, written as a resident writes it."""
    page.goto(f"/r/new?at={COMMUNITY}")
    page.get_by_label("具体在哪里").fill(place)
    page.get_by_label("什么事").fill(text)
    page.get_by_role("button", name="下一步").click()
    none_of_them = page.get_by_role("button", name="都不是")
    expect(none_of_them.or_(page.get_by_role("button", name="提交"))).to_be_visible()
    if none_of_them.count():
        none_of_them.click()
    page.get_by_label("电话").fill(phone)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("收到了")
    return page.url.split("?")[0]


def handle(city: City, number: str) -> None:
    """The office does its part, up to the question to the resident."""
    city.complete(WORKER, number, "verify", "confirmed", note="属实")
    city.complete(SEAT, number, "dispatch", "own", matter="HJ0104", severity="general", urgency="normal")
    finish(city, number, "seat.330921100.2", "seat.330921.1")


def finish(city: City, number: str, handler: str, checker: str) -> None:
    photo = city.photo(handler)
    city.complete(handler, number, "handle_task", "done", result="已清理干净。", evidence=[photo])
    city.complete(checker, number, "check", "pass")
    city.complete(SEAT, number, "inform", "told", method="phone", contacted_at=clock.now().isoformat())


@pytest.mark.cites("E8", "E15")
def test_from_the_street_to_the_rating_unhappy_once_then_content(city: City, enter: Enter) -> None:
    page = enter(None, 360, 740)
    link = report(page, "三眼井边烧烤油烟很大，晚上睡不着。", "三眼井")
    number = page.locator("h1.number").inner_text()
    expect(page.locator(".lead")).to_contain_text("网格员会到现场")
    handle(city, number)
    page.goto(link)
    expect(page.locator("blockquote")).to_contain_text("已清理干净")
    page.get_by_role("radio", name="不满意").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("radio", name="不满意")).to_be_checked()
    page.get_by_label(re.compile("^理由")).fill("油烟还是很大")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("发回重办")
    finish(city, number, "seat.330921100.2", "seat.330921.1")
    page.goto(link)
    other = page.context.new_page()
    other.goto(link)
    for one in (page, other):
        one.get_by_role("radio", name="满意", exact=True).check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("已经记下")
    other.get_by_role("button", name="提交").click()
    expect(other.get_by_role("alert")).to_contain_text("您的评价：满意")
    assert city.get(SEAT, f"/cases/{number}")["rating"] == "satisfied"


def test_the_same_near_by_is_followed_instead_of_repeated(city: City, enter: Enter) -> None:
    page = enter(None, 360, 740)
    report(page, "龙王宫路口的雨水井盖没了，看不见很危险。", "龙王宫路口")
    number = page.locator("h1.number").inner_text()
    neighbour = enter(None, 360, 740)
    neighbour.goto(f"/r/new?at={COMMUNITY}")
    neighbour.get_by_label("具体在哪里").fill("龙王宫路口")
    neighbour.get_by_label("什么事").fill("雨水井盖不见了，晚上差点掉下去")
    neighbour.get_by_role("button", name="下一步").click()
    expect(neighbour.locator("form.same").first).to_contain_text("井盖")
    expect(neighbour.locator("main")).not_to_contain_text("危险")
    neighbour.get_by_role("button", name="就是这件").first.click()
    expect(neighbour.locator("main")).to_contain_text("您已跟进")
    expect(neighbour.locator("h1.number")).to_have_text(number)
    page.reload()
    expect(page.locator("main")).to_contain_text("另有 1 人")


def test_the_keyboard_alone_reports_and_finds_it_again(city: City, enter: Enter) -> None:
    page = enter(None, 1024, 768)
    page.goto(f"/r/new?at={COMMUNITY}")
    for text, wanted in (("望海亭", "place"), ("望海亭栏杆松了。", "description")):
        _tab_to(page, wanted)
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#phone")
    listening(page)
    _tab_to(page, "phone")
    page.keyboard.type("13800002222")
    page.keyboard.press("Enter")
    number = page.locator("h1.number").inner_text()
    page.goto("/r/find")
    _tab_to(page, "number")
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.type("138 0000 2222")
    page.keyboard.press("Enter")
    expect(page.locator("h1.number")).to_have_text(number)


def _tab_to(page: Page, control: str) -> None:
    for _ in range(20):
        if page.evaluate("document.activeElement.id") == control:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {control}")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_on_any_page_of_residents(city: City, enter: Enter, width: int, language: str) -> None:
    page = enter(None, width, 800)
    link = report(page, "很长的说明" * 60, "很长的地点" * 30)
    number = page.locator("h1.number").inner_text()
    handle(city, number)
    paths = ["/r/", "/r/new", "/r/new?in=330921100", f"/r/new?at={COMMUNITY}", "/r/find", link, "/r/1/2"]
    found = {path: violations(page, f"{path}{'&' if '?' in path else '?'}lang={language}") for path in paths}
    assert {path: said for path, said in found.items() if said} == {}
