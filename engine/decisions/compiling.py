"""From a source to a table that can be asked, once per content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.decisions.checks import check_shape, check_values
from engine.decisions.errors import TableRefused
from engine.decisions.lookup import key_of, lookup_of
from engine.decisions.reading import Findings, read_sheet
from engine.decisions.sheet import Column, Row, TableInfo
from engine.decisions.table import Input, Output, Table
from engine.expressions import Expression, ExpressionRefused, Unary, compile_expression, compile_unary
from engine.library.source import Source

MOST_TABLES = 500
T = TypeVar("T")
_tables: dict[str, Table] = {}


def table_of(source: Source) -> Table:
    """The table of these bytes, compiled once per process; raises TableRefused with all findings."""
    table = _tables.get(source.sha256)
    if table is None:
        table, findings = compiled(source)
        if table is None:
            raise TableRefused(source.definition_id, findings.errors)
        if len(_tables) >= MOST_TABLES:
            _tables.clear()
        _tables[source.sha256] = table
    return table


def compiled(source: Source) -> tuple[Table | None, Findings]:
    """The table and what is wrong with it; no table when something keeps it from use."""
    findings = Findings(source.file)
    sheet = read_sheet(source, findings)
    if sheet is None or not check_shape(sheet, findings):
        return None, findings
    inputs = tuple(_input(sheet, place, findings) for place in range(len(sheet.inputs)))
    outputs = tuple(_output(sheet, place, findings) for place in range(len(sheet.outputs)))
    table = _table(sheet, [one for one in inputs if one], [one for one in outputs if one])
    if not findings.errors:
        check_values(table, findings)
    return None if findings.errors else table, findings


def _table(sheet: TableInfo, inputs: Sequence[Input], outputs: Sequence[Output]) -> Table:
    names = {name for one in inputs for name in one.ask.names}
    names |= {name for one in inputs for cell in one.cells for name in cell.names}
    names |= {name for one in outputs for cell in one.cells if cell for name in cell.names}
    return Table(sheet, tuple(inputs), tuple(outputs), tuple(sorted(names)))


def _input(sheet: TableInfo, place: int, findings: Findings) -> Input | None:
    column = sheet.inputs[place]
    ask = _read(findings, column.id, "input_unreadable", f"输入列「{column.title}」",
                lambda: compile_expression(column.text, feel=True))
    admits = _read(findings, column.id, "values_unreadable", f"输入列「{column.title}」的可选值",
                   lambda: compile_unary(column.values, ()))
    cells = [_cell(row, place, column, findings) for row in sheet.rows]
    if ask is None or admits is None or any(cell is None for cell in cells):
        return None
    known = tuple(cell for cell in cells if cell is not None)
    return Input(column, ask, admits, known, lookup_of(known))


def _cell(row: Row, place: int, column: Column, findings: Findings) -> Unary | None:
    return _read(findings, row.id, "cell_unreadable", f"第 {row.number} 行「{column.title}」列",
                 lambda: compile_unary(row.inputs[place]))


def _output(sheet: TableInfo, place: int, findings: Findings) -> Output | None:
    column = sheet.outputs[place]
    listed = _read(findings, column.id, "values_unreadable", f"输出列「{column.title}」的可选值",
                   lambda: compile_unary(column.values, ()))
    cells = tuple(_answer(row, place, column, findings) for row in sheet.rows)
    ranks = {key_of(value): rank for rank, value in enumerate(listed.constants if listed else ())}
    return Output(column, cells, ranks)


def _answer(row: Row, place: int, column: Column, findings: Findings) -> Expression | None:
    text = row.outputs[place]
    if not text:
        return None
    return _read(findings, row.id, "output_unreadable", f"第 {row.number} 行「{column.title}」列",
                 lambda: compile_expression(text, feel=True))


def _read(findings: Findings, element: str, code: str, where: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except ExpressionRefused as refused:
        findings.add(element, code, f"{where}：{refused.message}")
        return None
