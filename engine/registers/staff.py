"""People and posts of a workbook: what their rows would do, and who may not be missing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from engine.directory.models import ADMINISTRATORS, Post
from engine.registers import known, reach
from engine.registers.planning import Change, Desk, action_of, codes_of
from engine.registers.reading import Row
from engine.registers.sheets import POST_IDENTITY, Sheet, roles

_USERNAME = re.compile(r"[\w.\-]{2,40}")
_FOREVER = "9999"


def plan_people(desk: Desk, sheet: Sheet) -> None:
    """What the sheet of people would do."""
    rows = desk.unique(sheet)
    held = known.people(desk.session, codes_of(rows, "用户名"))
    taken = known.phones(desk.session, codes_of(rows, "手机"))
    beyond = reach.beyond(desk.session, [one.id for one in held.values()], desk.top, desk.at)
    seen: dict[str, int] = {}
    for row in desk.walk(rows):
        one = held.get(row.cells["用户名"])
        cells = desk.merged(sheet, row, one.cells if one else None)
        _check_person(desk, sheet, row, cells, one)
        _check_phone(desk, sheet, row, cells, taken, seen)
        differences = desk.differ(sheet, cells, one.cells if one else None)
        if one and one.id in beyond and differences:
            desk.fault(sheet, row, "用户名", f"「{beyond[one.id]}」不在您的管辖范围内")
        desk.keep(Change(sheet.key, row.line, action_of(one, differences, "离任日期"),
                         f"{cells['用户名']} {cells['姓名']}", cells, differences, one.id if one else None),
                  cells["用户名"])


def _check_person(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], one: known.Held | None) -> None:
    if not _USERNAME.fullmatch(cells["用户名"]):
        desk.fault(sheet, row, "用户名", "2 至 40 个字、字母、数字或 . _ -")
    if one is None and cells["离任日期"] and cells["离任日期"] < desk.today:
        desk.fault(sheet, row, "离任日期", "新人的离任日期已过")
    if one and cells["离任日期"] and cells["离任日期"] != one.cells["离任日期"]:
        posts = known.posts(desk.session, [one.id])
        for role in ADMINISTRATORS:
            if any(post.role == role for post in posts):
                _require_somebody(desk, sheet, row, "离任日期", role, posts, cells["离任日期"])


def _check_phone(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], taken: Mapping[str, str],
                 seen: dict[str, int]) -> None:
    phone = cells["手机"]
    if not phone or cells["离任日期"]:
        return
    line = seen.setdefault(phone, row.line)
    if line != row.line:
        desk.fault(sheet, row, "手机", f"与第 {line} 行的手机相同；一人一号")
    elif taken.get(phone, cells["用户名"]) != cells["用户名"]:
        desk.fault(sheet, row, "手机", f"与 {taken[phone]} 的手机相同；一人一号")


def plan_posts(desk: Desk, sheet: Sheet) -> None:
    """What the sheet of posts would do. Source: GB 7.2 (a right for each level), GB 6.2.3 (a worker for each grid)."""
    rows = desk.unique(sheet)
    people = known.people(desk.session, codes_of(rows, "用户名"))
    places = known.organisations(desk.session, codes_of(rows, "单位编码"))
    grids = known.grids(desk.session, codes_of(rows, "网格编码"))
    held = defaultdict(list)
    for post in known.posts(desk.session, [one.id for one in people.values()]):
        held[post.person_id].append(post)
    beyond = reach.beyond(desk.session, [one.id for one in people.values()], desk.top, desk.at, past=False)
    asked = partial(_check_post, desk, sheet, places=places, grids=grids)
    for row in desk.walk(rows):
        person = people.get(row.cells["用户名"])
        cells = dict(row.cells)
        one = _same_post(cells, [known.Held(post.id, known.post_cells(post, cells["用户名"]))
                                 for post in (held[person.id] if person else [])], desk.today)
        cells["到岗日期"] = cells["到岗日期"] or (one.cells["到岗日期"] if one else desk.today)
        if one and not desk.whole:
            cells["离岗日期"] = cells["离岗日期"] or one.cells["离岗日期"]
        _check_whose(desk, sheet, row, desk.cells_after("people", cells["用户名"], people))
        if one is None and person and person.id in beyond:
            desk.fault(sheet, row, "用户名", f"在「{beyond[person.id]}」还有岗位，请由上级任命")
        asked(row, cells, one)
        differences = desk.differ(sheet, cells, one.cells if one else None)
        desk.keep(Change(sheet.key, row.line, action_of(one, differences, "离岗日期"),
                         " ".join(cells[title] for title in POST_IDENTITY if cells[title]), cells, differences,
                         one.id if one else None), "|".join(cells[title] for title in POST_IDENTITY))
    _check_exclusion(desk, sheet, rows, people, held)


def _same_post(cells: Mapping[str, str], held: list[known.Held], today: str) -> known.Held | None:
    """The post that a row speaks of: the same role in the same place, held in the days that the row names."""
    same = [one for one in held if all(one.cells[title] == cells[title] for title in POST_IDENTITY)]
    since, until = cells["到岗日期"], cells["离岗日期"]
    if since:
        fitting = [one for one in same if one.cells["到岗日期"] <= (until or _FOREVER)
                   and since <= (one.cells["离岗日期"] or _FOREVER)]
        return next((one for one in fitting if one.cells["到岗日期"] == since), next(reversed(fitting), None))
    running = [one for one in same if one.cells["离岗日期"] in ("", until) or one.cells["离岗日期"] >= today]
    return next(reversed(running), None)


def _check_whose(desk: Desk, sheet: Sheet, row: Row, person: Mapping[str, str] | None) -> None:
    username = row.cells["用户名"]
    if not username:
        return
    if person is None:
        desk.fault(sheet, row, "用户名", f"没有用户名为「{username}」的人，请先写进「人员」表")
    elif person["离任日期"] and (row.cells["离岗日期"] or _FOREVER) > person["离任日期"]:
        desk.fault(sheet, row, "用户名", f"{person['姓名']}于 {person['离任日期']} 离任")


def _check_post(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], one: known.Held | None, *,
                places: Mapping[str, known.Held], grids: Mapping[str, known.Held]) -> None:
    desk.require_interval(sheet, row, cells, "到岗日期", "离岗日期")
    if one and one.cells["到岗日期"] != cells["到岗日期"]:
        desk.fault(sheet, row, "到岗日期", f"已在岗，自 {one.cells['到岗日期']} 起，到岗日期不能改")
    place = desk.cells_after("organisations", cells["单位编码"], places)
    if place is None:
        if cells["单位编码"]:
            desk.fault(sheet, row, "单位编码", f"没有编码为「{cells['单位编码']}」的单位")
        return
    _check_place(desk, sheet, row, cells, place)
    _check_grid(desk, sheet, row, cells, place, desk.cells_after("grids", cells["网格编码"], grids))
    role = roles().get(cells["角色"], "")
    if one and role in ADMINISTRATORS and cells["离岗日期"] != one.cells["离岗日期"] and cells["离岗日期"]:
        _require_somebody(desk, sheet, row, "离岗日期", role, [desk.session.get_one(Post, one.id)],
                          cells["离岗日期"])


def _check_place(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], place: Mapping[str, str]) -> None:
    if place["区划代码"] in desk.divisions and not desk.is_within(place["区划代码"]):
        desk.fault(sheet, row, "单位编码", f"「{place['名称']}」不在您的管辖范围内")
    in_centre = place["种类"] == "中心"
    if cells["角色"] == "承办人" and in_centre:
        desk.fault(sheet, row, "角色", "承办人在部门、平台或承包单位，中心里是坐席")
    elif cells["角色"] not in ("承办人", "") and not in_centre:
        desk.fault(sheet, row, "角色", f"{cells['角色']}应在中心，「{place['名称']}」是{place['种类']}")
    if place["停用日期"] and (cells["离岗日期"] or _FOREVER) > place["停用日期"]:
        desk.fault(sheet, row, "单位编码", f"「{place['名称']}」于 {place['停用日期']} 停用")


def _check_grid(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], place: Mapping[str, str],
                grid: Mapping[str, str] | None) -> None:
    is_worker = cells["角色"] == "网格员"
    if not is_worker and cells["网格编码"]:
        desk.fault(sheet, row, "网格编码", "只有网格员填网格")
    elif is_worker and not cells["网格编码"]:
        desk.fault(sheet, row, "网格编码", "网格员要写明网格")
    elif is_worker and grid is None:
        desk.fault(sheet, row, "网格编码", f"没有编码为「{cells['网格编码']}」的网格")
    elif grid is not None and not grid["区划代码"].startswith(place["区划代码"]):
        desk.fault(sheet, row, "网格编码", f"网格不在「{place['名称']}」的区划里")
    elif grid is not None and grid["停用日期"] and (cells["离岗日期"] or _FOREVER) > grid["停用日期"]:
        desk.fault(sheet, row, "网格编码", f"网格于 {grid['停用日期']} 停用")


def _require_somebody(desk: Desk, sheet: Sheet, row: Row, column: str, role: str, leaving: Sequence[Post],
                      day: str) -> None:
    """The last of an administrator's kind does not go: after that day somebody must hold the role there or above."""
    gone = [post.id for post in leaving]
    others = [post for post in desk.session.scalars(sa.select(Post).where(Post.role == role, Post.id.not_in(gone)))
              if (known.last_day(post.valid_to) or _FOREVER) > day and post.person.left_at is None]
    if not all(any(_is_over(other, post) for other in others) for post in leaving if post.role == role):
        name = next(word for word, one in roles().items() if one == role)
        desk.fault(sheet, row, column, f"这是最后一位{name}，不能结束；请先任命另一位")


def _is_over(one: Post, other: Post) -> bool:
    """Whether a post lies in the division of another or above it."""
    return f"{other.organisation.division.path}.".startswith(f"{one.organisation.division.path}.")


def _check_exclusion(desk: Desk, sheet: Sheet, rows: Sequence[Row], people: Mapping[str, known.Held],
                     held: Mapping[int, Sequence[Post]]) -> None:
    """The three administrators exclude one another, and any post of the office beside."""
    planned = desk.planned.get(sheet.key, {}).values()
    changed = {change.id for change in planned}
    by_name: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for change in planned:
        by_name[change.cells["用户名"]].append(change.cells)
    for username in by_name:
        for post in held[people[username].id] if username in people else ():
            if post.id not in changed:
                by_name[username].append(known.post_cells(post, username))
    for row in rows:
        mine = desk.planned.get(sheet.key, {}).get("|".join(row.cells[title] for title in POST_IDENTITY))
        if mine and any(_clash(mine.cells, other) for other in by_name[row.cells["用户名"]]):
            desk.fault(sheet, row, "角色", "系统、安全、审计三位管理员不得由同一人兼任，也不得兼任业务岗位")


def _clash(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    kinds = {roles().get(one["角色"], ""), roles().get(other["角色"], "")}
    if len(kinds) < 2 or not kinds & set(ADMINISTRATORS):
        return False
    return one["到岗日期"] <= (other["离岗日期"] or _FOREVER) and other["到岗日期"] <= (one["离岗日期"] or _FOREVER)
