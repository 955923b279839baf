"""Office hours on their pages: typed, tried, kept, changed, counted anew; and refused beside the field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from engine import clock, jobs
from engine.deadlines.models import KeptOffice
from engine.directory.models import Account, Organisation
from tests.builders import an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
OWN = {f"d{place}": "08:00-12:00，14:00-18:00" if place < 5 or place == 7 else "" for place in range(8)}


@pytest.fixture(scope="module")
def entered() -> dict[str, Browser]:
    """Who has logged in already: the door lets nobody knock too often."""
    return {}


@pytest.fixture
def come(house: House, browse: Browse, entered: dict[str, Browser]) -> Browse:
    """Somebody's browser, logged in once."""
    def enter(who: str) -> Browser:
        if who not in entered:
            if not house.session.scalar(sa.select(Account.id).where(Account.username == who)):
                an_actor(house.session, who, house.city.county_centre, name=f"{who}甲", username=who)
                house.session.commit()
            entered[who] = browse(who)
        return entered[who]

    return enter


def kept(house: House, come: Browse, name: str, **more: str) -> str:
    """New hours kept by the system administrator; where their page is."""
    house.session.execute(sa.update(Organisation).values(office="default"))
    house.session.commit()
    answer = come("system_admin").post("/console/hours/new", {"name": name, "start": "default", **OWN, **more})
    assert answer.status_code == 302
    house.session.rollback()
    return answer.headers["Location"]


def test_hours_are_typed_and_their_page_says_them(house: House, come: Browse) -> None:
    where = kept(house, come, "渔区作息")
    page = come("audit_admin").get(where).text
    assert "现行：周一至周五 08:00-12:00，14:00-18:00。" in page and "还没有单位在用" in page
    assert page.count('class="work"') == 12 and "变更作息" not in page
    listed = come("system_admin").get("/console/hours").text
    assert "渔区作息" in listed and "机关办公时间" in listed
    assert "Mon to Fri 08:00-12:00, 14:00-18:00" in come("system_admin").get(f"{where}?lang=en").text


def test_bodies_take_them_over_and_the_register_offers_them(house: House, come: Browse) -> None:
    where = kept(house, come, "接管作息", take_over="1")
    office = house.session.get_one(KeptOffice, int(where.rpartition("/")[2]))
    used = house.session.scalars(sa.select(Organisation.office).distinct()).all()
    assert office.current in used
    assert '<option value="接管作息" selected>接管作息</option>' in come("system_admin").get(
        f"/console/registers/organisations/of/{house.city.county_centre.code}").text


@pytest.mark.parametrize(("typed", "field", "said", "english"), [
    ({"d1": "12:00-08:00"}, "d1", "结束不晚于开始", "ends before it begins"),
    ({"d1": "08:00-12:00 11:00-15:00"}, "d1", "重叠", "overlap"), ({"d3": "九点"}, "d3", "看不懂", "cannot be read"),
    (dict.fromkeys(OWN, ""), "d0", "至少有一天办公", "At least one day"),
    ({"d7": ""}, "d7", "调休上班日", "make-up workday"), ({"name": ""}, "name", "不能为空", "Must not be empty"),
    ({"since": "2020-01-01"}, "since", "已经过去", "has passed"),
])
def test_what_is_wrong_stands_beside_its_field(house: House, come: Browse, typed: dict[str, str], field: str,
                                               said: str, english: str) -> None:
    before = house.session.scalar(sa.select(sa.func.count()).select_from(KeptOffice))
    given = {"name": "错的", "start": "default", **OWN, **typed}
    for language, words in (("zh", said), ("en", english)):
        answer = come("system_admin").post(f"/console/hours/new?lang={language}", given)
        assert answer.status_code == 422
        beside = re.search(rf'id="h-{field}-problem">([^<]+)<', answer.text)
        assert beside is not None and words in beside[1]
        assert f'href="#h-{field}"' in answer.text and ("name" in typed or 'value="错的"' in answer.text)
    house.session.rollback()
    assert house.session.scalar(sa.select(sa.func.count()).select_from(KeptOffice)) == before


def test_typed_hours_are_tried_before_they_are_kept(house: House, come: Browse) -> None:
    system = come("system_admin")
    tried = system.post("/console/hours/try", {**OWN, "limit": "4"})
    assert "现在受理、时限 4 工作时的事件，到期时间：" in tried.text and "<html" not in tried.text
    assert "还看不懂" in system.post("/console/hours/try", {**OWN, "d0": "x"}).text
    for limit, said in (("0", "时限的数量应大于零"), ("x", "时限写得不对")):
        assert said in system.post("/console/hours/try", {**OWN, "limit": limit}).text
    page = system.post("/console/hours/new", {"name": "只是试试", **OWN, "d0": "09:00-17:00", "copy": "d"}).text
    assert page.count('value="09:00-17:00"') == 6 and 'value="只是试试"' in page
    house.session.rollback()
    assert "只是试试" not in house.session.scalars(sa.select(KeptOffice.name)).all()


# parts of the year ---------------------------------------------------------------------------------------------------
def season(number: int, first: str, last: str, text: str) -> dict[str, str]:
    days = {f"s{number}_{place}": text if place < 5 or place == 7 else "" for place in range(8)}
    return {"seasons": str(number), f"s{number}_from": first, f"s{number}_until": last, **days}


SUMMER, WINTER = season(1, "06-01", "09-30", "07:30-11:30"), season(2, "11-15", "02-29", "09:00-12:00，13:00-16:00")


def test_summer_and_winter_are_typed_in_one_form(house: House, come: Browse) -> None:
    where = kept(house, come, "冬夏作息", **{**SUMMER, **WINTER})
    page = come("system_admin").get(where).text
    for said in ("每年 06-01 至 09-30：周一至周五 07:30-11:30", "每年 11-15 至 02-29：周一至周五 09:00-12:00"):
        assert said in page
    again = come("system_admin").get(f"{where}/week").text
    assert 'name="s2_until" value="02-29"' in again and 'name="s2_7" value="09:00-12:00，13:00-16:00"' in again


def test_a_part_of_the_year_is_added_and_removed_without_a_script(come: Browse) -> None:
    system, typed = come("system_admin"), {"name": "加一段", **OWN}
    page = system.post("/console/hours/new", {**typed, "seasons": "0", "add": "season"}).text
    assert re.search(r'name="s1_from"[^>]* autofocus', page) and 'value="加一段"' in page
    page = system.post("/console/hours/new", {**typed, **SUMMER, **WINTER, "add": "season"}).text
    assert 'name="seasons" value="3"' in page and 'name="s2_from" value="11-15"' in page and 'name="s3_7"' in page
    page = system.post("/console/hours/new", {**typed, **SUMMER, **WINTER, "drop": "1"}).text
    assert 'name="seasons" value="1"' in page and 'name="s1_from" value="11-15"' in page and "06-01" not in re.sub(
        'placeholder="06-01"', "", page)
    page = system.post("/console/hours/new", {**typed, **SUMMER, "s1_0": "07:00-10:00", "copy": "s1_"}).text
    assert page.count('value="07:00-10:00"') == 6 and page.count('value="08:00-12:00，14:00-18:00"') == 6
    full = {**typed, **SUMMER, "seasons": "4"}
    for more in ({"add": "season"}, {"seasons": "99"}):
        page = system.post("/console/hours/new", {**full, "try": "1", **more}).text
        assert 'name="seasons" value="4"' in page and "最多 4 段" in page and 'name="add"' not in page


def test_what_is_wrong_in_the_second_part_stands_beside_its_field_and_nothing_is_lost(come: Browse) -> None:
    wrong = {"name": "错的", **OWN, **SUMMER, **WINTER, "s2_from": "09-30", "s2_2": "九点"}
    for language, overlap in (("zh", "与第 1 段时间重叠"), ("en", "It overlaps part 1 of the year")):
        answer = come("system_admin").post(f"/console/hours/new?lang={language}", {**wrong, "s2_2": ""})
        assert answer.status_code == 422
        beside = re.search(r'id="h-s2_from-problem">([^<]+)<', answer.text)
        assert beside is not None and overlap in beside[1] and 'name="s2_until" value="02-29"' in answer.text
    page = come("system_admin").post("/console/hours/new?lang=zh", wrong).text
    assert 'id="h-s2_2-problem"' in page and 'name="s2_2" value="九点"' in page
    assert 'name="s1_from" value="06-01"' in page


# another name, and the end --------------------------------------------------------------------------------------------
def test_hours_get_another_name(house: House, come: Browse) -> None:
    where, system = kept(house, come, "旧名字"), come("system_admin")
    wrong = system.post(f"{where}/name", {"name": "机关办公时间"})
    assert wrong.status_code == 422 and 'id="n-name-problem"' in wrong.text and 'value="机关办公时间"' in wrong.text
    assert system.post(f"{where}/name", {"name": "新名字"}).status_code == 302
    assert "<h1>新名字</h1>" in system.get(f"{where}?lang=zh").text
    listed = system.get("/console/hours").text
    assert "新名字" in listed and "旧名字" not in listed
    record = come("audit_admin").get("/console/audit?of=house&kind=hours").text
    assert "旧名字" in record and "变更" in record


def test_hours_that_organisations_keep_end_with_what_follows_and_the_end_is_taken_back(
        house: House, come: Browse) -> None:
    where, system = kept(house, come, "要停的作息", take_over="1"), come("system_admin")
    number = int(where.rpartition("/")[2])
    today = clock.now().astimezone(clock.ZONE).date()
    later = today.replace(year=today.year + 1, day=1).isoformat()
    for language, said in (("zh", "个单位在用（"), ("en", "organisations still keep them")):
        wrong = system.post(f"{where}/end?lang={language}", {"until": later})
        beside = re.search(r'id="e-then-problem">([^<]+)<', wrong.text)
        assert wrong.status_code == 422 and f'value="{later}"' in wrong.text
        assert beside is not None and said in beside[1]
    assert system.post(f"{where}/end", {"until": later, "then": "summer"}).status_code == 302
    page = system.get(f"{where}?lang=zh").text
    assert f"将停用：最后一天是 {later}" in page and "改用「夏令作息" in page and "撤回停用" in page
    assert f"至 {later}" in system.get("/console/hours?lang=zh").text
    body = f"/console/registers/organisations/of/{house.city.county_centre.code}"
    assert '<option value="要停的作息" selected>' in system.get(body).text
    assert '<option value="要停的作息"' not in system.get("/console/registers/organisations/add").text
    refused = system.post(f"{where}/week", {**OWN, "since": f"{later[:8]}02"})
    assert refused.status_code == 422 and "为止，之后的不能改" in refused.text
    assert system.post(f"{where}/keep", {}).status_code == 302
    page = system.get(f"{where}?lang=zh").text
    assert "将停用：" not in page and '/keep"' not in page and "<td>撤回停用</td>" in page
    assert system.post(f"{where}/keep", {}).status_code == 409
    house.session.rollback()
    assert house.session.get_one(KeptOffice, number).ends_on is None


def test_hours_that_have_ended_are_shown_and_nothing_of_them_is_changed(house: House, come: Browse) -> None:
    where, system = kept(house, come, "停掉的作息"), come("system_admin")
    with time_machine.travel(clock.now(), tick=False):
        today = clock.now().astimezone(clock.ZONE).date()
        assert system.post(f"{where}/end", {"until": today.isoformat()}).status_code == 302
        house.session.execute(sa.update(KeptOffice).where(KeptOffice.id == int(where.rpartition("/")[2])).values(
            ends_on=today - timedelta(days=1)))
        house.session.commit()
        page = system.get(f"{where}?lang=zh").text
        assert f"已停用：最后一天是 {today - timedelta(days=1)}" in page and "已没有单位在用" in page
        assert all(form not in page for form in ('/days"', '/end"', '/keep"', '/week"'))
        assert "已停用" in system.get("/console/hours?lang=zh").text
        assert system.post(f"{where}/keep", {}).status_code == 409


def test_a_change_and_own_days_are_kept_with_who_and_when(house: House, come: Browse) -> None:
    where, system = kept(house, come, "要变的作息"), come("system_admin")
    day = clock.now().astimezone(clock.ZONE).date()
    later = day.replace(year=day.year + 1, day=1).isoformat()
    assert "不能为空" in system.post(f"{where}/week", OWN).text
    assert system.post(f"{where}/week", {**OWN, "d0": "09:00-17:00", "since": later}).status_code == 302
    wrong = system.post(f"{where}/days", {"since": later, "reason": ""})
    assert wrong.status_code == 422 and 'id="o-reason-problem"' in wrong.text
    assert system.post(f"{where}/days", {"since": later, "reason": "渔民节"}).status_code == 302
    page = system.get(where).text
    assert f"自 {later} 起：周一 09:00-17:00" in page and "渔民节" in page and page.count("系统管理员") >= 3
    record = come("audit_admin").get("/console/audit?of=house&kind=hours").text
    assert "要变的作息" in record and "办公时间" in record


def test_open_deadlines_are_counted_anew_when_somebody_asks(house: House, come: Browse) -> None:
    where, system, seat = kept(house, come, "重算作息", take_over="1"), come("system_admin"), come("dispatcher")
    with time_machine.travel(clock.now(), tick=False):  # one day, though it is midnight
        _count_anew(house, system, seat, where)


def _count_anew(house: House, system: Browser, seat: Browser, where: str) -> None:
    said = {"description": "人民路雨水井盖没了", "place": "人民路 12 号", "division": house.city.community.code}
    assert seat.post("/console/cases", said).status_code == 302
    assert "在办时限都是按现行作息算的" in system.get(where).text
    today = clock.now().astimezone(clock.ZONE).date().isoformat()
    longer = {**dict.fromkeys(OWN, "00:00-00:30"), "since": today}
    assert system.post(f"{where}/week", longer).status_code == 302
    assert "有 1 件在办事件的时限是按以前的作息算的" in system.get(where).text
    assert system.post(f"{where}/recount", {}).status_code == 302
    assert "正在重新计算在办时限" in system.get(where).text
    while jobs.do_errands(house.session, clock.now()):
        house.session.commit()
    page = system.get(where).text
    assert "查看 1 件，变动 1 件" in page and "在办时限都是按现行作息算的" in page


@pytest.mark.parametrize(("who", "status"), [("security_admin", 403), ("supervisor", 403), ("dispatcher", 403)])
def test_only_the_system_administrator_changes_them(house: House, come: Browse, who: str, status: int) -> None:
    where, browser = kept(house, come, f"不给 {who} 改"), come(who)
    for path in ("/week", "/days", "/recount", "/name", "/end", "/keep"):
        assert browser.post(f"{where}{path}", OWN).status_code == status
    assert browser.post("/console/hours/new", {"name": "别人的", **OWN}).status_code == status
