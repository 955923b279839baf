"""What an administrator of one county cannot do to the people, posts and matters of another, or of the city above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from engine import directory, registers
from engine.cases import auditing
from engine.directory import Actor
from tests.builders import BEFORE, NOW, a_centre, a_division, an_actor
from tests.engine.registers.conftest import Counter


@dataclass
class Neighbours:
    """Administrators of one county, a seat of the other, and one who works in both."""

    system: Actor
    security: Actor
    audit: Actor
    seat: Actor
    both: Actor


@pytest.fixture
def neighbours(counter: Counter) -> Neighbours:
    session, city = counter.session, counter.city
    county = a_division(session, "330902", "定海区", "county", city.city)
    centre = a_centre(session, county)
    made = {role: an_actor(session, f"{role}_admin", centre, None, name, f"{role}.330902")
            for role, name in (("system", "区管"), ("security", "区安"), ("audit", "区审"))}
    seat = an_actor(session, "seat", city.centre, None, "高亭坐席", "seat.other")
    both = an_actor(session, "supervisor", city.county_centre, None, "两处", "both")
    assert both.person_id is not None
    directory.add_post(session, both.person_id, "supervisor", centre.id, BEFORE)
    return Neighbours(made["system"], made["security"], made["audit"], seat, both)


def row(counter: Counter, by: Actor, key: str, **cells: str) -> Any:
    sheet = registers.get_sheet(key)
    return registers.save_row(counter.session, by, key, {**dict.fromkeys(sheet.titles, ""), **cells}, NOW)


@pytest.mark.parametrize("who", ["seat.other", "both", "security_admin"])
def test_people_of_elsewhere_are_neither_renamed_nor_ended(
    counter: Counter, neighbours: Neighbours, who: str
) -> None:
    for change in ({"姓名": "改了"}, {"姓名": "高亭坐席", "离任日期": "2026-03-04"}):
        with pytest.raises(registers.RowInvalid) as refused:
            row(counter, neighbours.system, "people", 用户名=who, **change)
        assert "不在您的管辖范围内" in refused.value.fields["用户名"][0]
    row(counter, counter.system, "people", 用户名="seat.other", 姓名="上级可以改")


def test_a_workbook_of_one_county_does_not_reach_the_other(counter: Counter, neighbours: Neighbours) -> None:
    content = registers.write({"people": [counter.person("seat.other", "改了")],
                               "posts": [counter.post("seat.other", "督查员", "330902-centre-0")]})
    kept = registers.submit(counter.session, neighbours.system, "名册.xlsx", content, NOW)
    told = registers.plan_of(counter.session, neighbours.system, kept, NOW)[1].problems
    assert any("不在您的管辖范围内" in one.message for one in told)


@pytest.mark.parametrize("who", ["seat.other", "system_admin"])
def test_nobody_is_appointed_away_from_elsewhere_to_be_taken_over(
    counter: Counter, neighbours: Neighbours, who: str
) -> None:
    centre = neighbours.security.posts[0].organisation_id
    code = directory.get_organisation(counter.session, centre).code
    role = {"seat.other": "坐席", "system_admin": "系统管理员"}[who]
    with pytest.raises(registers.RowInvalid) as refused:
        row(counter, neighbours.security, "posts", 用户名=who, 角色=role, 单位编码=code)
    assert "请由上级任命" in refused.value.fields["用户名"][0]
    with pytest.raises(registers.RowUnknown):
        registers.change_account(counter.session, neighbours.security, who, "reset", "想登录", NOW)


def test_the_account_of_somebody_who_works_in_two_places_is_for_those_above_both(
    counter: Counter, neighbours: Neighbours
) -> None:
    for verb in ("lock", "reset", "log_out"):
        with pytest.raises(registers.PostElsewhere):
            registers.change_account(counter.session, neighbours.security, "both", verb, "想登录", NOW)
    assert registers.change_account(counter.session, counter.security, "both", "reset", "忘了", NOW) is not None


def test_whoever_moved_here_is_taken_on_here(counter: Counter, neighbours: Neighbours) -> None:
    post = directory.list_posts(counter.session, neighbours.seat.person_id or 0, NOW)[0]
    directory.end_post(counter.session, post.id, NOW)
    code = directory.get_organisation(counter.session, neighbours.security.posts[0].organisation_id).code
    row(counter, neighbours.security, "posts", 用户名="seat.other", 角色="坐席", 单位编码=code)
    row(counter, neighbours.system, "people", 用户名="seat.other", 姓名="高亭坐席", 手机="13800001234")


def test_the_work_of_elsewhere_is_not_taken_from_anybody(counter: Counter, neighbours: Neighbours) -> None:
    person = neighbours.seat.person_id or 0
    with pytest.raises(registers.NotYoursToSend):
        registers.release_all(counter.session, neighbours.system, person, NOW)
    with pytest.raises(registers.NotYoursToSend):
        registers.note_absence(counter.session, neighbours.system, person, NOW, None, None, "病", NOW)
    noted = registers.note_absence(counter.session, counter.system, person, NOW, None, None, "病", NOW)
    with pytest.raises(registers.NotYoursToSend):
        registers.end_absence(counter.session, neighbours.system, noted.id, person, NOW)


def test_a_county_does_not_replace_the_list_of_matters(counter: Counter, neighbours: Neighbours) -> None:
    rows = [{**one, "清单版本": "2099-1"} for one in registers.sample_rows(NOW.year)["matters"][:3]]
    content = registers.write({"matters": rows})
    for by, faulty in ((neighbours.system, True), (counter.system, False)):
        kept = registers.submit(counter.session, by, "事项.xlsx", content, NOW)
        told = [one.message for one in registers.plan_of(counter.session, by, kept, NOW)[1].problems]
        assert ("事项清单各地通用，由最上一级的系统管理员更换" in told) is faulty


def test_the_last_administrator_over_a_place_stays_though_there_is_one_below(
    counter: Counter, neighbours: Neighbours
) -> None:
    session = counter.session
    second = an_actor(session, "security_admin", a_centre(session, counter.city.city), None, "安二", "security.2")
    post = directory.list_posts(session, counter.system.person_id or 0, NOW)[0]
    with pytest.raises(registers.LastAdministrator):
        registers.end_post_now(session, second, post.id, NOW)
    with pytest.raises(registers.LastAdministrator):
        registers.change_account(session, second, "system_admin", "lock", "看看", NOW)
    with pytest.raises(registers.RowInvalid) as refused:
        row(counter, counter.system, "people", 用户名="system_admin", 姓名="周管", 离任日期="2026-03-05")
    assert "最后一位" in refused.value.fields["离任日期"][0]
    below = directory.list_posts(session, neighbours.system.person_id or 0, NOW)[0]
    registers.end_post_now(session, second, below.id, NOW)


def test_who_audits_a_county_reads_what_was_done_from_there(counter: Counter, neighbours: Neighbours) -> None:
    known = auditing.labels_below(counter.session, neighbours.audit.posts[0].path)
    assert known is not None and neighbours.system.label in known and neighbours.both.label not in known
    assert counter.system.label not in known
    row(counter, counter.system, "people", 用户名="system.330902", 姓名="改名")
    renamed = auditing.labels_below(counter.session, neighbours.audit.posts[0].path)
    assert renamed is not None and neighbours.system.label in renamed
    assert auditing.labels_below(counter.session, counter.audit.posts[0].path) is None
