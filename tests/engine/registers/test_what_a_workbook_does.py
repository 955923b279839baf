"""People, posts, bodies and grids of a workbook: added, changed, ended, and everything that stands in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from engine import audit, directory, registers
from engine.audit.models import HouseEntry
from engine.directory.models import Account, Grid, Organisation, Person, Post
from tests.builders import NOW, a_person, an_account, an_actor
from tests.engine.registers.conftest import TODAY, Counter


def test_a_workbook_is_there_for_administrators_above_and_below_it_alone(counter: Counter) -> None:
    session, city = counter.session, counter.city
    beside = an_actor(session, "security_admin", city.centre, None, "镇安", "security-own")
    elsewhere = an_actor(session, "security_admin", city.other_centre, None, "外安", "security-other")
    ours = an_actor(session, "system_admin", city.centre, None, "镇管", "system-own")
    kept = registers.submit(session, ours, "名册.xlsx", registers.write({"people": [counter.person()]}), NOW)
    for reader in (ours, beside, counter.security, counter.audit):
        assert registers.get_import(session, reader, kept.id) is kept
        assert [one.id for one in registers.list_imports(session, reader)] == [kept.id]
    assert registers.list_imports(session, elsewhere) == []
    with pytest.raises(registers.ImportUnknown):
        registers.get_import(session, elsewhere, kept.id)
    with pytest.raises(registers.ImportUnknown):
        registers.fetch_passwords(session, elsewhere, kept.id, NOW)
    with pytest.raises(registers.ImportUnknown):
        registers.withdraw(session, elsewhere, kept.id, NOW)


def test_first_passwords_of_a_workbook_from_above_are_not_fetched_below(counter: Counter) -> None:
    kept = counter.hand_in(people=[counter.person()], posts=[counter.post()])
    below = an_actor(counter.session, "security_admin", counter.city.centre, None, "镇安", "security-below")
    with pytest.raises(registers.PasswordsNotYours):
        registers.fetch_passwords(counter.session, below, kept.id, NOW)
    assert registers.fetch_passwords(counter.session, counter.security, kept.id, NOW)


def test_a_new_seat_logs_in_and_holds_the_post(counter: Counter) -> None:
    kept = counter.hand_in(people=[counter.person(手机="13800000001")], posts=[counter.post(到岗日期=TODAY)])
    (first,) = registers.fetch_passwords(counter.session, counter.security, kept.id, NOW)
    opened = directory.log_in(counter.session, "li", first.password, "127.0.0.1", "browser", NOW)
    known = directory.find_known(counter.session, opened.secret, "browser", NOW)
    assert known is not None and known.actor.must_change and known.actor.roles == {"seat"}
    with pytest.raises(registers.PasswordsFetched):
        registers.fetch_passwords(counter.session, counter.security, kept.id, NOW)


def test_the_same_workbook_again_does_nothing(counter: Counter) -> None:
    rows: dict[str, Any] = {"organisations": [body(counter)], "people": [counter.person()],
            "posts": [counter.post(), counter.post("li", "承办人", "330921100-fire", 到岗日期="2026-01-01")]}
    counter.hand_in(**rows)
    before = counter.session.scalar(select(func.count()).select_from(HouseEntry))
    assert {action for _, action in counter.does(**rows)} == {"same"}
    assert counter.session.scalar(select(func.count()).select_from(HouseEntry)) == before


def body(counter: Counter, code: str = "330921100-fire", **more: str) -> dict[str, str]:
    return {"编码": code, "名称": "高亭镇消防站", "种类": "部门", "承办类别": "消防救援",
            "区划代码": counter.city.township.code, **more}


def grid(counter: Counter, number: str = "009", **more: str) -> dict[str, str]:
    community = counter.city.community.code
    return {"编码": community + number, "名称": "竹屿社区九网格", "区划代码": community, **more}


def test_rows_refer_to_rows_of_the_same_workbook(counter: Counter) -> None:
    centre = counter.city.community_centre.code
    assert counter.does(
        organisations=[body(counter)], grids=[grid(counter)], people=[counter.person(), counter.person("wang", "王五")],
        posts=[counter.post("li", "承办人", "330921100-fire"),
               counter.post("wang", "网格员", centre, 网格编码=counter.city.community.code + "009")]) == [
        ("organisations", "add"), ("grids", "add"), ("people", "add"), ("people", "add"), ("posts", "add"),
        ("posts", "add")]


def test_an_empty_cell_leaves_what_is_there(counter: Counter) -> None:
    counter.hand_in(people=[counter.person(手机="13800000001", 邮箱="li@example.cn")])
    counter.hand_in(people=[counter.person(手机="13800000002")])
    person = counter.session.scalars(select(Person).join(Account).where(Account.username == "li")).one()
    assert (person.phone, person.email) == ("13800000002", "li@example.cn")


def test_ending_keeps_the_row_and_its_dates(counter: Counter) -> None:
    counter.hand_in(organisations=[body(counter)], people=[counter.person()],
                    posts=[counter.post("li", "承办人", "330921100-fire", 到岗日期="2026-01-01")])
    kept = counter.hand_in(organisations=[body(counter, 停用日期="2026-03-31")],
                           posts=[counter.post("li", "承办人", "330921100-fire", 离岗日期="2026-03-31")])
    assert kept.state == "applied" and kept.counts["organisations"]["end"] == kept.counts["posts"]["end"] == 1
    post = counter.session.scalars(select(Post).join(Account, Account.person_id == Post.person_id).where(
        Account.username == "li")).one()
    assert registers.first_day(post.valid_from) == "2026-01-01" and registers.last_day(post.valid_to) == "2026-03-31"


def test_who_leaves_ends_every_post_and_logs_in_no_more(counter: Counter) -> None:
    kept = counter.hand_in(people=[counter.person()], posts=[counter.post()])
    (first,) = registers.fetch_passwords(counter.session, counter.system, kept.id, NOW)
    opened = directory.log_in(counter.session, "li", first.password, "127.0.0.1", "browser", NOW)
    counter.hand_in(people=[counter.person(离任日期=TODAY)])
    tomorrow = NOW + timedelta(days=1)
    assert directory.find_known(counter.session, opened.secret, "browser", NOW) is not None, "the last day counts"
    assert directory.find_known(counter.session, opened.secret, "browser", tomorrow) is None
    with pytest.raises(directory.WrongCredentials):
        directory.log_in(counter.session, "li", first.password, "127.0.0.1", "browser", tomorrow)
    known = directory.find_known(counter.session, opened.secret, "browser", NOW)
    assert known is not None and known.actor.person_id is not None
    assert directory.list_posts(counter.session, known.actor.person_id, NOW) != []
    assert directory.list_posts(counter.session, known.actor.person_id, tomorrow) == []


FAULTS = {
    "a post that ends before it begins": (
        "posts", {"到岗日期": "2026-03-04", "离岗日期": "2026-03-03"}, "离岗日期"),
    "a role that does not sit there": ("posts", {"角色": "承办人"}, "角色"),
    "a grid worker without a grid": ("posts", {"角色": "网格员"}, "网格编码"),
    "a seat with a grid": ("posts", {"网格编码": "330921100001001"}, "网格编码"),
    "an organisation that is not there": ("posts", {"单位编码": "nowhere"}, "单位编码"),
    "somebody who is not there": ("posts", {"用户名": "nobody"}, "用户名"),
    "a phone of somebody else": ("people", {"手机": "13800000000"}, "手机"),
    "a name that cannot log in": ("people", {"用户名": "l"}, "用户名"),
    "a division that is not there": ("organisations", {"区划代码": "999999"}, "区划代码"),
    "a second centre": ("organisations", {"种类": "中心", "承办类别": "网格中心"}, "种类"),
    "a kind that answers for nothing like it": ("organisations", {"种类": "平台"}, "承办类别"),
    "a grid of another community": ("grids", {"编码": "330921100002001"}, "编码"),
    "a fourth tier": ("grids", {"层级": "4"}, "层级"),
    "an end before its beginning": ("grids", {"启用日期": "2026-03-04", "停用日期": "2026-01-01"}, "停用日期"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_sheet_row_and_column(counter: Counter, name: str) -> None:
    sheet, changed, column = FAULTS[name]
    rows = {"organisations": body(counter), "grids": grid(counter), "people": counter.person(), "posts": counter.post()}
    given = {key: [{**row, **changed}] if key == sheet else [row] for key, row in rows.items()
             if key in (sheet, "people") and not (key == "people" and sheet in ("organisations", "grids"))}
    assert (sheet, 2, column) in counter.faults(**given)


def test_two_rows_with_one_phone_or_one_identity(counter: Counter) -> None:
    people = [counter.person(手机="13800000009"), counter.person("wang", "王五", 手机="13800000009"), counter.person()]
    assert counter.faults(people=people) == [("people", 3, "手机"), ("people", 4, "用户名")]


@pytest.mark.cites("B7")
def test_a_code_that_ended_is_never_used_again(counter: Counter) -> None:
    counter.hand_in(grids=[grid(counter, 启用日期="2026-01-01")])
    made = counter.session.scalars(select(Grid).where(Grid.code.endswith("009"))).one()
    made.valid_to = NOW - timedelta(days=2)
    counter.session.flush()
    assert counter.faults(grids=[grid(counter, 名称="又一个")]) == [("grids", 2, "编码")]


def test_a_body_with_people_does_not_end(counter: Counter) -> None:
    department = counter.city.department
    row = {"编码": department.code, "名称": department.name, "种类": "部门", "承办类别": "综合执法",
           "区划代码": department.division_code, "停用日期": TODAY}
    assert counter.faults(organisations=[row]) == [("organisations", 2, "停用日期")]


def test_a_grid_with_its_worker_does_not_end(counter: Counter) -> None:
    held = counter.city.grid
    row = {"编码": held.code, "名称": held.name, "区划代码": held.division_code, "停用日期": TODAY}
    assert counter.faults(grids=[row]) == [("grids", 2, "停用日期")]


def test_the_last_of_three_administrators_does_not_go(counter: Counter) -> None:
    centre = counter.session.get_one(Organisation, counter.system.posts[0].organisation_id).code
    kinds = {"系统管理员": "system_admin", "安全管理员": "security_admin", "审计管理员": "audit_admin"}
    for role, username in kinds.items():
        last = counter.post(username, role, centre, 离岗日期=TODAY)
        assert counter.faults(posts=[last]) == [("posts", 2, "离岗日期")]
        assert ("people", 2, "离任日期") in counter.faults(people=[counter.person(username, "管理员", 离任日期=TODAY)])
    with pytest.raises(registers.LastAdministrator):
        post = counter.session.scalars(select(Post).where(Post.role == "system_admin")).one()
        registers.end_post_now(counter.session, counter.security, post.id, NOW)
    with pytest.raises(registers.LastAdministrator):
        own = counter.session.scalars(select(Post).where(Post.role == "security_admin")).one()
        registers.end_post_now(counter.session, counter.security, own.id, NOW)
    with pytest.raises(registers.LastAdministrator):
        registers.change_account(counter.session, counter.security, "audit_admin", "lock", "交接核查", NOW)


def test_with_a_successor_the_first_may_go(counter: Counter) -> None:
    centre = counter.session.get_one(Organisation, counter.system.posts[0].organisation_id).code
    counter.hand_in(people=[counter.person()], posts=[counter.post("li", "系统管理员", centre)])
    post = counter.session.scalars(select(Post).where(
        Post.role == "system_admin", Post.person_id == counter.system.person_id)).one()
    assert registers.end_post_now(counter.session, counter.security, post.id, NOW) == "system_admin"


def test_a_grid_that_nobody_holds_is_listed(counter: Counter) -> None:
    counter.hand_in(grids=[grid(counter, 启用日期="2026-01-01")])
    vacant = registers.list_grids(counter.session, "3309", NOW, state="vacant")
    assert [one.code for one, names in vacant.items if not names] == [counter.city.community.code + "009"]
    everything = registers.list_grids(counter.session, "3309", NOW)
    assert (vacant.total, everything.total) == (1, 2)


def test_people_are_found_by_name_phone_role_and_place(counter: Counter) -> None:
    counter.hand_in(people=[counter.person(手机="13800000077")], posts=[counter.post()])

    def found(**asked: str) -> set[str]:
        top = asked.pop("top", "3309")
        return {one.account.username for one in registers.list_people(counter.session, top, NOW, **asked).items}

    assert found(text="李四") == found(text="0000077") == {"li"}
    assert found(role="seat", top="3309.330921.330921100") == {"li", "dispatcher"}
    assert found(role="seat", top="4206") == {"intruder"}
    assert "intruder" not in found(state="all") and found(text="%") == set()


@pytest.mark.parametrize("key", ["people", "organisations", "grids"])
def test_a_long_register_is_read_page_by_page(counter: Counter, key: str) -> None:
    title = {"people": "用户名"}.get(key, "编码")
    given = {"people": [counter.person(f"u{n:03d}") for n in range(120)],
             "organisations": [body(counter, f"330921100-u{n:03d}") for n in range(120)],
             "grids": [grid(counter, f"{n:03d}") for n in range(100, 220)]}[key]
    chosen: dict[str, Any] = {key: given}
    counter.hand_in(**chosen)
    asked: dict[str, Any] = {"people": registers.list_people, "organisations": registers.list_organisations,
                             "grids": registers.list_grids}
    seen, after = [], ""
    while True:
        page = asked[key](counter.session, "3309", NOW, after=after)
        seen += [getattr(one, "code", None) or getattr(getattr(one, "account", None), "username", None) or one[0].code
                 for one in page.items]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == page.total and seen == sorted(seen)
    assert {row[title] for row in given} <= set(seen)


@pytest.mark.parametrize("second", ["安全管理员", "督查员"])
def test_no_administrator_holds_a_second_post(counter: Counter, second: str) -> None:
    centre = counter.session.get_one(Organisation, counter.system.posts[0].organisation_id).code
    assert ("posts", 2, "角色") in counter.faults(posts=[counter.post("system_admin", second, centre)])
    both = [counter.post("li", "系统管理员", centre), counter.post("li", second, centre)]
    assert {line for _, line, _ in counter.faults(people=[counter.person()], posts=both)} == {2, 3}


def test_nothing_is_half_written(counter: Counter) -> None:
    rows = {"people": [counter.person()], "posts": [counter.post(), counter.post("nobody")]}
    kept = registers.submit(counter.session, counter.system, "名册.xlsx", registers.write(rows), NOW)
    plan = registers.plan_of(counter.session, counter.system, kept, NOW)[1]
    with pytest.raises(registers.ImportFaulty):
        registers.confirm(counter.session, counter.system, kept.id, plan.digest, NOW)
    assert counter.session.scalars(select(Account).where(Account.username == "li")).first() is None


def test_both_administrators_confirm_before_anything_is_written(counter: Counter) -> None:
    content = registers.write({"people": [counter.person()], "posts": [counter.post()]})
    kept = registers.submit(counter.session, counter.system, "名册.xlsx", content, NOW)
    plan = registers.plan_of(counter.session, counter.system, kept, NOW)[1]
    registers.confirm(counter.session, counter.system, kept.id, plan.digest, NOW)
    assert kept.state == "waiting" and kept.confirmed["security_admin"] is None
    assert counter.session.scalars(select(Account).where(Account.username == "li")).first() is None
    registers.confirm(counter.session, counter.security, kept.id, plan.digest, NOW)
    assert kept.state == "applied" and kept.content is None


@pytest.mark.parametrize("role", ["audit", "dispatcher"])
def test_nobody_else_hands_in_or_confirms(counter: Counter, role: str) -> None:
    actor = counter.audit if role == "audit" else counter.city.dispatcher
    content = registers.write({"people": [counter.person()]})
    with pytest.raises(registers.NotYoursToConfirm):
        registers.submit(counter.session, actor, "名册.xlsx", content, NOW)
    kept = registers.submit(counter.session, counter.system, "名册.xlsx", content, NOW)
    with pytest.raises(registers.NotYoursToConfirm):
        registers.confirm(counter.session, actor, kept.id, kept.digest, NOW)


def test_what_changed_since_the_preview_is_shown_again(counter: Counter) -> None:
    content = registers.write({"people": [counter.person()]})
    kept = registers.submit(counter.session, counter.system, "名册.xlsx", content, NOW)
    an_account(counter.session, a_person(counter.session, "李四"), "li")
    with pytest.raises(registers.PlanChanged):
        registers.confirm(counter.session, counter.system, kept.id, kept.digest, NOW)


def test_a_workbook_taken_back_is_over(counter: Counter) -> None:
    content = registers.write({"people": [counter.person()]})
    kept = registers.submit(counter.session, counter.system, "名册.xlsx", content, NOW)
    registers.withdraw(counter.session, counter.system, kept.id, NOW)
    assert kept.content is None
    with pytest.raises(registers.ImportOver):
        registers.confirm(counter.session, counter.system, kept.id, kept.digest, NOW)


def test_the_record_seals_every_change_and_knows_no_phone(counter: Counter) -> None:
    counter.hand_in(people=[counter.person(手机="13800000001")], posts=[counter.post()])
    counter.hand_in(people=[counter.person(手机="13800000002")])
    entries = counter.session.scalars(select(HouseEntry).order_by(HouseEntry.seq)).all()
    assert audit.broken_house(entries) == []
    assert [(one.verb, one.kind) for one in entries] == [
        ("added", "people"), ("added", "posts"), ("changed", "people")]
    assert "1380000" not in str([one.facts for one in entries])
    assert audit.check_house(counter.session) == (3, [])
    entries[1].actor = "somebody else"
    assert audit.broken_house(entries) != []


def test_the_sample_of_daishan_fits_its_place(counter: Counter) -> None:
    rows = registers.sample_rows(NOW.year)
    assert (len(rows["people"]), len(rows["grids"])) == (325, 88)
    assert len({row["手机"] for row in rows["people"]}) == 325
    assert registers.read_workbook(registers.sample(NOW)).problems == []


@pytest.mark.parametrize("year", [2024, 2026, 2031])
def test_the_sample_is_of_the_year_in_which_it_is_asked_for(year: int) -> None:
    rows = registers.sample_rows(year)
    assert {row["到岗日期"] for row in rows["posts"]} == {f"{year}-01-01"} == {row["启用日期"] for row in rows["grids"]}
    assert {(row["开始"], row["结束"]) for row in rows["duties"]} == {
        (f"{one}-01-01 00:00", f"{one + 1}-01-01 00:00") for one in (year, year + 1)}
    eve = datetime(year, 12, 31, 20, tzinfo=UTC)  # the year after, on the office's clock
    first = CalamineWorkbook.from_filelike(BytesIO(registers.sample(eve))).get_sheet_by_name("岗位").to_python()[1]
    assert first[4] == f"{year + 1}-01-01"
