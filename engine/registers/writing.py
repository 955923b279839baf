"""Workbooks that we give out: the template, the sample, the faults of one that came, the first passwords."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from engine.registers.applying import FirstPassword
from engine.registers.reading import ERRORS, Problem, Workbook, as_text
from engine.registers.sheets import MOST_ROWS, Sheet, all_sheets

ABOUT = "说明"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WORDS = (
    "每张表第一行是表头，不要改、不要合并单元格、不要写公式；一行一条，从第二行起填。",
    "不需要的表可以整张删去；表里没有写到的人、单位、网格、岗位不受影响。「事项」表例外：它是一个完整的版本，没有写到的事项随新版本退出。",
    "按编码、用户名认人认单位：已有的就改，没有的就新增；空着的格子表示不改。",
    "历史不删除，只写停用、离任、离岗日期（最后一天）。",
    "日期写作 2026-01-31；编码、手机按文字填。",
    f"每张表最多 {MOST_ROWS:,} 行，文件最大 10 MB。",
    "先看预览，确认后一次写入；有一处错误就什么也不写，错误可以下载回来改。",
    "「岗位」由安全管理员确认，其余由系统管理员确认；两样都有的文件要两位都确认。",
)


def template() -> bytes:
    """An empty workbook with every sheet and a sheet of explanation."""
    return write({})


def write(rows: Mapping[str, Iterable[Mapping[str, str]]]) -> bytes:
    """A workbook that can be imported: the rows of each sheet by its key, a sheet of explanation first."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": "网格导入", "author": "wangge"})
        _explain(book)
        for sheet in all_sheets():
            _fill(book, sheet, rows.get(sheet.key, ()))
    return out.getvalue()


def with_errors(workbook: Workbook, problems: Sequence[Problem]) -> bytes:
    """The workbook that came, each faulty row with what is wrong in a column at its end; faulty cells are red."""
    titles = {sheet.title: sheet for sheet in all_sheets()}
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        head, red, told = _heading(book), _red(book), book.add_format({"font_color": "#B01F1F", "text_wrap": True})
        for title, table in workbook.raw.items():
            page = book.add_worksheet(title[:31])
            sheet = titles.get(title)
            faults = _by_line(problems, sheet.key if sheet else "")
            heading = [as_text(cell) for cell in table[0]] if table else []
            wide = heading.index(ERRORS) if ERRORS in heading else max((len(row) for row in table), default=0)
            for line, row in enumerate(table, start=1):
                for column, value in enumerate(row):
                    name = heading[column] if column < len(heading) else ""
                    style = red if any(one.column == name for one in faults[line]) else head if line == 1 else None
                    _cell(page, line - 1, column, value, style)
            if sheet is not None:
                page.write_string(0, wide, ERRORS, head)
                page.set_column(wide, wide, 60)
                for line, found in faults.items():
                    if not found:
                        continue
                    said = "；".join(f"{one.column}：{one.message}" if one.column else one.message for one in found)
                    page.write_string(max(line - 1, 0), wide, said if line > 1 else f"{ERRORS}（{said}）", told)
    return out.getvalue()


def passwords(first: Sequence[FirstPassword]) -> bytes:
    """The first passwords, to be handed over in person; each is changed at the first log-in."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        page, head = book.add_worksheet("初始密码"), _heading(book)
        for column, title in enumerate(("用户名", "姓名", "初始密码", "说明")):
            page.write_string(0, column, title, head)
        for line, one in enumerate(first, start=1):
            for column, value in enumerate((*one, "首次登录时必须修改")):
                page.write_string(line, column, value)
        page.set_column(0, 3, 26)
        page.freeze_panes(1, 0)
    return out.getvalue()


def _by_line(problems: Sequence[Problem], sheet: str) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = defaultdict(list)
    for one in problems:
        if one.sheet == sheet:
            found[one.line].append(one)
    return found


def _explain(book: Any) -> None:
    page, head, wrap = book.add_worksheet(ABOUT), _heading(book), book.add_format({"text_wrap": True, "valign": "top"})
    for line, text in enumerate(_WORDS):
        page.merge_range(line, 0, line, 5, text, wrap)
        page.set_row(line, 34)
    start = len(_WORDS) + 1
    for column, title in enumerate(("表", "列", "必填", "怎样填", "可选值", "English")):
        page.write_string(start, column, title, head)
    line = start
    for sheet in all_sheets():
        for one in sheet.columns:
            line += 1
            said = (sheet.title, one.title, "是" if one.required else "", one.hint, "、".join(one.options),
                    f"{one.title_en}: {one.hint_en}" if one.hint_en else one.title_en)
            for column, text in enumerate(said):
                page.write_string(line, column, text, wrap)
    for column, width in enumerate((8, 12, 6, 44, 60, 50)):
        page.set_column(column, column, width)


def _fill(book: Any, sheet: Sheet, rows: Iterable[Mapping[str, str]]) -> None:
    page, head, text = book.add_worksheet(sheet.title), _heading(book), book.add_format({"num_format": "@"})
    for column, one in enumerate(sheet.columns):
        page.write_string(0, column, one.title, head)
        page.set_column(column, column, max(12, min(36, 2 * len(one.title) + 8)), text)
        if one.options:
            _offer(page, column, one.options)
    for line, cells in enumerate(rows, start=1):
        for column, one in enumerate(sheet.columns):
            if value := cells.get(one.title, ""):
                page.write_string(line, column, value, text)
    page.freeze_panes(1, 1)


def _offer(page: Any, column: int, options: Sequence[str]) -> None:
    """A list to choose from, where a spreadsheet can hold it (255 characters)."""
    if len(",".join(options)) <= 255:
        page.data_validation(1, column, MOST_ROWS, column, {"validate": "list", "source": list(options)})


def _cell(page: Any, line: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, float) and not isinstance(value, bool) and not value.is_integer():
        page.write_number(line, column, value, style)
    elif (text := as_text(value)) or style is not None:
        page.write_string(line, column, text[:32_767], style)


def _heading(book: Any) -> Any:
    return book.add_format({"bold": True, "bg_color": "#EFF2F5", "bottom": 1})


def _red(book: Any) -> Any:
    return book.add_format({"bg_color": "#FDEAEA", "font_color": "#B01F1F", "num_format": "@"})
