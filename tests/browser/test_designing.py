"""The process designer's day: draw a task in, see what the gate says, rehearse, a colleague approves, take it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from engine import library
from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import faults, listening
from tests.web.console.changed import with_instruction

pytestmark = pytest.mark.browser
DRAWER, APPROVER = "designer.3309.1", "supervisor.3309.1"
SEAT, WORKER = "seat.330921100.1", "grid_worker.330921100001.1"
HANDLE = (library.WORKFLOWS / "base" / "handle.bpmn").read_bytes()
CHANGED = with_instruction(HANDLE)
FAULTY = CHANGED.replace(b'id="cases.assign_assistants"', b'id="cases.nonsense"')


def bpmn(content: bytes) -> FilePayload:
    return {"name": "handle.bpmn", "mimeType": "application/xml", "buffer": content}


def clean(page: Page) -> None:
    """Nothing for axe to say, nothing wider than the screen."""
    assert faults(page) == [], page.url


def test_a_task_is_drawn_in_on_tuesday_and_taken_back(city: City, enter: Enter) -> None:
    running = city.report(WORKER, "楼道里堆满了纸箱。", "3 号楼")
    page = enter(DRAWER)
    page.goto("/console/rules")
    page.get_by_role("link", name="本级分流办理").click()
    page.set_input_files("#upload-file", bpmn(FAULTY))
    page.get_by_label("改了什么、为什么").fill("派遣以后请领导批示")
    page.get_by_role("button", name="上传为修改稿").click()
    expect(page.locator(".findings")).to_contain_text("没有叫「cases.nonsense」的服务操作")
    expect(page.locator(".diagram .wrong[data-element-id=assign_assistants]")).to_be_visible()
    expect(page.locator(".diagram .sign.added").first).to_be_attached()
    clean(page)

    page.set_input_files("#upload-file", bpmn(CHANGED))
    page.get_by_role("button", name="上传为修改稿").click()
    expect(page.locator("p.say")).to_contain_text("门禁放行")
    expect(page.locator("p.say")).to_contain_text("件在办按旧版走完")
    expect(page.locator("#changes")).to_contain_text("新增人工任务「领导批示」")
    listening(page).get_by_role("button", name="新增人工任务「领导批示」").click()
    expect(page.locator(".diagram .looked[data-element-id=instruct]")).to_be_visible()
    draft = page.url

    page.get_by_role("link", name="演练").click()
    page.get_by_role("button", name="就这样办").click()
    expect(page.locator("p.say")).to_contain_text("现在轮到： 领导批示")
    expect(page.locator(".diagram .live[data-element-id=instruct]")).to_be_visible()
    expect(page.locator(".diagram .was[data-element-id=dispatch]")).to_be_attached()
    clean(page)
    for button in ("提交", "办理完毕"):
        page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("p.say")).to_contain_text("已走到结束")

    page.goto(draft)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("main")).to_contain_text("由别人审批")
    approve(enter, draft)

    fresh = city.report(WORKER, "围墙边堆满了建筑垃圾。", "5 号楼")
    for number in (running, fresh):
        city.complete(SEAT, number, "dispatch", "own", matter="SR0107")
    assert city.elements(SEAT, fresh) == ["instruct"] and city.elements(SEAT, running) == ["handle_task"]

    page.goto("/console/rules")
    page.get_by_role("link", name="本级分流办理").click()
    expect(page.locator(".diagram .stands[data-element-id=instruct] .djs-visual")).to_be_visible()
    page.get_by_role("link", name=re.compile("与第 2 版对比")).click()
    expect(page.locator(".diagram .added[data-element-id=instruct]")).to_be_visible()
    clean(page)
    page.go_back()
    restored = page.url
    page.get_by_role("button", name="恢复这一版").click()
    page.wait_for_url(lambda url: url != restored)
    approve(enter, page.url)
    assert city.elements(SEAT, fresh) == ["instruct"]


def approve(enter: Enter, draft: str) -> None:
    """The second person looks and says yes."""
    other = enter(APPROVER)
    expect(other.locator(".rail")).to_contain_text(re.compile("流程与规则\\s*1"))
    other.goto(draft)
    clean(other)
    other.get_by_role("button", name="批准并发布").click()
    expect(other.locator("p.say")).to_contain_text("它就是第")


def test_a_hostile_file_is_refused_in_words_and_what_was_typed_stays(enter: Enter) -> None:
    page = enter(DRAWER, 360, 780)
    page.goto("/console/rules")
    page.set_input_files("#upload-file", bpmn(b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"))
    page.get_by_label("改了什么、为什么").fill("从别处下载的")
    page.get_by_role("button", name="上传为修改稿").click()
    expect(page.get_by_role("alert")).to_contain_text("DOCTYPE")
    expect(page.get_by_label("改了什么、为什么")).to_have_value("从别处下载的")
    clean(page)


def test_a_limit_is_changed_in_its_cell_and_asked(enter: Enter) -> None:
    page = enter(DRAWER)
    page.goto("/console/rules")
    page.get_by_role("link", name="时限", exact=True).first.click()
    page.get_by_role("link", name="改表格").click()
    page.get_by_label(re.compile("第 4 行 .*时限$")).last.fill('"3 work_hour"')
    clean(page)
    page.get_by_role("button", name="存为修改稿").click()
    expect(page.locator("#changes ins")).to_have_text('"3 work_hour"')
    page.get_by_role("link", name="问一问这张表").click()
    page.get_by_label("环节").select_option("accept")
    page.get_by_label("紧急程度").select_option("normal")
    page.get_by_role("button", name="问", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="回答")).to_contain_text("3 work_hour")
    clean(page)
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="撤回修改稿").click()
    expect(page.locator("p.say")).to_contain_text("没有发布")


def test_a_path_is_changed_on_the_drawing_board(enter: Enter) -> None:
    page = enter(DRAWER)
    page.goto("/console/rules")
    page.get_by_role("link", name="协办单位办理").click()
    page.get_by_role("link", name="画图").click()
    expect(page.locator("[data-element-id=sign_assist]")).to_be_visible()
    assert page.evaluate("""Math.min(...[...document.querySelectorAll('.djs-shape')].map((one) =>
        one.getBoundingClientRect().left)) >= document.querySelector('.djs-palette').getBoundingClientRect().right""")
    page.locator("[data-element-id=sign_assist] .djs-hit").first.click()
    name = page.get_by_label("名称", exact=True)
    expect(name).to_have_value("协办签收")
    name.fill("协办单位签收")
    name.press("Tab")
    page.get_by_label("依据条文").fill("E99")
    page.get_by_label("依据条文").press("Tab")
    expect(page.locator("#said")).to_contain_text("要求清单里没有「E99」")
    expect(page.locator(".canvas .wrong[data-element-id=sign_assist]")).to_be_visible()
    clean(page)
    page.get_by_label("依据条文").fill("GB 6.4b")
    page.get_by_label("依据条文").press("Tab")
    expect(page.locator("#verdict")).to_have_text("门禁放行。")
    page.get_by_role("button", name="存为修改稿").click()
    expect(page.locator("#changes > .in > .changes > li")).to_have_count(1)  # all that was not touched is as it was
    expect(page.locator("#changes")).to_contain_text("协办单位签收")
    page.get_by_role("button", name="撤回修改稿").click()
    expect(page.locator("p.say")).to_contain_text("没有发布")
