"""Organisations and grids of a workbook: what their rows would do."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from engine import deadlines
from engine.cases.scope import unscoped
from engine.directory.models import Post
from engine.registers import known
from engine.registers.planning import Change, Desk, action_of, codes_of
from engine.registers.reading import Row
from engine.registers.sheets import GRID_KINDS, OFFICE, Sheet, owner_words
from engine.registers.sheets import ORGANISATION_KINDS as KINDS
from engine.worklist.models import Task


def plan_organisations(desk: Desk, sheet: Sheet) -> None:
    """What the sheet of organisations would do."""
    rows = desk.unique(sheet)
    held = known.organisations(desk.session, codes_of(rows, "编码"))
    centres = known.centres(desk.session) if rows else {}
    offices = {code: deadlines.office_names(desk.session, desk.divisions[code].path, to_choose=True)
               for code in codes_of(rows, "区划代码") | {one.cells["区划代码"] for one in held.values()}
               if code in desk.divisions}
    for row in desk.walk(rows):
        one = held.get(row.cells["编码"])
        cells = desk.merged(sheet, row, one.cells if one else None)
        may_keep = offices.get(cells["区划代码"]) or deadlines.office_names(desk.session, "")
        cells[OFFICE] = cells[OFFICE] or next(word for word, key in may_keep.items() if key == deadlines.DEFAULT)
        if cells[OFFICE] not in may_keep and not _keeps(one, cells):
            desk.fault(sheet, row, OFFICE, f"「{cells[OFFICE][:30]}」不在可选值内：{'、'.join(may_keep)}")
        _check_organisation(desk, sheet, row, cells, one, centres)
        _keep(desk, sheet, row, cells, one, "停用日期")


def _keeps(one: known.Held | None, cells: Mapping[str, str]) -> bool:
    """Whether a body only goes on with hours that end."""
    return one is not None and cells[OFFICE] == one.cells[OFFICE] and cells["区划代码"] == one.cells["区划代码"]


def _check_organisation(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], one: known.Held | None,
                        centres: dict[str, str]) -> None:
    desk.require_division(sheet, row, cells["区划代码"])
    desk.require_interval(sheet, row, cells, "启用日期", "停用日期")
    desk.require_fixed(sheet, row, cells, one.cells if one else None)
    kind = KINDS.get(cells["种类"])
    words = owner_words(kind or "department")
    if kind and cells["承办类别"] and cells["承办类别"] not in words:
        desk.fault(sheet, row, "承办类别", f"{cells['种类']}的承办类别应为：{'、'.join(words)}")
    if kind == "centre":
        other = centres.setdefault(cells["区划代码"], cells["编码"])
        if other != cells["编码"]:
            desk.fault(sheet, row, "种类", f"这个区划已有中心（{other}），一个区划只设一个")
        if cells["停用日期"]:
            desk.fault(sheet, row, "停用日期", "中心不能停用，可以改名")
    if one and cells["停用日期"] and cells["停用日期"] != one.cells["停用日期"]:
        _require_unused(desk, sheet, row, cells, one)


def _require_unused(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], one: known.Held) -> None:
    """An organisation ends when nothing waits in it and nobody sits in it any more."""
    with unscoped(desk.session):
        tasks = desk.session.scalar(sa.select(sa.func.count()).select_from(Task).where(
            Task.organisation_id == one.id, Task.closed_at.is_(None)))
    if tasks:
        desk.fault(sheet, row, "停用日期", f"还有 {tasks} 件任务没有办完")
    _require_nobody(desk, sheet, row, cells, Post.organisation_id == one.id)


def plan_grids(desk: Desk, sheet: Sheet) -> None:
    """What the sheet of grids would do. Source: GB 5 (a code of its own), requirement B7 (never used again)."""
    rows = desk.unique(sheet)
    held = known.grids(desk.session, codes_of(rows, "编码"))
    for row in desk.walk(rows):
        one = held.get(row.cells["编码"])
        cells = desk.merged(sheet, row, one.cells if one else None)
        cells["类型"] = cells["类型"] or next(iter(GRID_KINDS))
        cells["层级"] = cells["层级"] or "1"
        if not cells["启用日期"]:
            cells["启用日期"] = one.cells["启用日期"] if one else desk.today
        _check_grid(desk, sheet, row, cells, one)
        _keep(desk, sheet, row, cells, one, "停用日期")


def _check_grid(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], one: known.Held | None) -> None:
    desk.require_division(sheet, row, cells["区划代码"])
    desk.require_interval(sheet, row, cells, "启用日期", "停用日期")
    desk.require_fixed(sheet, row, cells, one.cells if one else None)
    if not cells["编码"].startswith(cells["区划代码"]) or cells["编码"] == cells["区划代码"]:
        desk.fault(sheet, row, "编码", "应为区划代码加序号")
    if cells["层级"] not in ("1", "2", "3"):
        desk.fault(sheet, row, "层级", "应为 1、2 或 3")
    if one and one.cells["停用日期"] and one.cells["停用日期"] < desk.today and cells != one.cells:
        desk.fault(sheet, row, "编码", f"这个编码已于 {one.cells['停用日期']} 停用，不再使用")
    elif one and cells["停用日期"] and cells["停用日期"] != one.cells["停用日期"]:
        _require_nobody(desk, sheet, row, cells, Post.grid_id == one.id)


def _require_nobody(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str],
                    here: sa.ColumnElement[bool]) -> None:
    day = cells["停用日期"]
    staying = [post.person.name for post in desk.session.scalars(sa.select(Post).where(here))
               if (not post.valid_to or known.last_day(post.valid_to) > day)
               and not ("" < desk.ending_posts.get(post.id, "") <= day)]
    if staying:
        more = f"等 {len(staying)} 人" if len(staying) > 3 else ""
        desk.fault(sheet, row, "停用日期", f"{'、'.join(staying[:3])}{more}在那之后仍有岗位，请先结束")


def _keep(desk: Desk, sheet: Sheet, row: Row, cells: Mapping[str, str], one: known.Held | None, ends: str) -> None:
    differences = desk.differ(sheet, cells, one.cells if one else None)
    subject = f"{cells['编码']} {cells['名称']}"
    desk.keep(Change(sheet.key, row.line, action_of(one, differences, ends), subject, cells, differences,
                     one.id if one else None), cells["编码"])
