"""The people whose work is not a case: each finds something to do where they land."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser


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
