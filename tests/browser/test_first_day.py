"""From an empty database to a working county by hand: founded, filled from the sample workbook, a case dispatched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from engine.clock import stopwatch
from tests.browser.city import City, photo, running_empty
from tests.browser.conftest import PATIENCE
from tests.browser.looking import faults

pytestmark = pytest.mark.browser
NAMES = {"by": "陈绘制", "approved_by": "林审批", "system_admin": "周管", "security_admin": "吴安",
         "audit_admin": "郑审"}
OWN, SEAT, CLERK = "First-day-2026", "seat.330921100.1", "clerk.330921100.enforcement.1"
CHECKER = "seat.330921100.2"
MINUTES = 30
Window = Callable[[], Page]


@pytest.fixture(scope="module")
def empty(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A served place in which nothing is yet."""
    with running_empty(tmp_path_factory.mktemp("empty"), make_database(empty=True)) as running:
        yield running


@pytest.fixture
def window(browser: Browser, empty: City) -> Iterator[Window]:
    """Opens windows of an office PC on the empty place."""
    contexts = []

    def opened() -> Page:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", accept_downloads=True,
                                      timezone_id="Asia/Shanghai", base_url=empty.address)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def first_log_in(page: Page, username: str, password: str) -> Page:
    """By the first password to one of their own."""
    page.goto("/login")
    page.fill("#username", username)
    page.fill("#password", password)
    page.click("button.go")
    page.fill("#old", password)
    assert faults(page) == []
    page.fill("#new", OWN)
    page.fill("#again", OWN)
    page.click("button.go")
    expect(page.locator(".rail .me")).to_be_visible()
    return page


def test_an_empty_place_becomes_a_working_county(window: Window, empty: City, tmp_path: Path) -> None:
    began = stopwatch()
    passwords = found_it(window())
    sample = fill_it(window(), passwords["system.admin"], tmp_path)
    first = confirm_it(window(), passwords["security.admin"], sample, tmp_path)
    number = work_in_it(window(), first)
    handle_it(window(), first, number)
    close_it(window(), first, number)
    look_at_it(window(), passwords["audit.admin"])
    assert stopwatch() - began < MINUTES * 60
    assert empty.violations() == {}


def found_it(page: Page) -> dict[str, str]:
    """The first-run page, answered; user name and first password of the three."""
    page.goto("/")
    assert faults(page) == []
    page.select_option("#prefecture", "3309")
    page.get_by_text("岱山县", exact=True).click()
    for name, value in NAMES.items():
        page.fill(f"#{name}", value)
    assert faults(page) == []
    page.get_by_role("button", name="开始初始化").click()
    expect(page.locator("h1")).to_have_text("可以开始工作了")
    assert faults(page) == []
    codes = [code.inner_text() for code in page.locator("tbody code").all()]
    return dict(zip(codes[::2], codes[1::2], strict=True))


def fill_it(page: Page, password: str, folder: Path) -> str:
    """The system administrator takes the sample, hands it in and confirms; where its preview stands."""
    first_log_in(page, "system.admin", password)
    page.goto("/console/imports")
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="样例：岱山县").click()
    download.value.save_as(folder / "sample.xlsx")
    page.set_input_files("#file", folder / "sample.xlsx")
    page.get_by_role("button", name="核对并预览").click()
    expect(page.locator(".say")).to_contain_text("现在还没有写入")
    assert faults(page) == []
    page.get_by_role("button", name="确认我这部分").click()
    expect(page.locator("#toast")).to_contain_text("等另一位管理员")
    return page.url


def confirm_it(page: Page, password: str, preview: str, folder: Path) -> dict[str, str]:
    """The security administrator confirms the posts and fetches the first passwords."""
    first_log_in(page, "security.admin", password)
    page.goto(preview)
    page.get_by_role("button", name="确认我这部分").click()
    expect(page.locator(".say")).to_have_text(re.compile("[0-9]写入。$"))
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="领取初始密码表").click()
    download.value.save_as(folder / "passwords.xlsx")
    page.goto(f"/console/people/{SEAT}")
    assert faults(page) == []
    rows = CalamineWorkbook.from_path(folder / "passwords.xlsx").get_sheet_by_index(0).to_python()
    return {str(row[0]): str(row[2]) for row in rows[1:]}


def work_in_it(page: Page, first: dict[str, str]) -> str:
    """A seat reports what came from above and dispatches it to the township's platform; its number."""
    first_log_in(page, SEAT, first[SEAT])
    page.goto("/console/cases/new")
    page.fill("#description", "东海大道公交站旁雨水井盖缺失，已放警示牌。")
    page.fill("#place", "东海大道公交站")
    page.select_option("#division", index=1)
    page.select_option("#origin", "superior")
    page.locator("main form button.go").click()
    page.wait_for_url("**/console/cases/*-*")
    page.goto("/console/queues/dispatch")
    number = page.locator(".row").first.get_attribute("data-number") or ""
    page.locator(f"#row-{number} a").click()
    expect(page.locator("[data-shown]")).to_have_attribute("data-shown", number)
    page.keyboard.press("d")
    expect(page.locator("#toast")).to_contain_text(number)
    page.goto(f"/console/cases/{number}")
    expect(page.locator(".turn").first).to_contain_text("签收")
    return number


def handle_it(page: Page, first: dict[str, str], number: str) -> None:
    """The platform's clerk signs for it and reports the result with a photo."""
    first_log_in(page, CLERK, first[CLERK])
    page.goto("/console/queues/sign")
    page.locator(f"#row-{number} a").click()
    expect(page.locator("[data-shown]")).to_have_attribute("data-shown", number)
    page.keyboard.press("d")
    expect(page.locator("#toast")).to_contain_text(number)
    page.goto(f"/console/cases/{number}")
    page.get_by_label("办理结果").fill("井盖已补上，周围路面平整。")
    page.locator("form[data-first] input[name=evidence]").set_input_files(photo("after.jpg"))
    page.locator("form[data-first] button.go").click()
    expect(page.locator(".turn").first).to_contain_text("核查")


def close_it(page: Page, first: dict[str, str], number: str) -> None:
    """Another seat checks it and tells whoever gave it to us, who rates nothing: the case is closed."""
    first_log_in(page, CHECKER, first[CHECKER])
    page.goto(f"/console/cases/{number}")
    expect(page.locator("main")).to_contain_text("井盖已补上")
    page.locator("form[data-first] button.go").click()
    page.locator("button[name=result][value=reached]").click()
    expect(page.locator("#toast")).to_contain_text("已告知")
    page.goto(f"/console/cases/{number}")
    expect(page.locator(".head")).to_contain_text("已办结")


def look_at_it(page: Page, password: str) -> None:
    """The audit administrator finds every act of the day in the record."""
    first_log_in(page, "audit.admin", password)
    page.goto("/console/house")
    expect(page.locator("tbody tr").first).to_contain_text("初始密码")
    assert faults(page) == []
    page.fill("main input[name=text]", SEAT)
    page.locator("main form .btn").click()
    expect(page.locator("tbody")).to_contain_text("系统管理员 周管")
