"""A list of cases as a workbook: dates as dates of the office, text never a formula, and a sheet that says what it is.

Row after row goes to the disk, so that fifty thousand need no more memory than fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from engine.cases.moments import ZONE
from engine.cases.rows import CaseRow
from engine.cases.words import WORDS, Language, word

Value = str | int | datetime | None
Said = Callable[[CaseRow, Language], Value]
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False}
_LONGEST = 32_767  # characters that a cell takes
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet may take for the beginning of a formula
_MOMENT, _DAY_WIDTH = "yyyy-mm-dd hh:mm", 17


def write_list(portions: Iterable[Sequence[CaseRow]], about: Mapping[str, Value], language: Language = "zh",
               tell: Callable[[int], None] = lambda done: None) -> tuple[bytes, int]:
    """The workbook of these rows and how many they were; `about` are the lines of its second sheet.

    `tell` hears after every portion how many rows are written.
    """
    out, done = BytesIO(), 0
    with xlsxwriter.Workbook(out, {**_OPTIONS, "default_date_format": _MOMENT}) as book:
        head, moment = book.add_format({"bold": True, "bg_color": "#EFF2F5", "bottom": 1}), book.add_format(
            {"num_format": _MOMENT})
        page = book.add_worksheet("List" if language == "en" else "清单")
        for column, (names, width, _said) in enumerate(_COLUMNS):
            page.set_column(column, column, width)
            page.write_string(0, column, names[language == "en"], head)
        page.freeze_panes(1, 1)
        for portion in portions:
            for row in portion:
                done += 1
                for column, (_names, _width, said) in enumerate(_COLUMNS):
                    _write(page, done, column, said(row, language), moment)
            tell(done)
        page.autofilter(0, 0, max(done, 1), len(_COLUMNS) - 1)
        _explain(book, about, done, language, head, moment)
    return out.getvalue(), done


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula, not even after it was saved as CSV and opened again."""
    return (f"'{text}" if text.startswith(_ACTIVE) else text)[:_LONGEST]


def _write(page: Any, line: int, column: int, value: Value, moment: Any) -> None:
    if isinstance(value, datetime):
        page.write_datetime(line, column, value.astimezone(ZONE).replace(tzinfo=None), moment)
    elif isinstance(value, int):
        page.write_number(line, column, value)
    elif value:
        page.write_string(line, column, safe_text(value))


def _explain(book: Any, about: Mapping[str, Value], rows: int, language: Language, head: Any, moment: Any) -> None:
    """What was asked, by whom, when, and how many rows came of it."""
    page = book.add_worksheet("About" if language == "en" else "说明")
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 80)
    for line, (name, value) in enumerate({**about, "Rows" if language == "en" else "件数": rows}.items()):
        page.write_string(line, 0, name, head)
        _write(page, line, 1, value, moment)


def _of(kind: str, name: str) -> Said:
    """The office's word for a value."""
    return lambda row, language: word(kind, getattr(row, name), language)


def _plain(name: str) -> Said:
    return lambda row, language: getattr(row, name)


def _task(row: CaseRow, language: Language) -> str:
    return "、".join(WORDS["task"][one.element][language == "en"] if one.element in WORDS["task"] else one.name
                    for one in _waiting(row))


def _whose(row: CaseRow, language: Language) -> str:
    return "、".join(dict.fromkeys(one.organisation for one in _waiting(row)))


def _claimed(row: CaseRow, language: Language) -> str:
    return "、".join(dict.fromkeys(one.assignee for one in _waiting(row) if one.assignee))


def _waiting(row: CaseRow) -> Sequence[Any]:
    return (row.task,) if row.task else row.waiting


def _lamp(row: CaseRow, language: Language) -> str:
    return "" if row.closed_at else word("lamp", row.clock.lamp, language)


def _left(row: CaseRow, language: Language) -> str:
    return "" if row.closed_at else row.clock.words(language)


_COLUMNS: tuple[tuple[tuple[str, str], int, Said], ...] = (
    (("编号", "Number"), 20, _plain("number")),
    (("事由", "Subject"), 48, _plain("title")),
    (("大类", "Class"), 14, _plain("class_name")),
    (("事项", "Matter"), 22, _plain("matter")),
    (("社区（村）", "Community"), 16, _plain("community")),
    (("网格", "Grid"), 16, _plain("grid")),
    (("地点", "Place"), 30, _plain("place")),
    (("来源", "Origin"), 12, _of("origin", "origin")),
    (("渠道", "Channel"), 8, _of("channel", "channel")),
    (("紧急程度", "Urgency"), 9, _of("urgency", "urgency")),
    (("严重程度", "Severity"), 9, _of("severity", "severity")),
    (("环节", "Stage"), 11, _of("stage", "stage")),
    (("负责单位", "Held by"), 24, _plain("holder")),
    (("承办单位", "Handled by"), 24, _plain("handler")),
    (("待办", "Waits for"), 18, _task),
    (("待办单位", "Waits at"), 24, _whose),
    (("认领人", "Claimed by"), 10, _claimed),
    (("上报时间", "Reported"), _DAY_WIDTH, _plain("opened_at")),
    (("分流时间", "Dispatched"), _DAY_WIDTH, _plain("dispatched_at")),
    (("到期时间", "Due"), _DAY_WIDTH, lambda row, language: row.clock.due_at),
    (("时限状态", "Lamp"), 9, _lamp),
    (("剩余或超期", "Left or over"), 13, _left),
    (("结案时间", "Closed"), _DAY_WIDTH, _plain("closed_at")),
    (("结果", "Outcome"), 12, _of("outcome", "outcome")),
    (("退回次数", "Returned"), 9, _plain("returns")),
    (("返工次数", "Reworked"), 9, lambda row, language: row.reworks + row.reopened),
    (("催办次数", "Urged"), 9, _plain("urged")),
    (("督办次数", "Supervised"), 9, _plain("supervised")),
)
