"""A grid worker with a phone: logging in and out, writing a report, and what the city knows of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from engine.clock import stopwatch
from engine.demo import PASSWORD
from tests.browser.city import City
from tests.browser.conftest import PATIENCE

WORKER, COLLEAGUE = "grid_worker.330921100001.1", "grid_worker.330921106200.1"


def photo(colour: str) -> FilePayload:
    """A photo as a phone's camera makes it: large."""
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def log_in(context: BrowserContext, who: str = WORKER) -> Page:
    """Somebody at their report page, the service worker at work."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto("/login?next=/phone/")
    page.get_by_label("用户名").fill(who)
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main form").first.locator("button.go").click()
    page.wait_for_url(re.compile(r"^[^?]*/phone/$"))
    return page


def log_out(page: Page) -> None:
    """The log-in of this browser ends, in another tab."""
    other = page.context.new_page()
    other.goto("/console/preferences")
    other.locator("[data-menu]").click()
    other.locator(".rail button", has_text="退出").click()
    other.wait_for_url("**/login")
    other.close()


def wait_for_worker(page: Page) -> None:
    """The service worker has its pages; from now on they open without a signal."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = "caches.open('wangge-phone-1').then(cache => cache.match('/phone/outbox')).then(Boolean)"
    until(page, lambda: page.evaluate(kept), "the service worker has kept nothing")


def until(page: Page, what: Callable[[], object], otherwise: str) -> None:
    """Wait until it is so."""
    begun = stopwatch()
    while not what():
        assert (stopwatch() - begun) * 1000 < PATIENCE, otherwise
        page.wait_for_timeout(100)


def write(page: Page, text: str, place: str, *photos: FilePayload) -> None:
    """A draft on the report page."""
    if photos:
        page.locator("#photos").set_input_files(list(photos))
        expect(page.locator("#shots img")).to_have_count(len(photos))
    page.get_by_label("看到了什么").fill(text)
    page.locator("#place").fill(place)


def send(page: Page) -> None:
    """Press the button; the page is fresh afterwards."""
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.locator("#told strong")).to_be_visible()
    expect(page.get_by_label("看到了什么")).to_have_value("")


def filed(city: City, text: str, who: str = WORKER) -> list[dict[str, Any]]:
    """The cases with these words."""
    return list(city.get(who, f"/cases?text={text}&limit=20")["items"])


def wait_until_filed(city: City, page: Page, text: str, number: int, who: str = WORKER) -> list[dict[str, Any]]:
    """The cases with these words, once there are so many."""
    until(page, lambda: len(filed(city, text, who)) >= number, f"not filed {number} times: {text}")
    return filed(city, text, who)
