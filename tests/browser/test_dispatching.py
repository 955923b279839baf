"""A township's seat at the desk: dispatch in seconds, by keyboard, many at once, and what a lost race leaves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from engine.clock import stopwatch
from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import listening

pytestmark = pytest.mark.browser
MANHOLE = "东沙老街雨水井盖缺失，洞口约六十公分，已放警示牌。"
ACTIONS, SECONDS = 3, 20


def _current(page: Page) -> str:
    return page.locator(".row.cur").get_attribute("data-number") or ""


def test_a_fresh_report_is_dispatched_in_three_actions_and_twenty_seconds(city: City, enter: Enter) -> None:
    """Once in three times: a machine may stop for a while, but a slow page is slow each time."""
    page = enter("seat.330921101.1")
    assert any(dispatched(city, page) <= SECONDS for _ in range(3))


def dispatched(city: City, page: Page) -> float:
    """How many seconds it took from the look at the rail until the fresh report was gone; fails after more actions."""
    later = city.report("grid_worker.330921101008.1", "老街路灯不亮，晚上看不清路。", "老街中段")
    fresh = city.report("grid_worker.330921101008.1", MANHOLE, "老街与前街路口", urgency="urgent")
    begun, actions = stopwatch(), 0
    page.locator(".rail a[data-queue=dispatch]").click()
    page.locator(f"#row-{fresh} a").click()
    actions += 2
    expect(page.locator("[data-shown]")).to_have_attribute("data-shown", fresh)
    listening(page).keyboard.press("d")
    actions += 1
    expect(page.locator("#toast")).to_contain_text(fresh)
    took = stopwatch() - begun
    assert actions <= ACTIONS
    expect(page.locator(f"#row-{fresh}")).to_have_count(0)
    expect(page.locator("[data-shown]")).to_have_attribute("data-shown", _current(page))
    assert city.elements("seat.330921101.1", fresh) == ["sign"]
    expect(page.locator(f"#row-{later}")).to_be_visible()
    return took


def test_the_desk_is_walked_with_the_keyboard_alone(city: City, enter: Enter) -> None:
    for place in ("一号码头", "二号码头", "三号码头"):
        city.report("grid_worker.330921102206.1", f"{place}边护栏松动，行人容易落水。", place)
    page = enter("seat.330921102.1")
    page.goto("/console/queues/dispatch")
    first = _current(page)
    page.keyboard.press("j")
    expect(page.locator(".row.cur")).not_to_have_attribute("data-number", first)
    second = _current(page)
    expect(page.locator("#pane [data-shown]")).to_have_attribute("data-shown", second)
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()
    expect(page.locator("[data-selected]").first).to_have_text("1")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("k")
    expect(page.locator("[data-shown]")).to_have_attribute("data-shown", first)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.locator("form[data-first] textarea:focus")).to_have_count(1)
    page.keyboard.type("jdx")
    expect(page.locator(".row.cur")).to_have_attribute("data-number", first)


def test_no_key_acts_on_a_case_that_is_not_in_sight_yet(city: City, enter: Enter) -> None:
    for place in ("四号码头", "五号码头"):
        city.report("grid_worker.330921102206.1", f"{place}照明损坏。", place)
    page = enter("seat.330921102.1")
    page.goto("/console/queues/dispatch")
    shown = _current(page)
    held, freed, sent = list[Route](), list[bool](), list[str]()
    page.route("**/console/pane/**", lambda route: route.continue_() if freed else held.append(route))
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("j")
    expect(page.locator(".row.cur")).not_to_have_attribute("data-number", shown)
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()  # so «d» has been heard, and nothing came of it
    assert sent == [] and city.elements("seat.330921102.1", shown) == ["dispatch"]
    page.keyboard.press("Escape")
    for _ in range(3):
        page.keyboard.press("j")
    last = _current(page)
    freed.append(True)
    for route in held:
        route.continue_()
    expect(page.locator("#pane [data-shown]")).to_have_attribute("data-shown", last)


def test_news_takes_nothing_from_whoever_types(city: City, enter: Enter) -> None:
    number = city.report("grid_worker.330921102206.1", "六号码头灯塔不亮。", "六号码头")
    page = enter("seat.330921102.1")
    page.goto(f"/console/queues/dispatch?case={number}")
    page.locator("[data-act-open]").first.click()
    typed = page.locator("form[data-act-form]:not([hidden]) textarea").first
    typed.fill("请先")
    page.evaluate("""new Promise((done) => {
        document.addEventListener("htmx:after:swap", () => setTimeout(done), { once: true });
        htmx.trigger(document.getElementById("counts"), "every");
    })""")
    expect(typed).to_be_focused()
    expect(typed).to_have_value("请先")


def test_many_are_dispatched_at_once_after_a_preview(city: City, enter: Enter) -> None:
    made = [city.report("grid_worker.330921102214.1", f"{place}路口雨水井盖缺失，请尽快处理。", place)
            for place in ("南街", "北街")]
    page = enter("seat.330921102.2")
    page.goto("/console/queues/dispatch")
    for number in made:
        page.get_by_label(f"选中 {number}").check()
    page.locator("#bulk button").first.click()
    expect(page.get_by_role("button", name="分流 2 件")).to_be_focused()
    assert all(city.elements("seat.330921102.2", number) == ["dispatch"] for number in made)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("2 件中已分流 2 件")
    assert all(city.elements("seat.330921102.2", number) == ["sign"] for number in made)


def test_two_characters_find_a_case(city: City, enter: Enter) -> None:
    number = city.report("grid_worker.330921102218.1", "海堤边发现一处獐子洞，堤身有塌陷。", "龙头海堤")
    page = enter("seat.330921102.3")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("獐子")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=*")
    expect(page.locator(".rows .row")).to_have_count(1)
    assert _current(page) == number


def test_why_opens_the_reason_of_a_due_time(city: City, enter: Enter) -> None:
    number = city.report("grid_worker.330921102219.1", "虎斗码头缆绳桩断裂。", "虎斗码头")
    page = enter("seat.330921102.3")
    page.goto(f"/console/queues/dispatch?case={number}")
    page.get_by_role("link", name="为什么").click()
    reason = page.locator("#why")
    expect(reason).to_contain_text("2 工作日")
    expect(reason).to_contain_text("DS 二(五)四")


def test_who_comes_second_keeps_the_words_and_learns_the_winner(city: City, enter: Enter) -> None:
    number = city.report("grid_worker.330921103203.1", "青黑村桥头雨水井盖破损。", "桥头")
    slow, quick = enter("seat.330921103.1"), enter("seat.330921103.2")
    for page in (slow, quick):
        page.goto(f"/console/queues/dispatch?case={number}")
    slow.get_by_label("交办意见").fill("请今天下午先围起来，再换新井盖。")
    quick.keyboard.press("d")
    expect(quick.locator("#toast")).to_contain_text(number)
    winner = (quick.locator(".rail .me strong").text_content() or "").strip()
    with slow.expect_response(re.compile("/console/tasks/")) as answer:
        slow.locator("form[data-first] button.go").click()
    assert answer.value.status == 409
    expect(slow.locator("#pane .note.red")).to_contain_text(winner)
    expect(slow.locator("#pane")).to_contain_text("请今天下午先围起来，再换新井盖。")
    expect(slow.locator("#pane")).to_contain_text("交办意见")
