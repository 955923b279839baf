"""The three administrators' own pages: who may, in which place; accounts, log-ins, the record, how the house does."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from engine import audit, backups, cases, clock, directory
from engine.audit.models import HouseEntry
from engine.backups import keeping
from engine.backups.models import Backup
from engine.directory.models import Account
from engine.directory.models import Session as LogIn
from engine.settings import Settings
from engine.supervision.beats import beat
from tests.builders import NOW, PASSWORD, a_centre, an_actor
from tests.web.conftest import House
from tests.web.console import test_registers
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
OFFICE = ("grid_worker", "seat", "clerk", "supervisor", "designer")
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
PLACES = ("city", "county", "township")
READ = {
    "accounts": {"security_admin"}, "accounts/other": {"security_admin"}, "log-ins": {"security_admin"},
    "audit": {"audit_admin"}, "audit?of=house": {"audit_admin"}, "audit?of=log_ins": {"audit_admin"},
    "audit.xlsx": {"audit_admin"}, "audit/cases/{case}/1": {"audit_admin"}, "audit/house/1": {"audit_admin"},
    "house": {"audit_admin"}, "operating": {"system_admin"}, "versions": {"system_admin"},
    "my-log-ins": {*OFFICE, *ADMINISTRATORS}, "hours": {"supervisor", *ADMINISTRATORS}, "hours/new": {"system_admin"},
}
CHANGE = {
    "accounts/other/do/lock": {"security_admin"}, "accounts/other/do/unlock": {"security_admin"},
    "accounts/other/do/log_out": {"security_admin"}, "accounts/other/do/reset": {"security_admin"},
    "log-ins/{log_in}/end": {"security_admin"}, "operating/backup": {"system_admin"},
    "my-log-ins/end": {*OFFICE, *ADMINISTRATORS}, "hours/new": {"system_admin"},
    "hours/try": {"supervisor", *ADMINISTRATORS},
}


@pytest.fixture(scope="module")
def staff(house: House) -> dict[str, Any]:
    """Everybody of every role in every place, and a case with an entry."""
    session, city = house.session, house.city
    where = {"city": a_centre(session, city.city), "county": city.county_centre, "township": city.centre}
    for place, centre in where.items():
        for role in (*OFFICE, *ADMINISTRATORS):
            grid = city.grid if role == "grid_worker" else None
            an_actor(session, role, centre, grid, f"{role}{place}", f"{role}.{place}")
    an_actor(session, "seat", city.centre, None, "另一位", "other")
    report = cases.Report("井盖缺失，很危险", "人民路 3 号", division=city.township.code, origin="superior")
    case = cases.report_case(session, city.dispatcher, report, clock.now())
    away = cases.report_case(session, city.intruder, cases.Report(
        "别处的井盖", "别处 1 号", division=city.other.code, origin="superior"), clock.now())
    directory.open_session(session, account_of(house, "intruder"), "browser", clock.now(), "10.9.9.9")
    audit.note(session, "测试", [audit.Deed("founded", "place", "测试")], clock.now())
    log_in = directory.open_session(session, account_of(house, "seat.county"), "browser", clock.now(), "10.0.0.7")
    session.commit()
    number = session.scalar(sa.select(LogIn.id).where(LogIn.account_id == log_in.account_id))
    return {"case": case.id, "number": case.number, "log_in": number, "abroad": away.number, "abroad_case": away.id}


def account_of(house: House, username: str) -> int:
    return house.session.scalars(sa.select(Account.id).where(Account.username == username)).one()


def deeds(house: House, verb: str) -> list[HouseEntry]:
    house.session.commit()
    return list(house.session.scalars(sa.select(HouseEntry).where(HouseEntry.verb == verb).order_by(HouseEntry.seq)))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", (*OFFICE, *ADMINISTRATORS))
def test_each_page_opens_for_its_administrator_and_for_nobody_else(
        browse: Browse, staff: dict[str, Any], role: str, place: str) -> None:
    browser = browse(f"{role}.{place}")
    found = {path: browser.get(f"/console/{path.format(**staff)}").status_code for path in READ}
    elsewhere = "audit/house/1"  # noted by somebody who sits in no county: for who audits the whole place
    assert {path for path, status in found.items() if status in (200, 302)} == {
        path for path, roles in READ.items() if role in roles and (place == "city" or path != elsewhere)}
    assert set(found.values()) <= {200, 302, 403, *([404] if role == "audit_admin" else [])}
    changed = {path: browser.post(f"/console/{path.format(**staff)}").status_code for path in CHANGE}
    assert {path for path, status in changed.items() if status == 403} == {
        path for path, roles in CHANGE.items() if role not in roles}


def test_no_route_of_the_administrators_is_left_out(house: House) -> None:
    """Whoever adds a page adds it to a table: here, or to that of the registers."""
    listed = {*READ, *CHANGE, *(path.removeprefix("/console/") for path in (*test_registers.READ,
                                                                           *test_registers.CHANGE))}
    paths = [re.sub(r"\{\w+\}", "1", path).partition("?")[0] for path in listed]
    rules = [rule for rule in house.app.url_map.iter_rules()
             if house.app.view_functions[rule.endpoint].__module__.startswith("web.console.administration")]
    left = {rule.endpoint for rule in rules if not any(
        re.fullmatch(re.sub(r"<(?:path:|\w+\([^)]*\):)?\w+>", ".+", rule.rule.removeprefix("/console/")), path)
        for path in paths)}
    assert len(rules) > 30
    by_what_they_name = {"console.matter", "console.come_back", "console.release_all", "console.free_task",
                         "console.duty_add", "console.duty_end", "console.hours_of", "console.change_hours",
                         "console.change_hours_days", "console.recount_hours", "console.rename_hours",
                         "console.end_hours", "console.keep_hours"}
    assert left <= by_what_they_name


def test_a_dangerous_act_needs_a_reason_and_is_on_the_record(house: House, browse: Browse, staff: Any) -> None:
    security = browse("security_admin.city")
    refused = security.post("/console/accounts/seat.township/do/lock", {"reason": " "})
    assert refused.status_code == 422 and "请写明原因" in refused.text
    assert browse("seat.township").get("/console/my-log-ins").status_code == 200
    assert security.post("/console/accounts/seat.township/do/lock", {"reason": "调离待查"}).status_code == 302
    last = deeds(house, "lock")[-1]
    assert (last.subject, last.facts, last.actor[:5]) == ("seat.township", {"reason": "调离待查"}, "安全管理员")
    page = security.get("/console/accounts/seat.township").text
    assert "管理员锁定" in page and "「调离待查」" in page
    assert "seat.township" in security.get("/console/accounts?state=locked").text
    security.post("/console/accounts/seat.township/do/unlock", {"reason": "查清了"})
    assert browse("seat.township").get("/console/my-log-ins").status_code == 200


def test_nobody_changes_their_own_account_nor_the_last_of_a_kind(house: House, browse: Browse, staff: Any) -> None:
    security = browse("security_admin.city")
    own = security.post("/console/accounts/security_admin.city/do/reset", {"reason": "忘了"})
    assert own.status_code == 409 and "自己的账号" in own.text
    assert "另一位安全管理员" in security.get("/console/accounts/security_admin.city").text
    for place in ("county", "township"):
        security.post(f"/console/accounts/audit_admin.{place}/do/lock", {"reason": "撤并岗位"})
    last = security.post("/console/accounts/audit_admin.city/do/lock", {"reason": "撤并岗位"})
    assert last.status_code == 409 and "最后一位" in last.text
    for place in ("county", "township"):
        security.post(f"/console/accounts/audit_admin.{place}/do/unlock", {"reason": "恢复"})


def test_a_name_guessed_too_often_is_unlocked(house: House, browse: Browse, staff: Any) -> None:
    client = house.app.test_client()
    for _ in range(6):
        client.post("/api/v1/tokens", json={"username": "clerk.county", "password": "guess-guess-1"})
    security = browse("security_admin.county")
    page = security.get("/console/accounts/clerk.county").text
    assert "输错密码，锁定至" in page and "127.0.0.1" in page
    security.post("/console/accounts/clerk.county/do/unlock", {"reason": "本人核实"})
    token = client.post("/api/v1/tokens", json={"username": "clerk.county", "password": PASSWORD})
    assert token.status_code == 201


def test_an_administrator_reaches_no_further_than_their_division(
        house: House, browse: Browse, staff: dict[str, Any]) -> None:
    """County and township keep to their own; another city's people and the county's cases do not exist there."""
    reach = {"city": {"dispatcher", "handler", "overall"}, "county": {"dispatcher", "handler"},
             "township": {"dispatcher"}}
    for place in PLACES:
        security, audits = browse(f"security_admin.{place}"), browse(f"audit_admin.{place}")
        shown = security.get("/console/accounts?text=er").text + security.get("/console/accounts?text=r.").text
        names = {"dispatcher": "dispatcher", "handler": "handler", "overall": "supervisor.city"}
        assert {key for key, name in names.items() if f"/accounts/{name}\"" in shown} == reach[place], place
        assert security.get("/console/accounts/intruder").status_code == 404
        refused = security.post("/console/accounts/intruder/do/lock", {"reason": "不在辖区"}).status_code
        assert refused == 404
        assert (staff["number"] in audits.get("/console/audit").text)
        assert staff["abroad"] not in audits.get("/console/audit?verb=report").text
        assert audits.get(f"/console/audit/cases/{staff['abroad_case']}/1").status_code == 404
        assert "intruder" not in audits.get("/console/audit?of=log_ins").text
        assert "intruder" not in security.get("/console/log-ins").text
    assert browse("security_admin.township").post(
        "/console/accounts/handler/do/lock", {"reason": "越权"}).status_code == 404


def test_what_an_account_may_do_is_said_post_by_post(browse: Browse, staff: Any) -> None:
    security = browse("security_admin.city")
    assert "岱山县及其以下的事件" in security.get("/console/accounts/supervisor.county").text
    assert "看不到任何事件" in security.get("/console/accounts/designer.city").text
    audits = security.get("/console/accounts/audit_admin.city").text
    assert "审计检索" in audits and "待分流" not in audits
    assert "待分流" in security.get("/console/accounts/seat.county").text


def test_log_ins_are_seen_and_ended(house: House, browse: Browse, staff: Any) -> None:
    victim, security = browse("supervisor.county"), browse("security_admin.city")
    page = security.get("/console/log-ins?text=supervisor.county").text
    number = re.search(r"/console/log-ins/(\d+)/end", page)
    assert number is not None and "127.0.0.1" in page
    assert security.post(f"/console/log-ins/{number[1]}/end", {"reason": ""}).status_code == 422
    assert security.post(f"/console/log-ins/{number[1]}/end", {"reason": "设备丢失"}).status_code == 302
    turned_away = victim.get("/console/inbox")
    assert turned_away.status_code == 302 and "安全管理员" in victim.get("/login").text
    assert deeds(house, "log_out")[-1].facts == {"reason": "设备丢失", "log_ins": 1}
    directory.open_session(house.session, account_of(house, "seat.county"), "browser", clock.now(), "10.0.0.8",
                           "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0")
    house.session.commit()
    found = security.get("/console/log-ins?text=10.0.0.8").text
    assert "seat.county" in found and "Chrome · Windows" in found


def test_ones_own_log_ins_elsewhere_are_ended(house: House, browse: Browse, staff: Any) -> None:
    here = browse("clerk.township")
    here.post("/console/my-log-ins/end")
    there = browse("clerk.township")
    assert "您还有 1 处登录" in here.get("/console/my-log-ins").text
    stranger = here.post("/console/my-log-ins/end", {"number": str(staff["log_in"])})
    assert stranger.status_code == 404
    assert here.post("/console/my-log-ins/end", {"number": "x"}).status_code == 404
    assert there.get("/console/inbox").status_code == 200, "a number that is none is not all of them"
    assert here.post("/console/my-log-ins/end").status_code == 302
    assert there.get("/console/inbox").status_code == 302
    assert "只在这里登录" in here.get("/console/my-log-ins").text


def audited(browse: Browse, question: str) -> str:
    return browse("audit_admin.city").get(f"/console/audit?{question}").text


def test_the_record_is_searched_by_person_verb_case_body_and_day(house: House, browse: Browse, staff: Any) -> None:
    number = staff["number"]
    for question in (f"number={number}", f"text=dispatcher&number={number}", "verb=上报", "verb=report",
                     f"organisation={house.city.centre.code}"):
        assert number in audited(browse, question), question
    for question in (f"text=handler&number={number}", f"verb=催办&number={number}", f"since=2020-01-01&until=2020-01-02"
                     f"&number={number}"):
        assert number not in audited(browse, question).partition("<tbody>")[2], question
    assert "没有这个编号的事件" in audited(browse, "number=330921-0000-000000")
    assert "没有这个单位" in audited(browse, "organisation=无此单位")


@pytest.mark.parametrize("of", ["cases", "house", "log_ins"])
@pytest.mark.parametrize("days", ["since=0001-01-01&until=0001-01-01", "since=9999-12-31&until=9999-12-31"])
def test_days_beyond_any_record_find_nothing(browse: Browse, staff: Any, of: str, days: str) -> None:
    assert "没有记录" in audited(browse, f"of={of}&{days}")


def test_an_opened_entry_proves_itself_and_shows_nothing_that_was_written(
        house: House, browse: Browse, staff: Any) -> None:
    page = audited_page(browse, f"/console/audit/cases/{staff['case']}/1")
    assert "成立" in page and "尚未锚定" in page and "已封存" in page and "井盖" not in page and "人民路" not in page
    audit.anchor(house.session, clock.now() + timedelta(seconds=1))
    house.session.commit()
    assert "已锚定" in audited_page(browse, f"/console/audit/cases/{staff['case']}/1")
    assert browse("audit_admin.city").get(f"/console/audit/cases/{staff['case']}/999").status_code == 404
    assert "成立" in audited_page(browse, "/console/audit/house/1")


def audited_page(browse: Browse, path: str) -> str:
    return browse("audit_admin.city").get(path).text


def test_every_search_goes_on_the_record_itself(house: House, browse: Browse, staff: Any) -> None:
    before = len(deeds(house, "searched"))
    audited(browse, "of=log_ins&address=10.0.0.7")
    last = deeds(house, "searched")
    assert len(last) == before + 1
    assert (last[-1].subject, last[-1].facts["address"], last[-1].actor[:5]) == ("log_ins", "10.0.0.7", "审计管理员")
    assert audit.check_house(house.session)[1] == []


def test_what_was_found_leaves_as_plain_text(house: House, browse: Browse, staff: Any) -> None:
    audit.note(house.session, "=cmd|'/c calc'!A1", [audit.Deed("added", "people", "@SUM(1)")], clock.now())
    house.session.commit()
    answer = browse("audit_admin.city").get("/console/audit.xlsx?of=house&text=SUM")
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert [table[1][2], table[1][5]] == ["=cmd|'/c calc'!A1", "@SUM(1)"] and len(table) == 2
    assert deeds(house, "exported")[-1].facts["text"] == "SUM"
    for of in ("cases", "log_ins"):
        assert browse("audit_admin.city").get(f"/console/audit.xlsx?of={of}").status_code == 200


def test_pages_follow_one_another_without_gap_or_repeat(house: House, browse: Browse, staff: Any) -> None:
    at = clock.now()
    audit.note(house.session, "测试", [audit.Deed("added", "grids", f"G{n:03d}") for n in range(120)], at)
    house.session.commit()
    browser, path, seen = browse("audit_admin.city"), "/console/audit?of=house&kind=grids", []
    while path:
        page = browser.get(path).text
        seen += re.findall(r"<td>(G\d{3})</td>", page)
        more = re.search(r'href="([^"]+)">更早', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [f"G{n:03d}" for n in reversed(range(120))]


def test_the_page_of_health_says_what_is_wrong_and_what_to_do(house: House, browse: Browse, staff: Any) -> None:
    page = browse("system_admin.city").get("/console/operating").text
    assert "没有后台进程在运行" in page and "wangge worker" in page and "演示城市默认不备份" in page
    house.session.add(Backup(asked_at=NOW, state="failed", ended_at=clock.now(), problem="磁盘已满", missing=0))
    beat(house.session, "one", clock.now(), {"notices": {"at": clock.now().isoformat(), "problem": "OSError",
                                                        "since": clock.now().isoformat()}})
    house.session.commit()
    page = browse("system_admin.city").get("/console/operating").text
    assert "没有后台进程" not in page and "上次备份失败：磁盘已满" in page and "「消息」出错（OSError）" in page


def test_a_backup_is_asked_for_once(
        house: House, browse: Browse, staff: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = browse("system_admin.county")
    refused = system.post("/console/operating/backup")
    assert refused.status_code == 409 and "BACKUPS" in refused.text
    monkeypatch.setattr(keeping, "_here", None)  # what it was comes back with the end
    backups.use_place(Settings(data=tmp_path, demo=False))
    assert system.post("/console/operating/backup").status_code == 302
    assert system.post("/console/operating/backup").status_code == 409
    assert deeds(house, "asked")[-1].kind == "backups"
    assert "等后台处理" in system.get("/console/operating").text


def test_the_versions_at_work_are_told(browse: Browse, staff: Any) -> None:
    page = browse("system_admin.city").get("/console/versions").text
    assert "SpiffWorkflow" in page and "3.2.0" in page and "软件与数据库相符" in page
    assert re.search(r"dispatch.*?第 1 版.*?现行|第 1 版", page, re.S)
