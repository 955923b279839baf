"""One case through every desk in the browser: verified, dispatched, signed, done, checked, told, rated, closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City, photo
from tests.browser.conftest import Enter
from tests.browser.looking import listening

pytestmark = pytest.mark.browser
WORKER, GRID = "grid_worker.330921105201.1", "330921105201001"
SEAT, CHECKER, TELLER = "seat.330921105.1", "seat.330921105.2", "seat.330921105.3"
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def _open(page: Page, number: str) -> None:
    page.goto(f"/console/cases/{number}")
    expect(page.locator("h1")).to_be_visible()


def _submit(page: Page) -> None:
    page.locator("form[data-first] button.go").click()
    expect(page.locator("#toast")).not_to_be_empty()


def test_a_residents_case_goes_through_every_desk_and_closes(city: City, enter: Enter) -> None:
    body = {"description": "楼下夜排档油烟直排，居民开不了窗。", "origin": "resident", "channel": "phone",
            "place": {"text": "东剑路 8 号", "grid": GRID}, "contact": {"name": "陈某", "phone": "13800001111"}}
    number = str(city.post(SEAT, "/cases", body)["number"])
    worker = enter(WORKER, **PHONE)
    _open(worker, number)
    worker.get_by_text("情况属实").click()
    worker.get_by_label("核实情况").fill("到场看过，油烟确实直排。")
    _submit(worker)
    assert city.elements(SEAT, number) == ["dispatch"]

    seat = enter(SEAT)
    _open(seat, number)
    seat.get_by_label("交办意见").fill("请看净化器。")
    seat.get_by_label("事项").select_option(label="餐饮油烟")
    expect(seat.locator("form[data-first] button.go")).to_be_enabled()  # the suggestion has come
    expect(seat.get_by_label("交办意见")).to_have_value("请看净化器。")
    expect(seat.locator("form[data-first]")).to_contain_text("长涂镇综合执法平台")
    _submit(seat)
    assert city.elements(SEAT, number) == ["sign"]

    clerk = enter("clerk.330921105.enforcement.1")
    clerk.goto("/console/queues/sign")
    clerk.locator(f"#row-{number} a").click()
    expect(clerk.locator("[data-shown]")).to_have_attribute("data-shown", number)
    clerk.keyboard.press("d")
    expect(clerk.locator("#toast")).to_contain_text(number)
    _open(clerk, number)
    clerk.get_by_label("办理结果").fill("已要求加装油烟净化器，今晚复查无油烟。")
    clerk.get_by_label("办理后照片").set_input_files(photo("after.jpg"))
    _submit(clerk)
    expect(clerk.locator("img.photo").first).to_be_visible()
    assert city.elements(SEAT, number) == ["check"]

    checker = enter(CHECKER)
    _open(checker, number)
    expect(checker.locator("body")).to_contain_text("已要求加装油烟净化器")
    _submit(checker)
    assert city.elements(SEAT, number) == ["inform"]

    teller = enter(TELLER)
    _open(teller, number)
    teller.locator("section.next [name=note]").first.fill("已告知处理结果，居民表示感谢。")
    teller.locator("section.next button[name=result][value=reached]").click()
    expect(teller.locator("#toast")).not_to_be_empty()
    assert city.elements(SEAT, number) == ["rate"]
    _open(teller, number)
    teller.locator("section.next button[name=outcome][value=satisfied]").click()
    expect(teller.locator("#toast")).not_to_be_empty()
    _open(teller, number)
    assert city.get(SEAT, f"/cases/{number}")["closed_at"]
    expect(teller.locator(".head")).to_contain_text("办结")


def test_a_grid_worker_reports_with_a_photo_follows_and_urges(city: City, enter: Enter) -> None:
    page = enter("grid_worker.330921106002.1", **PHONE)
    page.get_by_role("link", name="上报").click()
    page.get_by_label("看到或听到了什么").fill("瀛洲社区广场健身器材断裂，已用绳子围起来。")
    page.get_by_label("在哪里").fill("瀛洲广场")
    page.locator("#photos").set_input_files([photo("one.jpg"), photo("two.jpg")])
    page.get_by_role("button", name="上报").click()
    page.wait_for_url("**/console/cases/*-*")
    number = page.url.rsplit("/", 1)[-1]
    expect(page.locator("img.photo")).to_have_count(2)
    page.goto("/console/queues/reported")
    expect(page.locator(f"#row-{number}")).to_be_visible()
    page.locator(f"#row-{number} a").first.click()
    expect(page.locator("#act-urge")).to_be_attached()
    listening(page).get_by_role("button", name="催办").first.click()
    page.locator("#act-urge textarea").fill("孩子多，请尽快。")
    page.locator("#act-urge button.go").click()
    expect(page.locator("body")).to_contain_text("孩子多，请尽快。")
    seen = [entry["verb"] for entry in city.get("seat.330921106.1", f"/cases/{number}/entries")["items"]]
    assert "urge" in seen
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
