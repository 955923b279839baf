"""A list with a fault is refused whole, naming line and column."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from engine.matters.catalogue import (
    COLUMNS,
    CatalogueInvalid,
    MatterRow,
    Problem,
    load_catalogue,
    parse_catalogue,
)

GOOD = {
    "编码": "SR0101", "大类": "市容环境", "小类": "环境卫生", "名称": "暴露垃圾", "关键词": "垃圾+堆",
    "承办部门": "综合执法", "平台": "综合执法", "默认严重程度": "一般", "敏感": "否", "立案条件": "有垃圾",
    "结案条件": "清理", "处置时限": "4 工作时", "分段时限": "", "计时方式": "按时", "事项来源": "GB 6.3c",
    "时限来源": "本地设定，无条文", "准入日期": "2025-01-01", "准入截止": "", "清单版本": "2026-1",
}


def written(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def parsed(**changes: str) -> MatterRow:
    return parse_catalogue(written(GOOD | changes))[0]


def faults(*rows: dict[str, str]) -> list[tuple[int, str]]:
    with pytest.raises(CatalogueInvalid) as caught:
        parse_catalogue(written(*rows))
    return [(problem.line, problem.column) for problem in caught.value.problems]


def test_office_words_become_ids() -> None:
    row = parsed()
    assert (row.owner_kind, row.platform, row.severity, row.handle_limit, row.count) == (
        "urban_management", "enforcement", "general", "4 work_hour", "hours")


def test_a_limit_may_be_written_with_its_id() -> None:
    assert parsed(处置时限="8 urgent_work_hour").handle_limit == "8 urgent_work_hour"


def test_staged_limits_keep_their_order() -> None:
    row = parsed(分段时限="围护 3 紧急工作时|恢复 5 工作日")
    assert row.stages == (("围护", "3 urgent_work_hour"), ("恢复", "5 work_day"))


def test_a_matter_is_admitted_up_to_its_last_day() -> None:
    row = parsed(准入截止="2025-12-31")
    assert [row.is_admitted(date(2025, 12, 31)), row.is_admitted(date(2026, 1, 1))] == [True, False]


def test_a_matter_is_not_admitted_before_its_first_day() -> None:
    assert not parsed().is_admitted(date(2024, 12, 31))


@pytest.mark.parametrize(("column", "value"), [
    ("编码", "sr1"), ("名称", ""), ("承办部门", "城管"), ("平台", "执法"), ("默认严重程度", "大"),
    ("敏感", "有"), ("处置时限", "4 小时"), ("处置时限", "0 工作日"), ("分段时限", "围护"),
    ("计时方式", "隔日"), ("计时方式", "次日"),
    ("准入日期", "2025/1/1"), ("准入截止", "2024-12-31"), ("时限来源", "听说"),
])
def test_a_fault_names_its_line_and_column(column: str, value: str) -> None:
    assert faults(GOOD, GOOD | {"编码": "SR0102", column: value}) == [(3, column)]


def test_every_fault_is_told_at_once() -> None:
    assert faults(GOOD | {"名称": "", "平台": "无"}, GOOD | {"敏感": "?"}) == [
        (2, "名称"), (2, "平台"), (3, "敏感"), (3, "编码")]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(CatalogueInvalid) as caught:
        parse_catalogue("编码,大类\nSR0101,市容环境\n")
    assert caught.value.problems[0] == Problem(1, "小类", "缺少这一列")


def test_a_spreadsheets_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "matters.csv"
    file.write_text("\ufeff" + written(GOOD), encoding="utf-8", newline="")
    assert [row.code for row in load_catalogue(file)] == ["SR0101"]


def test_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    file = tmp_path / "matters.csv"
    file.write_text(written(GOOD), encoding="gb18030", newline="")
    with pytest.raises(CatalogueInvalid, match="CSV UTF-8"):
        load_catalogue(file)
