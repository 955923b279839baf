"""The designer's pages: a change is uploaded, seen, tried, approved by somebody else, and can be undone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from engine import audit, clock, library
from tests.builders import a_centre, an_actor
from tests.web.conftest import House
from tests.web.console.changed import with_instruction
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
HANDLE = (library.WORKFLOWS / "base" / "handle.bpmn").read_bytes()
CHANGED = with_instruction(HANDLE)


@pytest.fixture(scope="module", autouse=True)
def people(house: House) -> None:
    """Two designers and a supervisor of the whole place, a designer of a county."""
    top, county = house.city.city, house.city.county
    for role, username in (("designer", "designer"), ("designer", "second"), ("supervisor", "overseer")):
        an_actor(house.session, role, a_centre(house.session, top), username=username, name=username)
    an_actor(house.session, "designer", a_centre(house.session, county), username="county", name="县设计")
    house.session.commit()


@pytest.fixture(autouse=True)
def as_shipped(house: House, people: None) -> None:
    """Whatever was published before, the diagram `handle` that rules is the one shipped."""
    rule(house, HANDLE)


def rule(house: House, content: bytes) -> int:
    """Let this be the diagram `handle` that rules; the row of its version."""
    session, at = house.session, clock.now()
    session.rollback()
    made = library.source_of(content, definition_id="handle", kind="bpmn", file="handle.bpmn", pack="base")
    if content not in [one.content for one in library.sources_in_force(session, "base", at)]:
        library.publish(session, [made], by="甲", approved_by="乙", at=at)
        session.commit()
    return library.in_force(session, "base", at)["bpmn", "handle"]


def newest(house: House) -> int:
    """The number of the last version of `handle`."""
    house.session.rollback()
    return max(one.version for one in library.list_definitions(house.session)
               if (one.pack, one.definition_id) == ("base", "handle"))


def upload(browser: Browser, content: bytes, name: str = "handle.bpmn", lang: str = "zh",
           **more: str) -> TestResponse:
    values = {"file": (io.BytesIO(content), name), "note": "请领导批示", "pack": "base", **more}
    answer = browser.post(f"/console/drafts?lang={lang}", values)
    answer.request.environ["wsgi.input"].close()  # the test client keeps what is large in a file of its own
    return answer


def draft_of(answer: TestResponse) -> str:
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def version(house: House, name: str, number: int, pack: str = "base") -> int:
    house.session.expire_all()
    return next(one.id for one in library.list_definitions(house.session)
                if (one.pack, one.definition_id, one.version) == (pack, name, number))


def test_a_change_goes_from_upload_to_approval_by_another(house: House, browse: Browse) -> None:
    drawer, second, before = browse("designer"), browse("second"), newest(house)
    place = draft_of(upload(drawer, CHANGED, of=str(version(house, "handle", 1))))
    page = drawer.get(place).text
    assert "门禁放行" in page and "新增人工任务「领导批示」" in page and "请领导批示" in page
    assert drawer.post(f"{place}/submit", {"when": "now"}).status_code == 302
    assert "由别人审批" in drawer.get(place).text
    assert drawer.post(f"{place}/decide", {"decision": "approve"}).status_code == 403
    assert second.post(f"{place}/decide", {"decision": "approve"}).status_code == 302
    assert f"它就是第 {before + 1} 版" in second.get(place).text
    deeds = audit.list_deeds_of(house.session, "rules", "base/handle.bpmn")
    assert [one.verb for one in deeds][:4] == ["publish", "approve", "submit", "upload"]


def test_versions_stand_side_by_side_with_what_changed(house: House, browse: Browse) -> None:
    first, second = version(house, "handle", 1), rule(house, CHANGED)
    page = browse("dispatcher").get(f"/console/rules/{second}/compare/{first}").text
    assert page.count("data-pair=") == 2 and "新增人工任务「领导批示」" in page
    assert re.search(r"终点：<del>指派协办单位</del>\s*<ins>领导批示</ins>", page)
    assert "New user task" in browse("dispatcher").get(f"/console/rules/{second}/compare/{first}?lang=en").text
    other = version(house, "case", 1)
    assert browse("dispatcher").get(f"/console/rules/{other}/compare/{first}").status_code == 404


def test_the_way_back_is_one_click_and_a_second_person(house: House, browse: Browse) -> None:
    drawer = browse("designer")
    first, _ = version(house, "handle", 1), rule(house, CHANGED)
    place = draft_of(drawer.post(f"/console/rules/{first}/again"))
    assert "待审批" in drawer.get(place).text
    assert browse("overseer").post(f"{place}/decide", {"decision": "approve"}).status_code == 302
    assert library.get_definition(house.session, version(house, "handle", newest(house))).content == HANDLE
    refused = drawer.post(f"/console/rules/{first}/again")
    assert refused.status_code == 422 and "一字不差" in refused.text


def test_who_rejects_says_why_and_the_drawer_reads_it(browse: Browse) -> None:
    drawer, overseer = browse("designer"), browse("overseer")
    place = draft_of(upload(drawer, CHANGED))
    drawer.post(f"{place}/submit", {"when": "now"})
    assert overseer.post(f"{place}/decide", {"decision": "reject", "reason": " "}).status_code == 422
    assert overseer.post(f"{place}/decide", {"decision": "reject", "reason": "先问分管领导"}).status_code == 302
    assert "「先问分管领导」" in drawer.get(place).text
    assert overseer.post(f"{place}/decide", {"decision": "approve"}).status_code == 409


def test_it_rules_from_a_moment_to_come_and_can_be_called_off(house: House, browse: Browse) -> None:
    drawer, second = browse("designer"), browse("second")
    place = draft_of(upload(drawer, CHANGED))
    for given in ("2020-01-01T00:00", "nonsense", ""):
        answer = drawer.post(f"{place}/submit", {"when": "later", "wanted_from": given})
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert drawer.post(f"{place}/submit", {"when": "later", "wanted_from": "2099-01-01T08:30"}).status_code == 302
    second.post(f"{place}/decide", {"decision": "approve"})
    made = version(house, "handle", newest(house))
    assert "2099" in drawer.get("/console/rules").text
    assert "新件自" in drawer.get(f"/console/rules/{made}").text
    assert drawer.post(f"/console/rules/{made}/call-off").status_code == 302
    assert "取消" in drawer.get(f"/console/rules/{made}").text
    assert drawer.post(f"/console/rules/{made}/call-off").status_code == 404


def test_a_withdrawn_draft_publishes_nothing(browse: Browse) -> None:
    drawer = browse("designer")
    place = draft_of(upload(drawer, CHANGED))
    assert drawer.post(f"{place}/withdraw").status_code == 302
    assert "没有发布" in drawer.get(place).text and drawer.post(f"{place}/submit").status_code == 409


@pytest.mark.parametrize("content, name, zh, en", [
    (b"<!DOCTYPE a><a/>", "handle.bpmn", "DOCTYPE", "no DOCTYPE"), (b"", "handle.bpmn", "空的", "empty"),
    (b"\x7fELF\0", "handle.bpmn", "UTF-8", "UTF-8"), (HANDLE, "handle.exe", "只收", "Only .bpmn"),
    (b" " * (3 << 20), "handle.bpmn", "2 MB", "2 MB"), (b"<a>", "handle.bpmn", "XML", "well-formed"),
    (b"<a>" * 99 + b"</a>" * 99, "handle.bpmn", "64", "nested deeper"),
    (HANDLE, "handle.bpmn", "一字不差", "nothing to publish"),
])
def test_a_hostile_file_is_refused_in_plain_words_and_nothing_is_lost(house: House, browse: Browse, content: bytes,
                                                                      name: str, zh: str, en: str) -> None:
    drawer = browse("designer")
    for of in ("", str(version(house, "handle", 1))):
        answer = upload(drawer, content, name, of=of)
        assert answer.status_code == 422 and zh in answer.text and "请领导批示</textarea>" in answer.text
    assert en in upload(drawer, content, name, lang="en").text


def test_findings_stand_on_their_elements_in_both_languages(browse: Browse) -> None:
    drawer = browse("designer")
    place = draft_of(upload(drawer, HANDLE.replace(b'id="cases.dispatch_at_once"', b'id="cases.nonsense"')))
    page = drawer.get(place).text
    assert 'data-look="dispatch_at_once"' in page and "没有叫「cases.nonsense」的服务操作" in page
    assert "&#34;kind&#34;: &#34;wrong&#34;" in page
    assert "There is no such operation. (cases.nonsense)" in drawer.get(f"{place}?lang=en").text
    assert drawer.post(f"{place}/submit", {"when": "now"}).status_code == 422
    better = draft_of(upload(drawer, CHANGED, instead_of=place.rsplit("/", 1)[1]))
    assert "已撤回" in drawer.get(f"{place}?lang=zh").text and better != place


def test_a_rehearsal_walks_by_the_forms_of_the_diagram(browse: Browse) -> None:
    drawer = browse("designer")
    place = f"{draft_of(upload(drawer, CHANGED))}/rehearse"
    page = drawer.get(place).text
    assert "受理分流" in page and "让时间过去" in page
    page = do(drawer, place, page, outcome="nonsense").text
    assert 'role="alert"' in page
    page = do(drawer, place, page, outcome="own", matter="SR0107").text
    assert "现在轮到： <strong>领导批示" in page and "登记分流决定" in page
    page = do(drawer, place, page, text="同意").text
    assert "现在轮到： <strong>办理" in page
    page = do(drawer, place, page, _do="back").text
    assert "现在轮到： <strong>领导批示" in page
    page = do(drawer, place, page, text="同意").text
    page = do(drawer, place, page, outcome="done", result="好了").text
    assert "已走到结束" in page


def do(browser: Browser, place: str, page: str, _do: str = "task", **values: str) -> TestResponse:
    """The next act, with what the page carries along."""
    found = re.search(r'name="_acts" value="([^"]*)"', page)
    task = re.search(r'name="_task" value="(\d+)"', page)
    assert found is not None
    acts = found.group(1).replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
    return browser.post(place, {"_acts": acts, "_task": task.group(1) if task else "", "_do": _do, **values})


def test_time_and_messages_move_a_rehearsal_too(house: House, browse: Browse) -> None:
    browser = browse("dispatcher")
    place = f"/console/rules/{version(house, 'handle', 1)}/rehearse"
    page = do(browser, place, browser.get(place).text, _do="clock").text
    assert "1 月 6 日" in page and "已走到结束" in page
    page = do(browser, place, browser.get(place).text, _do="message", _message="raise").text
    assert "收到了消息「raise」" in page
    page = do(browser, place, browser.get(place).text, _do="facts", **{"fact-emergency": "true"}).text
    assert "事件的情况改为假设的样子" in page
    whole = browser.get(f"/console/rules/{version(house, 'joint', 1)}/rehearse?_root=case").text
    assert '<option value="case" selected>' in whole


@pytest.mark.parametrize("acts", ["nonsense", "{}", '[{"task": 99, "outcome": "x", "values": {}}]', "[1]",
                                  '[{"clock": true}, {"clock": true}, {"clock": true}]', "[" * 5000])
def test_a_rehearsal_that_was_tampered_with_says_so(house: House, browse: Browse, acts: str) -> None:
    place = f"/console/rules/{version(house, 'handle', 1)}/rehearse"
    answer = browse("dispatcher").post(place, {"_acts": acts, "_do": "clock"})
    assert answer.status_code == 422 and "重新开始" in answer.text


def test_cells_are_typed_over_into_a_draft(house: House, browse: Browse) -> None:
    drawer, table = browse("designer"), version(house, "limits", 1)
    assert drawer.get(f"/console/rules/{table}/edit").text.count('name="cell-4-') == 10
    refused = drawer.post(f"/console/rules/{table}/edit", {"cell-4-4": '"4 work_hour"', "note": "没改"})
    assert refused.status_code == 422 and "一字不差" in refused.text and "没改</textarea>" in refused.text
    place = draft_of(drawer.post(f"/console/rules/{table}/edit", {"cell-4-4": '"2 work_hour'}))
    assert "第 5 行" not in drawer.get(place).text and "第 4 行" in drawer.get(place).text
    mended = draft_of(drawer.post(f"{place}/edit", {"cell-4-4": '"2 work_hour"'}))
    page = drawer.get(mended).text
    assert "修改 1 行" in page and "门禁放行" in page and "岱山" in page
    assert "已撤回" in drawer.get(place).text
    asked = drawer.get(f"{mended}/ask?ask=1&stage=accept&urgency=normal").text
    assert "第 4 行回答" in asked and "2 work_hour" in asked
    whole = drawer.get(f"/console/rules/{version(house, 'triage', 1)}").text
    assert whole.count('class="beside"') == whole.count('rowspan="2"') == whole.count("→ 理由：") > 5
    nothing = drawer.get(f"/console/rules/{version(house, 'triage', 1)}/ask?ask=1").text
    assert 'role="alert"' in nothing or "回答" in nothing


def test_the_audit_administrator_reads_who_published_what(house: House, browse: Browse) -> None:
    an_actor(house.session, "audit_admin", a_centre(house.session, house.city.city), username="audit", name="审计")
    house.session.commit()
    place = draft_of(upload(browse("designer"), CHANGED))
    browse("designer").post(f"{place}/submit", {"when": "now"})
    assert browse("second").post(f"{place}/decide", {"decision": "approve"}).status_code == 302
    page = browse("audit").get("/console/audit?of=house&kind=rules").text
    assert "批准" in page and "base/handle.bpmn" in page and f"第 {newest(house)} 版" in page


def test_a_browser_never_shows_a_drawn_file_as_a_page(house: House, browse: Browse) -> None:
    page = b'<x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></x>'
    place = draft_of(upload(browse("designer"), page, "evil.bpmn"))
    for address in (f"{place}/file", f"/console/rules/{version(house, 'handle', 1)}/file"):
        headers = browse("designer").get(address).headers
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_pack_is_taken_away_as_a_zip(browse: Browse) -> None:
    answer = browse("dispatcher").get("/console/packs/base/export")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert "workflows/base/handle.bpmn" in names and "rules/base/limits.dmn" in names
    assert browse("dispatcher").get("/console/packs/nonsense/export").status_code == 404


READ = ("", "/file", "/rehearse")
WRITE = ("/submit", "/withdraw", "/decide", "/rehearse")
MAY = {"designer": (True, True), "second": (True, True), "overseer": (True, False), "county": (False, False),
       "dispatcher": (False, False), "handler": (False, False), "reporter": (False, False)}


@pytest.mark.parametrize("who", MAY)
def test_who_sees_a_draft_and_who_touches_it(house: House, browse: Browse, who: str) -> None:
    place = draft_of(upload(browse("designer"), CHANGED))
    sees, draws = MAY[who]
    browser = browse(who)
    assert {browser.get(f"{place}{path}").status_code for path in READ} == ({200} if sees else {404})
    if not sees:
        assert {browser.post(f"{place}{path}").status_code for path in WRITE} == {404}
    taken = upload(browser, CHANGED).status_code
    published = browser.post(f"/console/rules/{version(house, 'triage', 1)}/again").status_code
    cells = browser.get(f"/console/rules/{version(house, 'limits', 1)}/edit").status_code
    assert (taken, published, cells) == ((302, 422, 200) if draws else (404, 404, 404))
    assert browser.get("/console/rules").status_code == 200
    assert ("上传新的流程图" in browser.get("/console/rules").text) == (draws or who == "county")


def test_a_county_changes_its_own_pack_only(house: House, browse: Browse) -> None:
    county = browse("county")
    limits = (library.RULES / "daishan" / "limits.dmn").read_bytes().replace(b'"2 work_day"', b'"1 work_day"', 1)
    assert upload(county, limits, "limits.dmn").status_code == 404
    place = draft_of(upload(county, limits, "limits.dmn", pack="daishan"))
    assert "与现行版本相比" in county.get(place).text
    assert browse("designer").get(place).status_code == 200  # the city stands above


def test_the_board_opens_for_designers_and_may_place_its_handles(house: House, browse: Browse) -> None:
    place = f"/console/rules/{version(house, 'handle', 1)}/draw"
    answer = browse("designer").get(place)
    assert answer.status_code == 200 and "style-src-attr 'unsafe-inline'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'nonce-" in answer.headers["Content-Security-Policy"]
    assert {browse(who).get(place).status_code for who in ("dispatcher", "overseer", "county")} == {404}
    assert browse("designer").get(f"/console/rules/{version(house, 'limits', 1)}/draw").status_code == 404


@pytest.mark.parametrize("content, codes", [
    (CHANGED, []), (b"", ["xml"]), (b"<!DOCTYPE a><a/>", ["DOCTYPE"]),
    (HANDLE.replace(b'id="cases.dispatch_at_once"', b'id="cases.nonsense"'), ["cases.nonsense"]),
])
def test_the_gate_answers_as_it_is_drawn(browse: Browse, content: bytes, codes: list[str]) -> None:
    answer = browse("designer").post("/console/packs/base/check/handle", {"file": (io.BytesIO(content), "handle.bpmn")})
    told = answer.get_json()
    assert answer.status_code == 200 and len(told) == len(codes)
    assert all(code.lower() in one["text"].lower() for code, one in zip(codes, told, strict=True))
    assert browse("dispatcher").post("/console/packs/base/check/handle").status_code == 404
