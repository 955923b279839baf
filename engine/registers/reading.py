"""A workbook as rows of clean text, each cell's faults named; nothing of a bad workbook is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, NamedTuple

import phonenumbers
import python_calamine

from engine.cases.covering import has_identity_number
from engine.clock import ZONE
from engine.registers import hostile
from engine.registers.hostile import Oddities, WorkbookRefused
from engine.registers.sheets import MOST_ROWS, Column, Sheet, all_sheets

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")
_MOMENT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T](\d{1,2})[:：](\d{2})(?::\d{2})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CODE = re.compile(r"[\w.\-]+")
ERRORS = "错误"  # the column that a returned workbook has at its end; it is not read


class Problem(NamedTuple):
    """What is wrong in which cell; lines are counted as a spreadsheet does, «» for the whole row."""

    sheet: str
    line: int
    column: str
    message: str


class Row(NamedTuple):
    """A row of a sheet: its line and its cells by heading, clean text all."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Workbook:
    """The rows of each known sheet by its key, the faults of single cells, and every sheet as it came."""

    rows: Mapping[str, Sequence[Row]]
    problems: Sequence[Problem]
    raw: Mapping[str, Sequence[Sequence[Any]]]


def read_workbook(content: bytes) -> Workbook:
    """What stands in an .xlsx; raises WorkbookRefused with the reason and what to do instead."""
    odd = hostile.inspect(content)
    raw = _open(content)
    known = {sheet.title: sheet for sheet in all_sheets()}
    if not known.keys() & raw.keys():
        there = "、".join(raw) or "无"
        raise WorkbookRefused(
            f"工作簿里没有认识的表：要有 {'、'.join(known)} 之一，现有 {there}。请用模板。", reason="no_sheet")
    rows: dict[str, Sequence[Row]] = {}
    problems: list[Problem] = []
    for title, sheet in known.items():
        if title in raw:
            rows[sheet.key], found = _read(sheet, raw[title], odd.get(title, Oddities((), ())))
            problems += found
    if not any(rows.values()) and not problems:
        raise WorkbookRefused("表里只有表头，没有内容。", reason="no_rows")
    return Workbook(rows, problems, raw)


def clean(sheet: Sheet, line: int, cells: Mapping[str, Any]) -> tuple[Row, list[Problem]]:
    """A row's cells as clean text, and what is wrong in each of them by itself."""
    texts, problems = {}, []
    for column in sheet.columns:
        cell = cells.get(column.title)
        text = _moment_text(cell) if column.kind == "moment" and isinstance(cell, datetime) else as_text(cell)
        value, fault = _clean(column, text)
        texts[column.title] = value
        if fault:
            problems.append(Problem(sheet.key, line, column.title, fault))
    return Row(line, texts), problems


def as_text(value: Any) -> str:
    """A cell as somebody would read it: whole numbers without a point, days as 2026-01-31."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\u3000", " ").replace("\xa0", " ").strip()


def _open(content: bytes) -> dict[str, list[list[Any]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)
                for name in book.sheet_names}
    except (python_calamine.CalamineError, ValueError, OSError) as broken:
        raise WorkbookRefused("文件打不开，可能已损坏；请用表格软件打开后另存为 .xlsx。", reason="broken") from broken


def _read(sheet: Sheet, table: Sequence[Sequence[Any]], odd: Oddities) -> tuple[list[Row], list[Problem]]:
    heading = [as_text(cell) for cell in table[0]] if table else []
    faults = list(_heading_faults(sheet, heading))
    if faults:
        return [], faults
    rows, problems = [], list(_oddities(sheet, heading, odd))
    for line, values in enumerate(table[1:], start=2):
        if any(as_text(value) for value in values):
            row, found = clean(sheet, line, dict(zip(heading, values, strict=False)))
            rows.append(row)
            problems += found
    return rows, problems


def _heading_faults(sheet: Sheet, heading: Sequence[str]) -> Iterator[Problem]:
    for title in sheet.titles:
        if heading.count(title) != 1:
            yield Problem(sheet.key, 1, title, "表头里缺少这一列" if title not in heading else "表头里这一列出现两次")
    for title in heading:
        if title and title not in sheet.titles and title != ERRORS:
            yield Problem(sheet.key, 1, title[:40], "不认识这一列，请删去或照模板改名")


def _oddities(sheet: Sheet, heading: Sequence[str], odd: Oddities) -> Iterator[Problem]:
    for ref in odd.formulas:
        column, line = _cell(ref)
        title = heading[column] if column < len(heading) else ref
        yield Problem(sheet.key, line, title, f"{ref} 是公式；请复制后「选择性粘贴—数值」")
    for ref in odd.merged:
        column, line = _cell(ref.partition(":")[0])
        title = heading[column] if column < len(heading) else ref
        yield Problem(sheet.key, line, title, f"{ref} 是合并单元格；请取消合并，每行都填")


def _cell(ref: str) -> tuple[int, int]:
    letters = ref.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(ref[len(letters):] or 1)


def _clean(column: Column, text: str) -> tuple[str, str]:
    """The value as it is kept, and what is wrong with it."""
    if _CONTROL.search(text):
        return "", "含有不能保存的字符"
    if not text:
        return "", "不能为空" if column.required else ""
    if len(text) > column.longest:
        return text, f"最多 {column.longest} 个字"
    checker = _CHECKS.get(column.kind)
    return checker(column, text) if checker else (text, "")


def _clean_code(column: Column, text: str) -> tuple[str, str]:
    return text, "" if _CODE.fullmatch(text) else "只能用字母、数字和 . _ -"


def _clean_number(column: Column, text: str) -> tuple[str, str]:
    return (text, "") if text.isascii() and text.isdigit() else (text, "应为不小于 0 的整数")


def _clean_date(column: Column, text: str) -> tuple[str, str]:
    found = _DATE.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2150:
        return text, "不是日期，应写作 2026-01-31"
    return day.isoformat(), ""


def _moment_text(cell: datetime) -> str:
    return cell.isoformat(" ", "minutes")


def _clean_moment(column: Column, text: str) -> tuple[str, str]:
    found = _MOMENT.fullmatch(text)
    try:
        at = datetime(*map(int, found.groups()), tzinfo=ZONE) if found else None  # type: ignore[misc, arg-type]
    except ValueError:
        at = None
    if at is None or not 1990 <= at.year <= 2150:
        return text, "不是时间，应写作 2026-01-31 08:30"
    return f"{at:%Y-%m-%d %H:%M}", ""


def _clean_choice(column: Column, text: str) -> tuple[str, str]:
    return text, "" if text in column.options else f"「{text[:30]}」不在可选值内：{'、'.join(column.options)}"


def _clean_phone(column: Column, text: str) -> tuple[str, str]:
    if has_identity_number(text):
        return text, "这是身份证号，不是电话号码"
    digits = re.sub(r"[\s\-－]", "", text)
    try:
        parsed = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return text, "不是电话号码"
    return digits, "" if phonenumbers.is_possible_number(parsed) else "不是电话号码"


def _clean_email(column: Column, text: str) -> tuple[str, str]:
    return text, "" if _EMAIL.fullmatch(text) else "不是邮箱地址"


_CHECKS = {
    "code": _clean_code, "number": _clean_number, "date": _clean_date, "moment": _clean_moment, "choice": _clean_choice,
    "phone": _clean_phone, "email": _clean_email,
}
