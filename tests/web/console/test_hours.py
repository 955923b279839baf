"""Office hours on their pages: typed, tried, kept, changed, counted anew; and refused beside the field."""

from __future__ import annotations

import re
from collections.abc import Callable

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
    for path in ("/week", "/days", "/recount"):
        assert browser.post(f"{where}{path}", OWN).status_code == status
    assert browser.post("/console/hours/new", {"name": "别人的", **OWN}).status_code == status
