"""What is no workbook, or a bad one: refused in words, before it can do harm."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from engine import registers
from engine.clock import effort
from engine.registers.reading import clean
from tests.builders import NOW
from tests.engine.registers.conftest import Counter

PEOPLE = ("用户名", "姓名", "手机", "邮箱", "离任日期")


def book(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.workbook.Worksheet], None], title: str = "人员",
         heading: tuple[str, ...] = PEOPLE) -> bytes:
    """A workbook with one sheet that somebody else has filled."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        page = made.add_worksheet(title)
        page.write_row(0, 0, heading)
        fill(made, page)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(registers.WorkbookRefused) as refused:
        registers.read_workbook(content)
    return str(refused.value.facts["reason"])


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The workbook with some of its parts replaced; «xl__workbook» names xl/workbook.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            key = name.removesuffix(".xml").replace("/", "__")
            new.writestr(name, parts.pop(key, old.read(name)))
        for name, data in parts.items():
            new.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "empty"),
    ("用户名,姓名\nli,李四\n".encode(), "no_xlsx"),
    ("用户名,姓名\nli,李四\n".encode("gbk"), "no_xlsx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
    (b"%PDF-1.7", "no_xlsx"),
    (b"PK\x03\x04" + b"\0" * 100, "broken"),
    (registers.template()[:5000], "broken"),
    (b"x" * (10 * 1024 * 1024 + 1), "large"),
])
def test_what_is_no_workbook_is_named(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


def test_an_archive_without_a_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("hello.txt", "hello")
    assert refusal(out.getvalue()) == "no_workbook"


def test_a_bomb_is_stopped_while_it_unpacks() -> None:
    bomb = repacked(registers.template(), xl__media__x=b"\0" * (80 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert refusal(bomb) == "bomb"


def test_two_hundred_thousand_rows_are_refused_quickly() -> None:
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>u{0}</t></is></c></row>'
    rows = "".join(row.format(line) for line in range(2, 200_002))
    plain = book(lambda made, page: None)
    with zipfile.ZipFile(io.BytesIO(plain)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    long = repacked(plain, xl__worksheets__sheet1=sheet.replace("</sheetData>", rows + "</sheetData>").encode())
    began = effort()
    assert refusal(long) == "rows"
    assert effort() - began < 5


def test_a_lone_cell_far_out_fills_no_memory() -> None:
    far_down = book(lambda made, page: page.write(1_000_000, 0, "x"))
    far_right = book(lambda made, page: page.write(1, 16_000, "x"))
    assert (refusal(far_down), refusal(far_right)) == ("rows", "columns")


def test_a_sheet_that_nobody_knows() -> None:
    assert refusal(book(lambda made, page: None, "Sheet1")) == "no_sheet"


def test_headings_only() -> None:
    assert refusal(registers.template()) == "no_rows"


def test_wrong_headings_are_each_named(counter: Counter) -> None:
    content = book(lambda made, page: page.write_row(1, 0, ("li", "李四")), heading=("用户名", "名字", "手机", "手机"))
    problems = registers.read_workbook(content).problems
    assert {(one.line, one.column) for one in problems} == {
        (1, "姓名"), (1, "名字"), (1, "手机"), (1, "邮箱"), (1, "离任日期")}


def test_formulas_and_merged_cells_are_named_with_their_place() -> None:
    def fill(made: xlsxwriter.Workbook, page: xlsxwriter.workbook.Worksheet) -> None:
        page.write_row(1, 0, ("li", "李四"))
        page.write_formula(1, 2, '="138"&"00000001"', None, "13800000001")
        page.merge_range(2, 0, 3, 0, "wang")
        page.write(2, 1, "王五")

    problems = registers.read_workbook(book(fill)).problems
    assert [(one.line, one.column, one.message.split()[0]) for one in problems][:2] == [
        (2, "手机", "C2"), (3, "用户名", "A3:A4")]


@pytest.mark.parametrize(("value", "kept"), [
    (13800000001, "13800000001"), ("138 0000-0001", "13800000001"), ("13800000001", "13800000001")])
def test_a_phone_typed_as_a_number_is_the_same(value: object, kept: str) -> None:
    content = book(lambda made, page: page.write_row(1, 0, ("li", "李四", value)))
    assert registers.read_workbook(content).rows["people"][0].cells["手机"] == kept


@pytest.mark.parametrize("value", ["2026-01-31", "2026/1/31", "2026年1月31日", "2026.1.31"])
def test_a_day_is_read_as_people_write_it(value: str) -> None:
    content = book(lambda made, page: page.write_row(1, 0, ("li", "李四", "", "", value)))
    assert registers.read_workbook(content).rows["people"][0].cells["离任日期"] == "2026-01-31"


@pytest.mark.parametrize(("column", "value"), [
    ("用户名", "li\x01"), ("用户名", ""), ("姓名", "长" * 61), ("手机", "12"), ("手机", "没有"),
    ("手机", "11010519491231002X"), ("手机", "110105194912310021"),
    ("邮箱", "li at home"), ("离任日期", "2026-02-30"), ("离任日期", "明年")])
def test_a_bad_cell_is_named(column: str, value: str) -> None:
    sheet = registers.get_sheet("people")
    __, problems = clean(sheet, 2, {"用户名": "li", "姓名": "李四", column: value})
    assert [(one.line, one.column) for one in problems] == [(2, column)]


def test_the_faults_come_back_in_the_same_workbook(counter: Counter) -> None:
    rows = [counter.person(), counter.person("wang", "王五", 手机="12"), counter.person("li", "李四")]
    workbook = registers.read_workbook(registers.write({"people": rows}))
    plan = registers.make_plan(counter.session, workbook, NOW)
    again = registers.read_workbook(registers.with_errors(workbook, plan.problems))
    table = again.raw["人员"]
    assert table[0][-1] == "错误" and [line[0] for line in table[1:4]] == ["li", "wang", "li"]
    assert [str(line[-1])[:2] for line in table[1:4]] == ["", "手机", "用户"]
    assert again.rows["people"] == workbook.rows["people"], "the column of faults is not read"


def test_what_we_write_holds_no_formula() -> None:
    content = registers.write({"people": [{"用户名": "=cmd|'/c calc'!A1", "姓名": "@SUM(1)"}]})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets and not any(re.search(rb"<f[ >]", sheet) for sheet in sheets)
