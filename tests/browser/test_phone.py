"""The grid worker's phone: what is written without a signal survives a closed browser and arrives once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, ViewportSize, expect

from engine.clock import stopwatch
from engine.demo import PASSWORD
from tests.browser.chromium import arguments, find_chromium
from tests.browser.city import City
from tests.browser.conftest import PATIENCE, Enter
from tests.browser.looking import violations

pytestmark = pytest.mark.browser
WORKER, COLLEAGUE = "grid_worker.330921100001.1", "grid_worker.330921106200.1"
PHONE = ViewportSize(width=360, height=740)
Opened = Callable[..., BrowserContext]
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


def photo(colour: str) -> FilePayload:
    """A photo as a phone's camera makes it: large."""
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def open_phone(browser: Browser, city: City, tmp_path: Path) -> Iterator[Opened]:
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


@pytest.mark.cites("G2")
def test_three_photos_without_a_signal_a_closed_browser_and_each_arrives_once(city: City, open_phone: Opened) -> None:
    context = open_phone()
    page = log_in(context)
    wait_for_worker(page)
    context.set_offline(True)
    for colour in ("red", "green", "blue"):
        page.goto("/phone/")
        write(page, f"螺蛳山路灯杆倾斜，{colour}", f"螺蛳山 {colour}", photo(colour))
        send(page)
        expect(page.locator("#signal")).to_contain_text("没有信号")
    page.goto("/phone/outbox")
    expect(page.locator(".item .state.waiting")).to_have_count(3)
    context.close()

    context = open_phone()
    context.set_offline(True)
    page = context.pages[0]
    page.goto("/phone/outbox")
    expect(page.locator(".item .state.waiting")).to_have_count(3)
    assert filed(city, "螺蛳山路灯杆") == []
    context.set_offline(False)
    expect(page.locator(".item .state.sent")).to_have_count(3)
    found = wait_until_filed(city, page, "螺蛳山路灯杆", 3)
    assert {case["place"] for case in found} == {"螺蛳山 red", "螺蛳山 green", "螺蛳山 blue"}
    page = log_in(context)  # the browser forgot who it was; what waited has gone by its ticket
    page.goto("/phone/outbox")
    page.get_by_role("link", name="打开事件页").first.click()
    expect(page.locator(".photos img")).to_have_count(1)
    page.wait_for_timeout(1500)  # whoever would send twice has had the time
    assert len(filed(city, "螺蛳山路灯杆")) == 3


def test_the_browser_sends_what_waits_with_no_page_of_ours_open(city: City, open_phone: Opened) -> None:
    context = open_phone()
    page = log_in(context)
    wait_for_worker(page)
    context.set_offline(True)
    write(page, "黄泥坎路标被撞", "黄泥坎", photo("red"))
    send(page)
    browser, known = context.new_cdp_session(page), list[dict[str, str]]()
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    browser.send("ServiceWorker.enable")
    page.goto("about:blank")
    context.set_offline(False)
    until(page, lambda: any(one["scopeURL"].endswith("/phone/") for one in known), "no service worker is known")
    ours = next(one["registrationId"] for one in known if one["scopeURL"].endswith("/phone/"))
    browser.send("ServiceWorker.dispatchSyncEvent", {
        "origin": city.address, "registrationId": ours, "tag": "outbox", "lastChance": False})
    assert len(wait_until_filed(city, page, "黄泥坎路标", 1)) == 1


def test_a_half_written_draft_is_back_after_the_browser_was_closed(open_phone: Opened) -> None:
    context = open_phone()
    page = log_in(context)
    write(page, "写到一半", "东门", photo("red"))
    until(page, lambda: page.evaluate(KEPT, "写到一半"), "the draft is not kept")
    context.close()
    page = log_in(open_phone())
    expect(page.get_by_label("看到了什么")).to_have_value("写到一半")
    expect(page.locator("#shots img")).to_have_count(1)
    expect(page.locator("#wrong")).to_contain_text("草稿还在")


def test_an_answer_that_gets_lost_makes_no_second_case(city: City, open_phone: Opened) -> None:
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


def test_whoever_is_quicker_than_the_phones_store_loses_nothing(city: City, open_phone: Opened) -> None:
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


def test_a_phone_that_is_full_says_so_and_what_was_typed_stays(city: City, open_phone: Opened) -> None:
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


def test_a_browser_without_a_store_sends_the_form_as_it_is(city: City, open_phone: Opened) -> None:
    context = open_phone(service_workers="block")
    context.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };")
    page = log_in(context)
    write(page, "仇家门铁门生锈", "仇家门")
    page.get_by_role("button", name="上报", exact=True).click()
    page.wait_for_url("**/phone/cases/*")
    assert len(filed(city, "仇家门铁门")) == 1


def test_an_answer_that_takes_long_is_said_when_it_comes(open_phone: Opened) -> None:
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


def test_a_log_in_that_ended_loses_nothing(city: City, open_phone: Opened) -> None:
    context = open_phone()
    page = log_in(context)
    log_out(page)
    write(page, "磨心岭水管漏水", "磨心岭")
    send(page)
    expect(page.locator("#signal")).to_contain_text("登录已结束")
    page.locator("#signal a").click()
    page.get_by_label("用户名").fill(WORKER)
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main form").first.locator("button.go").click()
    expect(page.locator(".item .state.sent")).to_have_count(1)
    assert len(filed(city, "磨心岭水管")) == 1


def test_what_another_wrote_on_this_phone_waits_for_them(city: City, open_phone: Opened) -> None:
    context = open_phone(service_workers="block")  # it would send by itself before anybody logs out
    page = log_in(context)
    context.set_offline(True)
    write(page, "蜂巢岗围墙倒塌", "蜂巢岗")
    send(page)
    page.route("**/phone/outbox", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    context.set_offline(False)
    log_out(page)
    page.unroute_all()
    page = log_in(context, COLLEAGUE)
    page.goto("/phone/outbox")
    expect(page.locator("#signal")).to_contain_text("别人的 1 件")
    expect(page.locator(".item h2")).to_have_text("…")
    assert filed(city, "蜂巢岗围墙") == [] == filed(city, "蜂巢岗围墙", COLLEAGUE)
    log_out(page)
    page = log_in(context)
    assert len(wait_until_filed(city, page, "蜂巢岗围墙", 1)) == 1


def test_a_page_kept_for_somebody_else_is_not_worked_on(city: City, open_phone: Opened) -> None:
    page = log_in(context := open_phone())
    wait_for_worker(page)
    kept = page.evaluate("caches.match('/phone/').then(found => found.text())")
    log_out(page)
    page = log_in(context, COLLEAGUE)
    page.evaluate("""kept => caches.open('wangge-phone-1').then(cache =>
        cache.put('/phone/', new Response(kept, {headers: {'Content-Type': 'text/html; charset=utf-8'}})))""", kept)
    context.set_offline(True)
    page.goto("/phone/")  # as it comes when the network is too slow
    assert page.locator("body").get_attribute("data-owner") in kept
    write(page, "秀山大桥路灯不亮", "秀山大桥")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#wrong")).to_contain_text("草稿还在")
    expect(page.get_by_label("看到了什么")).to_have_value("秀山大桥路灯不亮")
    send(page)
    case, = wait_until_filed(city, page, "秀山大桥路灯", 1, COLLEAGUE)
    assert case["number"] not in [one["number"] for one in filed(city, "秀山大桥路灯")]


def test_a_refused_draft_says_why_and_is_mended(city: City, open_phone: Opened) -> None:
    context = open_phone()
    page = log_in(context)
    write(page, "双峰桥面坑洞", "双峰桥")
    page.locator("summary", has_text="居民反映的").click()
    page.locator("#phone").fill("330921199001011234")
    page.get_by_role("button", name="上报", exact=True).click()
    page.wait_for_url("**/phone/outbox")
    expect(page.locator("#signal")).to_contain_text("没有发出")
    expect(page.locator(".item .state.failed")).to_have_count(1)
    expect(page.locator(".item [data-why]")).to_contain_text("这是身份证号")
    page.get_by_role("link", name="继续写").click()
    expect(page.locator("#phone-problem")).to_contain_text("这是身份证号")
    expect(page.get_by_label("看到了什么")).to_have_value("双峰桥面坑洞")
    page.locator("#phone").fill("13800001111")
    send(page)
    assert len(wait_until_filed(city, page, "双峰桥面", 1)) == 1


def test_settled_on_the_spot_asks_how_and_the_place_comes_from_the_sky(city: City, open_phone: Opened) -> None:
    page = log_in(open_phone())
    page.get_by_label("看到了什么").fill("燕窝岗共享单车倒地")
    page.get_by_role("button", name="定位").click()
    expect(page.locator("#fix")).to_contain_text("±8 米")
    expect(page.locator("#place")).to_have_value("沙涂社区01 网格 定位点 30.2432, 122.2012")
    page.get_by_role("button", name="当场解决").click()
    expect(page.locator("#done-problem")).to_be_visible()
    expect(page.locator("#done:focus")).to_have_count(1)
    page.locator("#done").fill("扶起摆好")
    page.get_by_role("button", name="当场解决").click()
    expect(page.locator("#told")).to_contain_text("已发出")
    assert [case["outcome"] for case in filed(city, "燕窝岗共享")] == ["settled"]


def test_without_a_script_the_same_page_files(city: City, open_phone: Opened) -> None:
    page = log_in(open_phone(java_script_enabled=False))
    page.locator("#photos").set_input_files([photo("red")])
    page.locator("#description").fill("石马岙井盖缺失")
    page.locator("#place").fill("石马岙")
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.locator("main")).to_contain_text("已受理登记")
    expect(page.locator(".photos img")).to_have_count(1)
    assert len(filed(city, "石马岙井盖")) == 1


def test_a_task_is_done_with_one_hand_and_a_case_urged(city: City, open_phone: Opened) -> None:
    number = city.report("seat.330921100.1", "沙涂菜场污水横流。", "沙涂菜场", origin="phone", division="330921100001")
    page = log_in(open_phone())
    page.goto("/phone/tasks")
    page.locator(".item a", has_text="沙涂菜场").click()
    page.get_by_label("属禁止事项，拒办").check()
    expect(page.get_by_label("哪一项禁止")).to_be_visible()
    expect(page.get_by_label("严重程度")).to_be_hidden()
    page.get_by_label("情况属实").check()
    expect(page.get_by_label("哪一项禁止")).to_be_hidden()
    page.get_by_label("核实情况").fill("属实，已拍照。")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#told")).to_contain_text("已完成")
    assert city.elements("seat.330921100.1", number) == ["dispatch"]
    mine = city.report(WORKER, "大岙路沿石破损。", "大岙")
    page.goto("/phone/reported")
    page.locator(".item a", has_text="大岙路沿石").click()
    page.locator("summary", has_text="催办").click()
    page.get_by_label("说明").fill("老人多，容易绊倒")
    page.get_by_role("button", name="催办").click()
    expect(page.locator("#told")).to_contain_text("已催办")
    assert city.get(WORKER, f"/cases/{mine}")["urged"] == 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1024])
def test_axe_finds_nothing_and_a_thumb_finds_everything(city: City, enter: Enter, width: int, language: str) -> None:
    number = city.report(WORKER, "很长的标题" * 20, "很长的地点" * 20)
    page = enter(WORKER, width, 740)
    found = {path: violations(page, f"{path}?lang={language}") for path in (
        "/phone/", "/phone/tasks", "/phone/reported", "/phone/outbox", "/phone/offline", f"/phone/cases/{number}")}
    assert {path: said for path, said in found.items() if said} == {}
    page.goto(f"/phone/?lang={language}")
    small = page.evaluate("""[...document.querySelectorAll('button, .dock a, .snap, .input, select')]
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 47)
        .map(one => one.outerHTML.slice(0, 80))""")
    assert small == []
