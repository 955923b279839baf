"""The administrators' pages: who may, what they show, and a workbook's way from upload to first log-in."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from engine import clock, directory, jobs, registers
from engine.directory.models import Account, Organisation
from engine.registers import keeping
from tests.builders import a_centre, an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
EVERYBODY = (*ADMINISTRATORS, "supervisor", "dispatcher", "handler", "reporter")
READ = {
    "/console/registers/people": {*ADMINISTRATORS, "supervisor"},
    "/console/registers/organisations": {*ADMINISTRATORS, "supervisor"},
    "/console/registers/grids": {*ADMINISTRATORS, "supervisor"},
    "/console/people/dispatcher": {*ADMINISTRATORS, "supervisor"},
    "/console/registers/people/add": {"system_admin"},
    "/console/registers/organisations/add": {"system_admin"},
    "/console/registers/grids/add": {"system_admin"},
    "/console/registers/grids/of/{grid}": {*ADMINISTRATORS, "supervisor"},
    "/console/registers/organisations/of/{centre}": {*ADMINISTRATORS, "supervisor"},
    "/console/imports": set(ADMINISTRATORS),
    "/console/imports/template.xlsx": set(ADMINISTRATORS),
    "/console/imports/sample.xlsx": set(ADMINISTRATORS),
    "/console/imports/{kept}": set(ADMINISTRATORS),
    "/console/imports/{kept}/errors.xlsx": set(ADMINISTRATORS),
    "/console/matters": set(EVERYBODY),
    "/console/absence": set(EVERYBODY),
    "/console/duties": set(EVERYBODY),
}
CHANGE: dict[str, set[str]] = {
    "/console/registers/people/add": {"system_admin"},
    "/console/registers/organisations/of/{centre}": {"system_admin"},
    "/console/registers/grids/of/{grid}": {"system_admin"},
    "/console/registers/people/of/dispatcher": {"system_admin"},
    "/console/people/dispatcher/posts": {"security_admin"},
    "/console/posts/{post}/end": {"security_admin"},
    "/console/imports": {"system_admin", "security_admin"},
    "/console/imports/{spare}/check": {"system_admin", "security_admin"},
    "/console/imports/{spare}/withdraw": {"system_admin", "security_admin"},
    "/console/imports/{spare}/confirm": {"system_admin", "security_admin"},
    "/console/imports/{spare}/passwords.xlsx": {"system_admin", "security_admin"},
}


@pytest.fixture(scope="module")
def named(house: House) -> dict[str, Any]:
    """Three administrators at the city, a supervisor at the township, a workbook that waits, and one to be tried on."""
    session, city = house.session, house.city
    centre = a_centre(session, city.city)
    made = {role: an_actor(session, role, centre, None, role, role) for role in ADMINISTRATORS}
    an_actor(session, "supervisor", city.centre, None, "督查", "supervisor")
    other = an_actor(session, "seat", city.centre, None, "又一位", "other")
    content = registers.write({"people": [{"用户名": "waiting", "姓名": "等待"}]})
    kept, spare = (registers.submit(session, made["system_admin"], name, content, clock.now())
                   for name in ("名册.xlsx", "另一份.xlsx"))
    post = directory.list_posts(session, other.person_id or 0, clock.now())[0]
    session.commit()
    return {"grid": city.grid.code, "centre": city.centre.code, "kept": kept.id, "spare": spare.id, "post": post.id}


@pytest.mark.parametrize("path", READ)
def test_who_may_read(browse: Browse, named: dict[str, Any], path: str) -> None:
    statuses = {who: browse(who).get(path.format(**named)).status_code for who in EVERYBODY}
    assert {who for who, status in statuses.items() if status == 200} == READ[path], statuses
    assert set(statuses.values()) <= {200, 403}


@pytest.mark.parametrize("path", CHANGE)
def test_who_may_change(browse: Browse, named: dict[str, Any], path: str) -> None:
    """Those who may not are refused; those who may get an answer about what they sent."""
    refused = {who for who in EVERYBODY if who not in CHANGE[path]
               and browse(who).post(path.format(**named)).status_code == 403}
    assert refused == set(EVERYBODY) - CHANGE[path]
    for who in sorted(CHANGE[path])[:1]:
        assert browse(who).post(path.format(**named)).status_code in (200, 302, 404, 409, 422)


def test_a_supervisor_sees_no_further_than_their_division(browse: Browse, named: dict[str, Any]) -> None:
    supervisor = browse("supervisor")
    page = supervisor.get("/console/registers/people?state=all").text
    seen = set(re.findall(r'href="/console/people/([^"]+)"', page))
    assert {"dispatcher", "supervisor"} <= seen and not seen & {"intruder", "handler", "system_admin"}
    assert supervisor.get("/console/people/intruder").status_code == 404


def upload(browser: Browser, content: bytes, name: str = "名册.xlsx", **more: str) -> TestResponse:
    file = FileStorage(io.BytesIO(content), filename=name)
    return browser.client.post("/console/imports", data={"csrf_token": browser.token, "file": file, **more},
                               content_type="multipart/form-data", follow_redirects=True)


def digest(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_from_the_upload_to_the_first_log_in(house: House, browse: Browse, named: dict[str, Any]) -> None:
    system, security = browse("system_admin"), browse("security_admin")
    content = registers.write({
        "people": [{"用户名": "newcomer", "姓名": "新来的", "手机": "13811112222"}],
        "posts": [{"用户名": "newcomer", "角色": "坐席", "单位编码": house.city.centre.code}]})
    preview = upload(system, content)
    number = preview.request.path.rsplit("/", 1)[-1]
    assert "将改动 2 条" in preview.text and "newcomer 新来的" in preview.text
    for browser in (system, security):
        page = browser.get(f"/console/imports/{number}").text
        assert browser.post(f"/console/imports/{number}/confirm", {"digest": digest(page)}).status_code == 302
    sheet = security.post(f"/console/imports/{number}/passwords.xlsx")
    assert sheet.headers["Content-Disposition"].startswith("attachment")
    assert security.post(f"/console/imports/{number}/passwords.xlsx").status_code == 404
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "newcomer"
    first_log_in(house, "newcomer", str(rows[1][2]))


def first_log_in(house: House, username: str, password: str) -> None:
    """Whatever is asked for leads to the page for another password, until there is one."""
    client = house.app.test_client()
    token = client.post("/api/v1/tokens", json={"username": username, "password": password}).get_json()["token"]
    answer = client.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "password_must_change")
    page = client.get("/login").text
    form = {"csrf_token": re.findall(r'csrf_token" value="([^"]+)"', page)[0], "username": username,
            "password": password}
    client.post("/login", data=form)
    assert client.get("/console/queues/dispatch").headers["Location"] == "/password"
    page = client.get("/password").text
    form = {"csrf_token": re.findall(r'csrf_token" value="([^"]+)"', page)[0], "old": password}
    assert client.post("/password", data={**form, "new": password, "again": password}).status_code == 422
    assert client.post("/password", data={**form, "new": "my-own-1234", "again": "my-own-1234"}).status_code == 302
    assert client.get("/console/queues/dispatch").status_code == 200


@pytest.mark.parametrize(("content", "says"), [
    (b"a,b\n1,2\n", "不是 .xlsx"), (b"\xd0\xcf\x11\xe0 old", "旧的 .xls"), (registers.template(), "只有表头")])
def test_a_file_that_is_none_is_refused_in_words(browse: Browse, named: dict[str, Any], content: bytes,
                                                 says: str) -> None:
    answer = upload(browse("system_admin"), content)
    assert answer.status_code == 422 and says in answer.text


def test_faults_are_shown_and_come_back_as_a_sheet(browse: Browse, named: dict[str, Any]) -> None:
    system = browse("system_admin")
    page = upload(system, registers.write({"people": [{"用户名": "faulty", "姓名": "", "手机": "1"}]}))
    number = page.request.path.rsplit("/", 1)[-1]
    assert "有 2 处错误" in page.text and 'name="digest"' not in page.text
    sheet = system.get(f"/console/imports/{number}/errors.xlsx")
    assert "手机：" in str(registers.read_workbook(sheet.data).raw["人员"])
    english = system.get(f"/console/imports/{number}?lang=en").text
    assert "Must not be empty." in english and "Not a phone number." in english


def test_the_first_faults_are_shown_and_the_others_fold_away(browse: Browse, named: dict[str, Any]) -> None:
    people = [{"用户名": f"faulty{n}", "姓名": "演示", "手机": f"1{n}"} for n in range(13)]
    page = upload(browse("system_admin"), registers.write({"people": people}))
    shown, folded = page.text.split("再看其余")
    assert shown.count('<tr><td class="whole">') == 10 and folded.strip().startswith("3 条")
    assert folded.count('<tr><td class="whole">') == 3 and "逐行对比" not in page.text


def test_a_row_is_added_changed_and_ended_on_its_page(house: House, browse: Browse, named: dict[str, Any]) -> None:
    system = browse("system_admin")
    fields = {"c0": "330921-water", "c1": "岱山县水利局", "c2": "部门", "c3": "水利", "c4": "330921",
              "c5": "夏令作息（6 月至 9 月午休延长）"}
    assert system.post("/console/registers/organisations/add", fields).status_code == 302
    assert "已有人使用" in system.post("/console/registers/organisations/add", fields).text
    changed = {**fields, "c1": "岱山县水利和湖泊局", "c4": "3309", "c7": "2099-12-31"}
    assert system.post("/console/registers/organisations/of/330921-water", changed).status_code == 302
    house.session.expire_all()
    made = house.session.scalars(select(Organisation).where(Organisation.code == "330921-water")).one()
    assert (made.name, made.division_code, made.office) == ("岱山县水利和湖泊局", "330921", "summer")
    assert registers.last_day(made.valid_to) == "2099-12-31"
    wrong = {**fields, "c6": "2026-02-01", "c7": "2026-01-01"}
    bad = system.post("/console/registers/organisations/of/330921-water", wrong)
    assert bad.status_code == 422 and "早于" in bad.text and 'value="2026-01-01"' in bad.text


def test_a_locked_account_is_out_at_once(house: House, browse: Browse, named: dict[str, Any]) -> None:
    security = browse("security_admin")
    victim = browse("other")
    assert security.post("/console/accounts/other/do/lock", {"reason": "手机遗失"}).status_code == 302
    assert victim.get("/console/preferences").status_code == 302
    page = security.post("/console/accounts/other/do/reset", {"reason": "忘记密码"}).text
    assert re.search(r">\w{4}-\w{4}-\w{4}-\w{4}<", page)
    assert security.post("/console/accounts/other/do/unlock", {"reason": "找到了"}).status_code == 302
    account = house.session.scalars(select(Account).where(Account.username == "other")).one()
    house.session.refresh(account)
    assert account.is_enabled and account.must_change


def test_the_last_system_administrator_stays(house: House, browse: Browse, named: dict[str, Any]) -> None:
    security = browse("security_admin")
    page = security.get("/console/people/system_admin").text
    post = re.search(r"/console/posts/(\d+)/end", page)
    assert post is not None
    answer = security.post(f"/console/posts/{post[1]}/end")
    assert answer.status_code == 409 and "最后一位" in answer.text
    assert browse("system_admin").get("/console/imports").status_code == 200


def test_the_record_tells_who_did_what(browse: Browse, named: dict[str, Any]) -> None:
    system, security = browse("system_admin"), browse("security_admin")
    place = {"c0": "330921-lakes", "c1": "岱山县湖泊局", "c2": "部门", "c3": "水利", "c4": "330921",
             "c5": "夏令作息（6 月至 9 月午休延长）"}
    assert system.post("/console/registers/organisations/add", place).status_code == 302
    shown = upload(system, registers.write({"people": [{"用户名": "noted", "姓名": "记下的", "手机": "13811113333"}]}))
    assert system.post(f"{shown.request.path}/confirm", {"digest": digest(shown.text)}).status_code == 302
    for deed in ("lock", "unlock"):
        assert security.post(f"/console/accounts/other/do/{deed}", {"reason": "手机遗失"}).status_code == 302
    page = browse("audit_admin").get("/console/audit?of=house").text
    assert "岱山县湖泊局" in page and "noted" in page and "锁定" in page and "13811113333" not in page


def test_ones_own_absence(browse: Browse, named: dict[str, Any]) -> None:
    seat = browse("dispatcher")
    wrong = seat.post("/console/absence", {"since": "2099-05-02T08:00", "until": "2099-05-01T08:00"})
    assert wrong.status_code == 422 and "结束要晚于开始" in wrong.text
    assert seat.post("/console/absence", {"reason": "年休假"}).status_code == 302
    page = seat.get("/console/absence").text
    back = re.search(r"/console/absence/(\d+)/end", page)
    assert back is not None
    assert seat.post(f"/console/absence/{back[1]}/end").status_code == 302


def test_a_large_workbook_is_looked_through_and_written_by_the_worker(
        house: House, browse: Browse, named: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGE", 0)
    system = browse("system_admin")
    shown = upload(system, registers.write({"people": [{"用户名": "large", "姓名": "很多人"}]}))
    path = shown.request.path
    assert "正在核对" in shown.text and 'hx-trigger="every 1s"' in shown.text
    at_work(house)
    assert system.get(path, HX_Request="true").headers["HX-Redirect"] == path
    preview = system.get(path).text
    assert "将改动 1 条" in preview and "large 很多人" in preview
    assert system.post(f"{path}/confirm", {"digest": digest(preview)}).headers["Location"] == path
    assert "正在写入" in system.get(path, HX_Request="true").text
    at_work(house)
    assert system.get(path, HX_Request="true").headers["HX-Redirect"] == path
    assert "写入" in system.get(path).text and system.post(f"{path}/passwords.xlsx").status_code == 200


def test_a_large_workbook_with_faults_comes_back_and_one_that_is_none_says_so(
        house: House, browse: Browse, named: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGE", 0)
    system = browse("system_admin")
    path = upload(system, registers.write({"people": [{"用户名": "faulty", "姓名": "错", "手机": "12"}]})).request.path
    assert system.get(f"{path}/errors.xlsx").status_code == 404
    at_work(house)
    assert "1 处错误" in system.get(path).text and system.get(f"{path}/errors.xlsx").status_code == 200
    path = upload(system, registers.template()).request.path
    at_work(house)
    assert "只有表头" in system.get(path).text and "headings only" in system.get(f"{path}?lang=en").text
    assert system.post(f"{path}/check").status_code == 302
    assert browse("audit_admin").post(f"{path}/check").status_code == 403


def at_work(house: House) -> None:
    """The worker does all that waits."""
    while jobs.do_errands(house.session, clock.now()):
        pass
    house.session.commit()
