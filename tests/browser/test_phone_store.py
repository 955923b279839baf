"""What the phone keeps while one writes and while the network fails: no word, photo or case is lost or doubled."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.city import City
from tests.browser.conftest import OpenPhone
from tests.browser.phones import filed, log_in, photo, send, until, write

pytestmark = pytest.mark.browser
KEPT = """words => new Promise((answer) => {
  const opening = indexedDB.open("wangge-phone");
  opening.onupgradeneeded = () => { opening.transaction.abort(); };
  opening.onerror = () => answer(false);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("items").objectStore("items").getAll();
    asked.onsuccess = () => {
      opening.result.close();
      answer(asked.result.some((one) => one.fields.description === words && one.fields.place && one.photos.length));
    };
  };
})"""
"""Whether the browser's own database has the draft with these words, its place and a photo."""
SLOW_STORE = """const held = [];
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...asked) {
    const request = open.apply(this, asked);
    if (window.quick) return request;
    const listen = request.addEventListener.bind(request);
    const later = (heard) => (event) => (window.quick ? heard(event) : held.push(() => heard(event)));
    request.addEventListener = (name, heard, ...rest) =>
      listen(name, name === "success" ? later(heard) : heard, ...rest);
    return request;
  };
  window.hurry = () => { window.quick = true; held.forEach((one) => one()); };"""
"""The browser's own database opens only when the test says `hurry()`."""
FULL_STORE = """const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...asked) {
    if (this.name === "items" && !window.emptied) throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, asked);
  };"""
"""The browser's own database takes no item until the page has `emptied`."""


def test_a_half_written_draft_is_back_after_the_browser_was_closed(open_phone: OpenPhone) -> None:
    context = open_phone()
    page = log_in(context)
    write(page, "写到一半", "东门", photo("red"))
    until(page, lambda: page.evaluate(KEPT, "写到一半"), "the draft is not kept")
    context.close()
    page = log_in(open_phone())
    expect(page.get_by_label("看到了什么")).to_have_value("写到一半")
    expect(page.locator("#shots img")).to_have_count(1)
    expect(page.locator("#wrong")).to_contain_text("草稿还在")


def test_an_answer_that_gets_lost_makes_no_second_case(city: City, open_phone: OpenPhone) -> None:
    context = open_phone(service_workers="block")
    page = log_in(context)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.fallback()

    page.route("**/phone/outbox", lose, times=1)
    write(page, "鹁鸪山护栏断裂", "鹁鸪山")
    send(page)
    expect(page.locator("#told")).to_contain_text("已存在手机里")
    page.goto("/phone/outbox")
    expect(page.locator(".item .state.sent")).to_have_count(1)
    assert len(filed(city, "鹁鸪山护栏")) == 1


def test_whoever_is_quicker_than_the_phones_store_loses_nothing(city: City, open_phone: OpenPhone) -> None:
    context = open_phone(service_workers="block")
    page = log_in(context)
    write(page, "竹屿栏杆", "旧的地点", photo("red"))
    until(page, lambda: page.evaluate(KEPT, "竹屿栏杆"), "the draft is not kept")
    page.add_init_script(SLOW_STORE)
    page.goto("/phone/")
    page.get_by_label("看到了什么").fill("竹屿栏杆断了两根")
    page.locator("#photos").set_input_files([photo("blue")])
    page.get_by_role("button", name="上报", exact=True).click()
    page.evaluate("hurry()")
    expect(page.locator("#told")).to_contain_text("已发出")
    case, = filed(city, "竹屿栏杆断了两根")
    assert case["place"] == "旧的地点", "what was kept comes back where nothing was typed"
    page.locator("#told a").click()
    expect(page.locator(".photos img")).to_have_count(2)


def test_a_phone_that_is_full_says_so_and_what_was_typed_stays(city: City, open_phone: OpenPhone) -> None:
    context = open_phone(service_workers="block")
    page = log_in(context)
    page.add_init_script(FULL_STORE)
    page.goto("/phone/")
    write(page, "官山石阶松动", "官山")
    button = page.get_by_role("button", name="上报", exact=True)
    button.click()
    expect(page.locator("#wrong")).to_contain_text("手机存不下了")
    expect(page.get_by_label("看到了什么")).to_have_value("官山石阶松动")
    page.evaluate("window.emptied = true")
    button.click()
    expect(page.locator("#told")).to_contain_text("已发出")
    assert len(filed(city, "官山石阶")) == 1


def test_a_browser_without_a_store_sends_the_form_as_it_is(city: City, open_phone: OpenPhone) -> None:
    context = open_phone(service_workers="block")
    context.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };")
    page = log_in(context)
    write(page, "仇家门铁门生锈", "仇家门")
    page.get_by_role("button", name="上报", exact=True).click()
    page.wait_for_url("**/phone/cases/*")
    assert len(filed(city, "仇家门铁门")) == 1


def test_an_answer_that_takes_long_is_said_when_it_comes(open_phone: OpenPhone) -> None:
    page = log_in(open_phone(service_workers="block"))
    held = list[Route]()
    page.route("**/phone/outbox",
               lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
    write(page, "青龙山落石", "青龙山")
    send(page)
    expect(page.locator("#told")).to_contain_text("已存在手机里")
    until(page, lambda: held, "nothing was sent")
    held[0].continue_()
    expect(page.locator("#told")).to_contain_text("已发出")
