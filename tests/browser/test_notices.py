"""Notices in a real browser: the badge grows without a reload and says so, the inbox by keyboard, the phone's bell."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.clock import stopwatch
from tests.browser.city import City
from tests.browser.conftest import PATIENCE, Enter
from tests.browser.looking import violations

pytestmark = pytest.mark.browser
SEAT, WORKER, OPERATOR = "seat.330921100.1", "grid_worker.330921100001.1", "system_admin.3309.1"
EVERY = 15  # seconds between two polls of the bar


def number_in(page: Page) -> int:
    """What the badge in the bar says."""
    badge = page.locator("a.bell [data-badge]")
    return int(badge.text_content() or 0) if badge.is_visible() else 0


def fresh(page: Page, number: str) -> Locator:
    """The unread notices about a case, once there are any: what came first may have been about another."""
    found, begun = page.locator(".notices .fresh a", has_text=number), stopwatch()
    while not found.count():
        assert (stopwatch() - begun) * 1000 < PATIENCE, f"no notice of {number}"
        page.wait_for_timeout(500)
        page.reload()
    return found


def test_the_badge_grows_by_itself_and_the_inbox_is_read_by_keyboard(city: City, enter: Enter) -> None:
    page = enter(SEAT)
    page.goto("/console/preferences")
    before = number_in(page)
    polls, begun = list[str](), stopwatch()
    page.on("request", lambda request: polls.append(request.url) if "/counts" in request.url else None)
    number = city.report(WORKER, "路灯坏了，晚上看不见", "人民路 12 号")
    expect(page.locator("a.bell [data-badge]")).to_have_text(re.compile(rf"^(?!{before}$)\d+$"))
    after, title = page.evaluate("[document.querySelector('a.bell [data-badge]').textContent, document.title]")
    assert int(after) > before and title.startswith(f"({after}) ")
    assert len(polls) <= 2 + (stopwatch() - begun) / EVERY
    expect(page.locator("#toast[role=status][aria-live=polite]")).to_contain_text("新通知")
    page.keyboard.type("gi")
    page.wait_for_url("**/console/inbox")
    newest = fresh(page, number).first
    this = newest.get_attribute("href")
    for _ in range(80):
        if newest.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/cases/{number}")
    page.goto("/console/inbox")
    expect(page.locator(f".notices li:not(.fresh) a[href='{this}']")).to_be_visible()
    badge, said = page.evaluate("['a.bell [data-badge]', 'p.say'].map(one => document.querySelector(one).textContent)")
    assert int(badge) == int("".join(re.findall(r"\d", said)) or 0)


def test_the_phones_bell_is_asked_for_now_and_then(city: City, enter: Enter) -> None:
    page = enter(WORKER, 360, 740)
    page.clock.install()
    page.goto("/phone/tasks")
    before = number_in(page)
    number = city.report(WORKER, "窨井盖响", "人民路 14 号")
    city.complete(SEAT, number, "dispatch", "up", matter="SR0107")
    badge = page.locator("a.bell [data-badge]")
    begun = stopwatch()
    while number_in(page) <= before and (stopwatch() - begun) * 1000 < PATIENCE:
        page.clock.run_for(31_000)
        page.wait_for_timeout(500)
    expect(badge).to_have_text(str(number_in(page)))
    assert number_in(page) > before and page.title().startswith("(")
    expect(page.locator("#told")).to_contain_text("新通知")
    page.locator("a.bell").click()
    page.wait_for_url("**/phone/notices")
    fresh(page, number).first.click()
    page.wait_for_url(f"**/phone/cases/{number}")


def test_on_the_narrowest_screen_axe_has_nothing_to_say_and_nothing_is_too_wide(city: City, enter: Enter) -> None:
    said = {}
    for who, paths in ((WORKER, ["/phone/notices"]), (OPERATOR, ["/console/channels"]),
                       (SEAT, ["/console/inbox?unread=1&kind=rules", "/console/preferences/notices"])):
        page = enter(who, 360, 740)
        for path in paths:
            said[path] = violations(page, f"{path}{'&' if '?' in path else '?'}lang=en")
    assert {where: what for where, what in said.items() if what} == {}
