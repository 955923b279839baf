"""Asking a table: each hit policy as DMN defines it, and no silence."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import (
    CellFailed,
    DecisionFailed,
    InputMissing,
    NoAnswer,
    RowsDisagree,
    TableRefused,
    ask,
)
from tests.engine.decisions.tables import DMN_12, a_file, a_table

SEVERITY = (
    ('"一般"', '"乡"'),
    ('"重大","特别重大"', '"县"', "E10; YC 35", "重大的上报"),
    ('not("一般","重大","特别重大")', '"村"'),
)


def test_the_answer_names_row_citation_and_version() -> None:
    answer = ask(a_table("UNIQUE", ["severity"], ["level"], *SEVERITY), {"severity": "特别重大"})
    [row] = answer.rows
    assert answer.one == {"level": "县"}
    assert (row.number, row.id, row.cites, row.note) == (2, "row_2", "E10; YC 35", "重大的上报")
    assert (answer.definition_id, answer.pack, answer.version) == ("limits", "base", 7)
    assert answer.hit_policy == "UNIQUE"


def test_a_row_without_an_article_cites_nothing() -> None:
    answer = ask(a_table("UNIQUE", ["severity"], ["level"], *SEVERITY), {"severity": "一般"})
    assert answer.rows[0].cites == ""


OVERLAPPING = ("[1..5]", '"low"'), ("[3..9]", '"high"'), ("[3..9]", '"high"'), ("> 8", '"top"')
ORDERED = '"top","high","low"'


@pytest.mark.parametrize(("hit", "n", "outputs", "rows"), [
    ("UNIQUE", 1, ["low"], [1]),
    ("ANY", 7, ["high"], [2, 3]),
    ("FIRST", 4, ["low"], [1]),
    ("FIRST", 9, ["high"], [2]),
    ("PRIORITY", 4, ["high"], [2]),
    ("PRIORITY", 9, ["top"], [4]),
    ("RULE ORDER", 4, ["low", "high", "high"], [1, 2, 3]),
    ("OUTPUT ORDER", 4, ["high", "high", "low"], [2, 3, 1]),
    ("OUTPUT ORDER", 9, ["top", "high", "high"], [4, 2, 3]),
    ("COLLECT", 9, ["high", "high", "top"], [2, 3, 4]),
    ("COLLECT", 0, [], []),
])
def test_every_hit_policy_answers_as_dmn_says(hit: str, n: int, outputs: list[str], rows: list[int]) -> None:
    answer = ask(a_table(hit, ["n"], ["level"], *OVERLAPPING, values=ORDERED), {"n": n})
    assert [output["level"] for output in answer.outputs] == outputs
    assert [row.number for row in answer.rows] == rows


@pytest.mark.parametrize(("hit", "n", "data"), [
    ("FIRST", 4, {"level": "low"}), ("RULE ORDER", 4, {"level": ["low", "high", "high"]}),
    ("COLLECT", 9, {"level": ["high", "high", "top"]}), ("COLLECT", 0, {"level": []}),
])
def test_a_diagram_gets_outputs_by_name_and_lists_of_several_rows(hit: str, n: int, data: dict[str, object]) -> None:
    assert ask(a_table(hit, ["n"], ["level"], *OVERLAPPING, values=ORDERED), {"n": n}).as_data == data


@pytest.mark.parametrize(("aggregation", "n", "value"), [
    ("SUM", 3, 30), ("MIN", 3, 10), ("MAX", 3, 20), ("COUNT", 3, 2), ("COUNT", 99, 0), ("SUM", 9, 20),
])
def test_collect_adds_up_counts_and_picks(aggregation: str, n: int, value: int) -> None:
    table = a_table("COLLECT", ["n"], ["points"], ("[1..5]", "10"), ("[3..9]", "20"), aggregation=aggregation)
    assert ask(table, {"n": n}).one == {"points": value}


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_there_is_no_sum_of_nothing(aggregation: str) -> None:
    table = a_table("COLLECT", ["n"], ["points"], ("1", "10"), aggregation=aggregation)
    with pytest.raises(NoAnswer):
        ask(table, {"n": 2})


def test_unique_names_the_rows_that_met() -> None:
    with pytest.raises(RowsDisagree, match="第 1、2、3 行") as broken:
        ask(a_table("UNIQUE", ["n"], ["level"], *OVERLAPPING), {"n": 4})
    assert broken.value.facts["rows"] == [1, 2, 3]


def test_any_names_the_rows_that_disagree() -> None:
    with pytest.raises(RowsDisagree, match="第 1、2、3 行"):
        ask(a_table("ANY", ["n"], ["level"], *OVERLAPPING), {"n": 4})


@pytest.mark.parametrize("hit", ["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER"])
def test_a_table_that_no_row_answers_is_never_silent(hit: str) -> None:
    with pytest.raises(NoAnswer, match="没有一行符合（n=0）"):
        ask(a_table(hit, ["n"], ["level"], *OVERLAPPING, values=ORDERED), {"n": 0})


def test_a_missing_datum_names_table_and_column() -> None:
    with pytest.raises(InputMissing, match="规则表「limits」的「severity」列要用「severity」") as missing:
        ask(a_table("UNIQUE", ["severity"], ["level"], *SEVERITY), {"n": 1})
    assert (missing.value.table, missing.value.facts["name"]) == ("limits", "severity")


@pytest.mark.parametrize(("cell", "value"), [
    ('matter["limit"]', "5 work_day"), ("n * 2 + 1", 9), ("true", True), ("null", None), ("", None),
    ('"县" if n > 3 else "乡"', "县"), ("[n, n]", [4, 4]),
])
def test_an_answer_is_a_guarded_expression_over_the_data(cell: str, value: Any) -> None:
    table = a_table("FIRST", ["n"], ["level"], ("-", cell))
    assert ask(table, {"n": 4, "matter": {"limit": "5 work_day"}}).one == {"level": value}


def test_an_input_is_a_guarded_expression_too() -> None:
    rows = ('"县"', "> 4", "1"), ('"县"', "<= 4", "2")
    table = a_table("UNIQUE", ['case["level"]', "n + 1"], ["level"], *rows)
    assert ask(table, {"case": {"level": "县"}, "n": 3}).one == {"level": 2}


def test_a_cell_may_compare_with_other_data() -> None:
    table = a_table("UNIQUE", ["n"], ["late"], ("> limit", "true"), ("<= limit", "false"))
    assert [ask(table, {"n": n, "limit": 4}).one["late"] for n in (4, 5)] == [False, True]


@pytest.mark.parametrize(("table", "data", "where"), [
    (a_table("FIRST", ["n"], ["level"], ("-", 'm["limit"]')), {"n": 1, "m": {}}, "第 1 行「level」列"),
    (a_table("FIRST", ["n"], ["level"], ("< 5", "1")), {"n": "3"}, "「n」列"),
    (a_table("FIRST", ["n"], ["level"], ("> absent", "1")), {"n": 3}, "absent"),
    (a_table("FIRST", ["n / 0"], ["level"], ("-", "1")), {"n": 3}, "除数是零"),
    (a_table("COLLECT", ["n"], ["x"], ("-", "1"), ("-", '"a"'), aggregation="SUM"), {"n": 3}, "合计"),
    (a_table("PRIORITY", ["n"], ["level"], ("-", "n"), values="1,2"), {"n": 3}, "不在可选值"),
])
def test_a_cell_that_cannot_be_computed_says_where(table: Any, data: dict[str, Any], where: str) -> None:
    with pytest.raises(CellFailed, match=where):
        ask(table, data)


def test_a_value_outside_the_listed_ones_is_refused() -> None:
    source = a_file('<decision id="limits"><decisionTable hitPolicy="FIRST"><input id="i"><inputExpression>'
                    '<text>s</text></inputExpression><inputValues><text>"a","b"</text></inputValues></input>'
                    '<output id="o" name="x"/><rule id="r"><inputEntry><text>-</text></inputEntry>'
                    "<outputEntry><text>1</text></outputEntry></rule></decisionTable></decision>")
    assert ask(source, {"s": "a"}).one == {"x": 1}
    with pytest.raises(InputMissing, match='"a","b"'):
        ask(source, {"s": "c"})


def test_several_answers_are_not_one() -> None:
    answer = ask(a_table("COLLECT", ["n"], ["level"], *OVERLAPPING), {"n": 4})
    with pytest.raises(DecisionFailed, match="3 个答案"):
        _ = answer.one


def test_a_broken_table_cannot_be_asked() -> None:
    with pytest.raises(TableRefused) as refused:
        ask(a_table("UNIQUE", ["n"], ["level"], ("一般", "1")), {"n": 1})
    assert [finding.code for finding in refused.value.findings] == ["cell_unreadable"]


def test_a_table_of_dmn_1_2_answers_as_well() -> None:
    source = a_file('<decision id="limits"><decisionTable><output id="o" name="x"/><rule id="r">'
                    "<description>why</description><outputEntry><text>1</text></outputEntry></rule>"
                    "</decisionTable></decision>", namespace=DMN_12)
    answer = ask(source, {})
    assert (answer.one, answer.rows[0].note, answer.hit_policy) == ({"x": 1}, "why", "UNIQUE")
