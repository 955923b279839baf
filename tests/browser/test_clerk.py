"""A clerk: signs, asks for days and is granted them, asks for a hold in vain, reports with photos before and after."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City, photo
from tests.browser.conftest import Enter
from tests.browser.looking import looks_well

pytestmark = pytest.mark.browser
WORKER, SEAT = "grid_worker.330921105201.1", "seat.330921105.1"
CLERK, UNIT = "clerk.330921105.enforcement.1", "330921105-enforcement-platform"
LONG = "店外堆放建筑材料占用人行道约二十米，行人只能走机动车道，商户称仓库正在装修，装修完成之前没有别处可放。"


def _pane(page: Page, queue: str, number: str) -> None:
    page.goto(f"/console/queues/{queue}?case={number}")
    expect(page.locator("[data-shown]")).to_have_attribute("data-shown", number)


def _ask(page: Page, number: str, verb: str, **values: str) -> None:
    """Ask from the page of the case; it comes back with what was asked."""
    page.goto(f"/console/cases/{number}")
    page.locator(f"[data-act-open=act-{verb}]").click()
    form = page.locator(f"#act-{verb}")
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button.go").click()
    expect(page.locator("#toast")).to_contain_text(number)
    expect(page.locator(".requests").first).to_contain_text("待审批")


def _decide(page: Page, number: str, way: str, **values: str) -> None:
    """The seat decides what waits in its queue, with the history before its eyes."""
    _pane(page, "requests", number)
    page.locator("form[data-first]").get_by_text(way, exact=True).click()
    for name, value in values.items():
        page.locator(f"form[data-first] [name={name}]").fill(value)
    page.locator("form[data-first] button.go").click()
    expect(page.locator("#toast")).to_contain_text(number)


def test_a_clerk_asks_is_answered_and_reports_the_result(city: City, enter: Enter) -> None:
    number = city.report(WORKER, LONG, "东剑路 18 号门前")
    city.complete(SEAT, number, "dispatch", "department", matter="SR0107", organisation=UNIT)
    clerk, seat = enter(CLERK), enter(SEAT)
    _pane(clerk, "sign", number)
    clerk.keyboard.press("d")
    expect(clerk.locator("#toast")).to_contain_text(number)

    _ask(clerk, number, "ask_extension", days="3", reason="配件要从市里调")
    _pane(seat, "requests", number)
    expect(seat.locator("form[data-first]")).to_contain_text("此前已准 0 次")
    looks_well(seat, f"/console/queues/requests?case={number}")
    _decide(seat, number, "同意")
    _ask(clerk, number, "ask_hold", condition="管线迁改完成", reason="路面要等迁改")
    _decide(seat, number, "不同意", reason="先放警示牌、修补路面")

    clerk.goto("/console/requests")
    expect(clerk.locator("tbody tr", has_text=number)).to_have_count(2)
    expect(clerk.locator("tbody")).to_contain_text("先放警示牌、修补路面")
    clerk.goto(f"/console/cases/{number}?tab=deadlines")
    expect(clerk.locator("main")).to_contain_text("配件要从市里调")

    _pane(clerk, "handle", number)
    clerk.get_by_label("办理结果").fill("材料已清走，人行道恢复通行。")
    clerk.get_by_label("办理前照片").set_input_files(photo("before.jpg"))
    clerk.locator("form[data-first] button.go").click()
    assert city.elements(SEAT, number) == ["handle_task"]  # the photo after is demanded
    clerk.get_by_label("办理后照片").set_input_files(photo("after.jpg"))
    clerk.locator("form[data-first] button.go").click()
    expect(clerk.locator("#toast")).to_contain_text(number)
    clerk.goto(f"/console/cases/{number}")
    expect(clerk.locator(".compared figure")).to_have_count(2)
    looks_well(clerk, f"/console/cases/{number}", "/console/requests", "/console/queues/with-us")
