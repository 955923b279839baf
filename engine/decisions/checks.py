"""What a table must be like before it is published: everything that would answer wrongly or never."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.decisions.lookup import key_of, numbers_of
from engine.decisions.reading import AGGREGATIONS, HIT_POLICIES, Findings
from engine.decisions.sheet import Column, TableInfo
from engine.decisions.table import Input, Output, Table
from engine.expressions import ExpressionFailed, Unary, problem_of_name
from engine.expressions.unary import kind_of

_KINDS = {"string": "string", "boolean": "boolean", "date": "date", "datetime": "date and time",
          "date and time": "date and time", "number": "number", "integer": "number", "long": "number",
          "double": "number", "float": "number"}
_ORDERING = ("PRIORITY", "OUTPUT ORDER")
MOST_ROWS_COMPARED = 1_000
MOST_WARNINGS = 20


def check_shape(sheet: TableInfo, findings: Findings) -> bool:
    """Check columns, rows and hit policy; True when the cells can be read."""
    before = len(findings.errors)
    _check_policy(sheet, findings)
    _check_outputs(sheet, findings)
    for column in sheet.inputs:
        if not column.text:
            findings.add(column.id, "input_unreadable",
                         f"输入列「{column.title}」没有写要问什么，请填数据的名称")
    if not sheet.rows:
        findings.add(sheet.id, "rules_missing", "表里一行也没有")
    width = len(sheet.inputs), len(sheet.outputs)
    for row in sheet.rows:
        if (len(row.inputs), len(row.outputs)) != width:
            findings.add(row.id, "row_width", f"第 {row.number} 行的格子数与列数不一致")
    return len(findings.errors) == before


def _check_policy(sheet: TableInfo, findings: Findings) -> None:
    if sheet.hit_policy not in HIT_POLICIES:
        findings.add(sheet.id, "hit_policy_unknown",
                     f"不认识命中策略「{sheet.hit_policy}」，可用：{'、'.join(HIT_POLICIES)}")
    if sheet.aggregation not in AGGREGATIONS:
        findings.add(sheet.id, "aggregation_unknown",
                     f"不认识合计方式「{sheet.aggregation}」，可用 SUM、MIN、MAX、COUNT")
    elif sheet.aggregation and sheet.hit_policy != "COLLECT":
        findings.add(sheet.id, "aggregation_misplaced", "合计方式只能与命中策略 COLLECT 一起用")
    elif sheet.aggregation and len(sheet.outputs) > 1:
        findings.add(sheet.id, "aggregation_several_outputs", "有合计方式的表只能有一个输出列，请分成几张表")


def _check_outputs(sheet: TableInfo, findings: Findings) -> None:
    if not sheet.outputs:
        findings.add(sheet.id, "output_missing", "没有输出列")
    names = Counter(column.text for column in sheet.outputs)
    for column in sheet.outputs:
        problem = problem_of_name(column.text) if column.text else "没有名称"
        if problem:
            findings.add(column.id, "output_unnamed", f"输出列「{column.title}」：{problem}")
        elif names[column.text] > 1:
            findings.add(column.id, "output_repeated", f"有几个输出列都叫「{column.text}」")
        if sheet.hit_policy in _ORDERING and not column.values:
            findings.add(column.id, "output_values_missing",
                         f"命中策略 {sheet.hit_policy} 按可选值的先后排序，"
                         f"请给输出列「{column.title}」填可选值")


def check_values(table: Table, findings: Findings) -> None:
    """Check what the cells say against the columns and against each other."""
    for column in table.inputs:
        _check_input(table, column, findings)
    for output in table.outputs:
        _check_output(table, output, findings)


def _check_input(table: Table, column: Input, findings: Findings) -> None:
    wanted = _KINDS.get(column.column.type.lower())
    for row, cell in zip(table.sheet.rows, column.cells, strict=True):
        if wanted and cell.kinds - {wanted}:
            findings.add(row.id, "kind_mismatch", _mismatch(row.number, column.column, cell.text))
        elif not column.admits.passes_all:
            for value in _plain_constants(cell):
                if not column.admitted(value):
                    findings.add(row.id, "value_unlisted", f"第 {row.number} 行「{column.column.title}」列的 "
                                 f"{value!r} 不在可选值 {column.admits.text} 里，这一行不会符合")


def _check_output(table: Table, output: Output, findings: Findings) -> None:
    wanted = _KINDS.get(output.column.type.lower())
    for row, cell in zip(table.sheet.rows, output.cells, strict=True):
        if cell is None or cell.names:
            continue
        try:
            value = cell.evaluate({})
        except ExpressionFailed as failed:
            findings.add(row.id, "output_unreadable",
                         f"第 {row.number} 行「{output.column.title}」列：{failed.message}")
            continue
        if wanted and value is not None and kind_of(value) != wanted:
            findings.add(row.id, "kind_mismatch", _mismatch(row.number, output.column, cell.text))
        elif output.ranks and output.rank_of(value) is None:
            findings.add(row.id, "value_unlisted",
                         f"第 {row.number} 行「{output.column.title}」列的 {value!r} 不在可选值里")


def _mismatch(number: int, column: Column, text: str) -> str:
    return (f"第 {number} 行「{column.title}」列是 {text}，而这一列的类型是 {column.type}；"
            "文字要加英文双引号，数字和 true/false 不加")


def warn_of_rows(table: Table, findings: Findings) -> None:
    """Warn of rows that meet under UNIQUE, and of rows that an earlier one always precedes under FIRST."""
    if table.sheet.hit_policy not in ("UNIQUE", "FIRST") or len(table.sheet.rows) > MOST_ROWS_COMPARED or any(
            cell.names or cell.is_about_dates for column in table.inputs for cell in column.cells):
        return
    reach = [_reach(column) for column in table.inputs]
    warned = 0
    for later in range(1, len(table.sheet.rows)):
        for earlier in range(later):
            if _is_suspect(table.sheet.hit_policy, reach, earlier, later):
                _warn(table, earlier, later, findings)
                warned += 1
                break
        if warned >= MOST_WARNINGS:
            return


def _is_suspect(policy: str, reach: list[list[int]], earlier: int, later: int) -> bool:
    if policy == "UNIQUE":
        return all(column[earlier] & column[later] for column in reach)
    return all(column[later] & ~column[earlier] == 0 for column in reach)


def _warn(table: Table, earlier: int, later: int, findings: Findings) -> None:
    row = table.sheet.rows[later]
    if table.sheet.hit_policy == "UNIQUE":
        findings.add(row.id, "rows_overlap", f"第 {earlier + 1} 行与第 {later + 1} 行可能同时符合，"
                     "而命中策略 UNIQUE 只许一行", "warning")
    else:
        findings.add(row.id, "row_unreachable",
                     f"第 {later + 1} 行不会用到：第 {earlier + 1} 行总是先符合", "warning")


def _reach(column: Input) -> list[int]:
    """Per row, which of the values that make a difference in this column pass its cell, as bits."""
    cells = {*column.cells, column.admits}
    points = numbers_of(cells)
    constants = {key_of(value): value for cell in cells for value in cell.constants}
    samples: list[Any] = [value for value in constants.values() if kind_of(value) != "number"]
    if {True, False}.isdisjoint(samples):
        samples.append(object())
    else:
        samples.extend({True, False} - set(samples))
    tested = {cell: _passing(cell, points, samples) for cell in cells}
    return [tested[cell] & tested[column.admits] for cell in column.cells]


def _passing(cell: Unary, points: list[int | float], samples: list[Any]) -> int:
    bits = cell.stretches(points)
    for place, value in enumerate(samples, start=2 * len(points) + 1):
        bits |= _passes(cell, value) << place
    return bits


def _passes(cell: Unary, value: Any) -> bool:
    """Whether the value passes; a value of another kind than the cell orders does not."""
    try:
        return cell(value)
    except ExpressionFailed:
        return False


def _plain_constants(cell: Unary) -> tuple[Any, ...]:
    return cell.constants if cell.is_equality else ()

