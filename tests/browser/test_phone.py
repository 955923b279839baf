"""The grid worker's phone: what is written without a signal survives a closed browser and arrives once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from engine.demo import PASSWORD
from tests.browser.city import City
from tests.browser.conftest import Enter, OpenPhone
from tests.browser.looking import violations
from tests.browser.phones import (
    COLLEAGUE,
    WORKER,
    filed,
    log_in,
    log_out,
    photo,
    send,
    until,
    wait_for_worker,
    wait_until_filed,
    write,
)

pytestmark = pytest.mark.browser


@pytest.mark.cites("G2")
def test_three_photos_without_a_signal_a_closed_browser_and_each_arrives_once(
    city: City, open_phone: OpenPhone,
) -> None:
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


def test_the_browser_sends_what_waits_with_no_page_of_ours_open(city: City, open_phone: OpenPhone) -> None:
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


def test_a_log_in_that_ended_loses_nothing(city: City, open_phone: OpenPhone) -> None:
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


def test_what_another_wrote_on_this_phone_waits_for_them(city: City, open_phone: OpenPhone) -> None:
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


def test_a_page_kept_for_somebody_else_is_not_worked_on(city: City, open_phone: OpenPhone) -> None:
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
    with suppress(Error):  # the browser may have said so itself: then the page is already on its way to its owner's
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#wrong")).to_contain_text("草稿还在")
    expect(page.get_by_label("看到了什么")).to_have_value("秀山大桥路灯不亮")
    send(page)
    case, = wait_until_filed(city, page, "秀山大桥路灯", 1, COLLEAGUE)
    assert case["number"] not in [one["number"] for one in filed(city, "秀山大桥路灯")]


def test_a_refused_draft_says_why_and_is_mended(city: City, open_phone: OpenPhone) -> None:
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


def test_settled_on_the_spot_asks_how_and_the_place_comes_from_the_sky(city: City, open_phone: OpenPhone) -> None:
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


def test_without_a_script_the_same_page_files(city: City, open_phone: OpenPhone) -> None:
    page = log_in(open_phone(java_script_enabled=False))
    page.locator("#photos").set_input_files([photo("red")])
    page.locator("#description").fill("石马岙井盖缺失")
    page.locator("#place").fill("石马岙")
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.locator("main")).to_contain_text("已受理登记")
    expect(page.locator(".photos img")).to_have_count(1)
    assert len(filed(city, "石马岙井盖")) == 1


def test_a_task_is_done_with_one_hand_and_a_case_urged(city: City, open_phone: OpenPhone) -> None:
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
    page.get_by_role("button", name="催办").dblclick()
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
