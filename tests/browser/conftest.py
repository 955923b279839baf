"""One Chromium per worker, one fresh page per test, and one demo city for everybody who walks in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.chromium import arguments, find_chromium
from tests.browser.city import City, running_city

Enter = Callable[..., Page]
OpenPhone = Callable[..., BrowserContext]
PHONE = ViewportSize(width=360, height=740)
PATIENCE = 90_000  # milliseconds; a busy machine is slow, not broken
SEEN = "Failed to load resource"  # Chromium's own line for every refused form; what is refused is checked by status


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A running Chromium; the run fails, saying what to install, where there is none."""
    path = find_chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=arguments(), timeout=PATIENCE)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of an office PC, in a context of its own: no cookies from the test before."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN",
                                  timezone_id="Asia/Shanghai")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="package")
def city(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The demo city, served by processes of its own."""
    with running_city(tmp_path_factory.mktemp("city"), make_database()) as running:
        yield running


@pytest.fixture
def enter(browser: Browser, city: City) -> Iterator[Enter]:
    """Opens a window and logs somebody in by the door; whatever goes wrong in the window fails the test."""
    problems: list[str] = []
    contexts = []

    def open_window(who: str | None, width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
            base_url=city.address, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        _watch(page, problems)
        if who is not None:
            page.goto(f"/login?as={who}")
            page.locator("main form").first.locator("button.go").click()
            page.wait_for_url("**/console/**")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_phone(browser: Browser, city: City, tmp_path: Path) -> Iterator[OpenPhone]:
    """Opens a phone's browser on its own storage; opened again, it is the same phone."""
    running: list[BrowserContext] = []

    def start(name: str = "phone", **options: Any) -> BrowserContext:
        context = browser.browser_type.launch_persistent_context(
            tmp_path / name, executable_path=find_chromium(), args=arguments(), viewport=PHONE, locale="zh-CN",
            timezone_id="Asia/Shanghai", base_url=city.address, permissions=["geolocation"],
            geolocation={"latitude": 30.2432, "longitude": 122.2012, "accuracy": 8}, **options)
        context.set_default_timeout(PATIENCE)
        running.append(context)
        return context

    yield start
    for context in running:
        with suppress(Exception):  # one that a test has closed already
            context.close()


def _watch(page: Page, problems: list[str]) -> None:
    """Note what a page complains about: its console (CSP too), its exceptions, and answers that must not be."""

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(SEEN):
            problems.append(f"{page.url}: {message.text}")

    def answered(response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status == 404 and not is_page):
            problems.append(f"{response.status} {response.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("response", answered)
