"""The list of matters in a workbook: a version of the whole list, compared with what is admitted now."""

from __future__ import annotations

from engine import matters
from engine.registers.planning import Action, Change, Desk, Difference
from engine.registers.reading import Problem
from engine.registers.sheets import Sheet

VERSION = "清单版本"


def plan_matters(desk: Desk, sheet: Sheet) -> None:
    """What the sheet of matters would do: a list is whole, so what it no longer names leaves it (C1, C7)."""
    rows = desk.rows.get(sheet.key, ())
    if not rows:
        return
    found, problems = matters.parse_rows((row.line, row.cells) for row in rows)
    told = {(one.line, one.column) for one in desk.problems if one.sheet == sheet.key}
    desk.problems += [Problem(sheet.key, *one) for one in problems if (one.line, one.column) not in told]
    version = matters.version_of([row.cells for row in rows])
    for row in desk.walk(rows):
        if row.cells[VERSION] != version and (not row.cells["准入截止"] or row.cells["准入截止"] >= desk.today):
            desk.fault(sheet, row, VERSION, f"全表应是同一个版本「{version}」；只有已退出的事项可以留着原来的")
    if not any(one.sheet == sheet.key for one in desk.problems):
        _compare(desk, sheet, found, [row.line for row in rows], version)
    if "." in desk.top and any(one.action != "same" for one in desk.planned.get(sheet.key, {}).values()):
        desk.fault(sheet, rows[0], VERSION, "事项清单各地通用，由最上一级的系统管理员更换")


def _compare(desk: Desk, sheet: Sheet, found: list[matters.MatterRow], lines: list[int], version: str) -> None:
    known = {one.code: matters.cells_of(matters.row_of(one)) for one in matters.list_all(desk.session)}
    cells = [matters.cells_of(row) for row in found]
    kept = matters.find_version(desk.session, version)
    if kept is not None and kept.rows != cells:
        desk.problems.append(Problem(
            sheet.key, lines[0], VERSION, f"版本「{version}」已经载入过，内容却不一样；请改版本号"))
        return
    if kept is None:
        desk.keep(Change(sheet.key, 1, "add", f"{VERSION} {version}", {VERSION: version}), VERSION)
    for line, row in zip(lines, cells, strict=True):
        before = known.get(row["编码"])
        differences = tuple(Difference(title, before[title], row[title]) for title in sheet.titles
                            if before and title != VERSION and before[title] != row[title])
        action: Action = "add" if before is None else "change" if differences and kept is None else "same"
        desk.keep(Change(sheet.key, line, action, f"{row['编码']} {row['名称']}", row, differences), row["编码"])
    named = {row["编码"] for row in cells}
    for one in matters.list_admitted(desk.session, desk.at):
        if one.code not in named and kept is None:
            desk.keep(Change(sheet.key, 0, "end", f"{one.code} {one.name}", {"编码": one.code}), one.code)
