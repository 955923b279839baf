"""The supervisor's board, and the people whose work is not a case: each finds something to do where they land."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("verb, button", [("urge", "催办"), ("supervise", "批示督办")])
def test_a_supervisor_clicks_through_a_cell_and_acts_on_all_of_it(
        city: City, enter: Enter, verb: str, button: str) -> None:
    page = enter("supervisor.3309.1")
    page.goto("/console/supervision")
    expect(page.locator("p.say")).to_contain_text("件超期")
    page.locator("table.heat td a").first.click()
    expect(page.locator("#list h2")).to_contain_text("·")
    box = page.locator("#list .roll input[name=number]").first
    number = box.get_attribute("value")
    page.get_by_label("选中筛选出的全部").check()
    page.get_by_role("button", name=button).click()
    expect(page.locator("h1")).to_contain_text(button)
    page.get_by_label("原因").fill("已逾期，请今天报进展。")
    page.locator("main button.go").click()
    expect(page.locator("table.plain")).to_contain_text(str(number))
    assert city.get("supervisor.3309.1", f"/cases/{number}/entries?limit=100")["items"][-1]["verb"] == verb
    page.get_by_role("link", name=str(number)).click()
    expect(page.locator("main")).to_contain_text("「已逾期，请今天报进展。」")


@pytest.mark.parametrize("who", ["designer.3309.1", "system_admin.3309.1", "security_admin.3309.1",
                                 "audit_admin.3309.1"])
def test_people_without_cases_land_on_a_page_that_tells_them_where_their_work_is(enter: Enter, who: str) -> None:
    page = enter(who)
    expect(page.locator("main code").first).to_contain_text("wangge ")
    expect(page.locator("main a").first).to_be_visible()
    for link in page.locator(".rail a, main a").all():
        assert page.request.get(str(link.get_attribute("href"))).ok


def test_whoever_types_the_wrong_password_keeps_the_name(enter: Enter) -> None:
    page = enter(None)
    page.goto("/login")
    page.get_by_label("用户名").fill("seat.330921100.9")
    page.get_by_label("密码").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("用户名")).to_have_value("seat.330921100.9")
