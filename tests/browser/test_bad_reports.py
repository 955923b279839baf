"""A faulty report: the message stands at its field, what was typed stays, and nothing is filed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.conftest import Enter

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WORKER = "grid_worker.330921106200.1"
SVG = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
Wrong = Callable[[Page], Any]
FAULTS: dict[str, tuple[str, Wrong]] = {
    "an empty place": ("#place", lambda page: page.locator("#place").fill("")),
    "a phone that is none": ("#phone", lambda page: page.locator("#phone").fill("abc")),
    "50,000 characters": ("#description", lambda page: page.locator("#description").fill("字" * 50_000)),
    "an SVG as a photo": ("#photos", lambda page: page.locator("#photos").set_input_files(SVG)),  # type: ignore[arg-type]
    "a date in the future": ("#happened_at", lambda page: _happened(page, "2099-01-01T10:00")),
}


def _happened(page: Page, when: str) -> None:
    page.get_by_text("发生时间").click()
    page.locator("#happened_at").fill(when)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_report_says_it_at_the_field_and_keeps_what_was_typed(city: City, enter: Enter, fault: str) -> None:
    field, spoil = FAULTS[fault]
    before = city.get(WORKER, "/cases?text=鸳鸯礁")["items"]
    page = enter(WORKER)
    page.goto("/console/cases/new")
    page.locator("#report").evaluate("form => { form.noValidate = true; }")
    page.locator("#report [maxlength]").evaluate_all("all => all.forEach(one => one.removeAttribute('maxlength'))")
    page.locator("#description").fill("鸳鸯礁码头灯塔不亮。")
    page.locator("#place").fill("鸳鸯礁")
    page.get_by_label("反映人姓名").fill("陈某")
    spoil(page)
    typed = {name: page.locator(name).input_value() for name in ("#description", "#place", "#name", "#phone")}
    page.get_by_role("button", name="上报").click()
    said = page.locator(f"{field}-problem")
    expect(said).to_be_visible()
    assert (said.text_content() or "").strip()
    expect(page.locator(field)).to_have_attribute("aria-invalid", "true")
    for name, value in typed.items():
        expect(page.locator(name)).to_have_value(value)
    page.locator(".note.red a").first.click()
    expect(page.locator(f"{field}:focus")).to_have_count(1)
    assert city.get(WORKER, "/cases?text=鸳鸯礁")["items"] == before
