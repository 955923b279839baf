"""A call-back clerk's hour with the keyboard: nobody answers, another way, reached, rated; nothing for axe to say."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import looks_well

pytestmark = [pytest.mark.browser, pytest.mark.cites("E15")]
SEAT, WORKER = "seat.330921105.1", "grid_worker.330921105201.1"
LONG = "店外堆放建筑材料占用人行道约二十米，行人只能走机动车道，商户称仓库正在装修，装修完成之前没有别处可放。"


def answered(city: City, text: str, place: str) -> str:
    """The number of a case whose reporter must be told."""
    number = city.report(WORKER, text, place, contact={"name": "陈阿明", "phone": "13800001111"})
    city.complete(SEAT, number, "dispatch", "answer", reply="已与商户说好，三天内清走。")
    return number


def test_nobody_answers_then_somebody_does_and_rates(city: City, enter: Enter) -> None:
    number = answered(city, LONG, "东剑路 18 号门前")
    page = enter(SEAT)
    desk = f"/console/queues/feedback?case={number}"
    page.goto(desk)
    pane, row = page.locator("#pane"), page.locator(f"#tried-{number}")
    expect(pane.locator(".script")).to_contain_text("三天内清走")
    expect(pane.get_by_role("button", name="联系不上")).to_be_disabled()
    page.keyboard.press("p")
    expect(pane).to_contain_text("13800001111")
    page.keyboard.press("2")
    expect(row).to_contain_text("还需 2 次，换一种方式")
    page.keyboard.press("m")
    expect(pane.get_by_role("radio", name="当面")).to_be_checked()
    page.keyboard.press("2")
    expect(row).to_contain_text("还需 1 次")
    expect(pane.locator(".tries i.made")).to_have_count(2)
    looks_well(page, desk, f"/console/cases/{number}")
    page.goto(desk)
    page.keyboard.press("1")
    expect(pane.locator(".script")).to_contain_text("请您评价这次办理")
    expect(row).to_contain_text("已告知，待评价")
    page.keyboard.press("3")
    expect(pane.get_by_role("alert")).to_be_visible()
    pane.get_by_label("理由").fill("三天过去了还在")
    pane.get_by_label("理由").press("Escape")
    looks_well(page, desk)
    page.goto(desk)
    page.keyboard.press("1")
    expect(page.locator("#toast")).to_contain_text("满意")
    page.goto(f"/console/cases/{number}")
    expect(page.locator("aside")).to_contain_text("满意 · 电话")
    case = city.get(SEAT, f"/cases/{number}")
    assert (case["stage"], case["rating"], case["ratings"][0]["channel"]) == ("closed", "satisfied", "phone")
    assert [one["result"] for one in case["contacts"]] == ["no_answer", "no_answer", "reached"]
