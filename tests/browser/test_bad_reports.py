"""A faulty report: the message stands at its field, what was typed stays, and nothing is filed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.city import City, photo
from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser
WORKER = "grid_worker.330921106200.1"
SVG: FilePayload = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
Wrong = Callable[[Page], Any]
FAULTS: dict[str, tuple[str, Wrong]] = {
    "an empty place": ("#place", lambda page: page.locator("#place").fill("")),
    "a phone that is none": ("#phone", lambda page: page.locator("#phone").fill("abc")),
    "50,000 characters": ("#description", lambda page: page.locator("#description").fill("字" * 50_000)),
    "an SVG as a photo": ("#photos", lambda page: page.locator("#photos").set_input_files(SVG)),
    "a date in the future": ("#happened_at", lambda page: _happened(page, "2099-01-01T10:00")),
}


def _happened(page: Page, when: str) -> None:
    page.locator("#report summary").click()
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
    expect(page.get_by_role("alert")).to_be_focused()
    page.locator(".note.red a").first.click()
    expect(page.locator(f"{field}:focus")).to_have_count(1)
    assert city.get(WORKER, "/cases?text=鸳鸯礁")["items"] == before


def test_a_refused_photo_keeps_the_result_that_was_written(city: City, enter: Enter) -> None:
    clerk, seat = "clerk.330921106.enforcement.1", "seat.330921106.2"
    number = city.report("grid_worker.330921106201.1", "幸福村口烧烤摊油烟扰民。", "幸福村口")
    city.complete(seat, number, "dispatch", "department", matter="HJ0104", severity="general", urgency="normal",
                  organisation="330921106-enforcement-platform")
    city.complete(clerk, number, "sign", "sign")
    page = enter(clerk)
    page.goto(f"/console/queues/handle?case={number}")
    page.get_by_label("办理结果").fill("已责令停业整改。")
    page.locator("form[data-first] [name=evidence]").set_input_files([photo("good.jpg"), SVG])
    page.locator("form[data-first] button.go").click()
    expect(page.locator("form[data-first] .problem")).to_contain_text("x.svg")
    expect(page.get_by_label("办理结果")).to_have_value("已责令停业整改。")
    expect(page.locator("form[data-first]")).to_contain_text("已保留 1 张照片")
    assert city.elements(clerk, number) == ["handle_task"]
    page.locator("form[data-first] button.go").click()
    expect(page.locator("#toast")).to_contain_text(number)
    assert city.elements(seat, number) == ["check"]
