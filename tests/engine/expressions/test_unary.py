"""The unary tests of a DMN cell."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions import ExpressionFailed, ExpressionRefused, compile_unary

NAMES = {"limit": 4, "since": "2026-01-05", "word": "县", "nothing": None}


@pytest.mark.parametrize(("cell", "passing", "failing"), [
    ("-", [1, None, "a"], []),
    ("", [1, None], []),
    ('"重大"', ["重大"], ["一般", None, 1]),
    ('"重大","特别重大"', ["重大", "特别重大"], ["一般"]),
    ('not("一般")', ["重大", None, 3], ["一般"]),
    ('not("一般", "较大")', ["重大"], ["一般", "较大"]),
    ("1,2,3", [1, 3, 2.0, Decimal(2)], [4, "1", True]),
    ("-3", [-3], [3]),
    ("2.5", [2.5, Decimal("2.5")], [2]),
    ("true", [True], [1, "true", False, None]),
    ("false", [False], [0, None]),
    ("null", [None], [0, "", False]),
    ("not(null)", [0, ""], [None]),
    ("[1..5]", [1, 3, 5], [0, 6, None]),
    ("(1..5)", [2, 4.9], [1, 5]),
    ("]1..5[", [2], [1, 5]),
    ("[1..5)", [1], [5]),
    ("[1..limit]", [4], [5]),
    ("< 3", [2, -1], [3, None]),
    ("<= 3", [3], [4]),
    ("> 3", [4], [3]),
    (">= limit", [4, 5], [3]),
    ("= limit", [4], [5, "4"]),
    ("!= limit", [5, None], [4]),
    ('!= "a"', ["b", None], ["a"]),
    ("= nothing", [None], [0]),
    ("> nothing", [], [1]),
    ("= word", ["县"], ["乡"]),
    ("< 3, > 8, 5", [2, 9, 5], [4]),
    ("not(< 3, > 8)", [3, 8], [2, 9]),
    ('date("2026-01-05")', [date(2026, 1, 5), "2026-01-05"], [date(2026, 1, 6), None]),
    ('>= date("2026-01-05")', ["2026-01-05", date(2027, 1, 1)], ["2025-12-31"]),
    ('[date("2026-01-01")..date("2026-12-31")]', ["2026-06-01"], ["2027-01-01"]),
    ('> date and time("2026-01-05T08:30:00Z")', [datetime(2026, 1, 5, 9, tzinfo=UTC)],
     ["2026-01-05T08:00:00Z"]),
    (">= since", [date(2026, 1, 5)], [date(2026, 1, 4)]),
    ('"a \\"quoted\\" word"', ['a "quoted" word'], ["a"]),
    ('"逗号，在里面"', ["逗号，在里面"], ["逗号"]),
])
def test_a_cell_passes_these_and_not_those(cell: str, passing: list[Any], failing: list[Any]) -> None:
    test = compile_unary(cell, NAMES)
    assert [value for value in passing if not test(value, NAMES)] == []
    assert [value for value in failing if test(value, NAMES)] == []


@pytest.mark.parametrize(("cell", "place", "advice"), [
    ("一般", 1, '"一般"'),
    ("“一般”", 1, "英文的"),
    ("'a'", 1, "双引号"),
    ('"a', 1, "没有关上"),
    ("1..5", 2, "[1..5]"),
    ("[5..1]", 1, "前大后小"),
    ('["a".."b"]', 1, "数字或日期"),
    ('[1..date("2026-01-01")]', 1, "同一种"),
    ("[1,2]", 3, "两个点"),
    ("[1..2", 6, "没有关上"),
    ("== 3", 1, "一个等号"),
    ('"a" "b"', 5, "英文逗号"),
    ('"a" or "b"', 5, "英文逗号"),
    ("not 3", 5, "括号"),
    ("not(3", 6, "没有关上"),
    ("not(not(3))", 5, "不能调用"),
    ("? > 3", 1, "?"),
    ("foo(3)", 1, "不能调用"),
    ("foo", 1, "没有叫「foo」的数据"),
    ("True", 1, "true"),
    ("x.y", 2, "不认识"),
    ("1,", 3, "要写一个值"),
    ('date("soon")', 6, "不是日期"),
    ("9" * 30, 1, "太大"),
    ("limit.length", 6, "不认识"),
    ("a" * 1001, None, "1000"),
])
def test_another_writing_is_refused_with_place_and_advice(cell: str, place: int | None, advice: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compile_unary(cell, NAMES)
    assert advice in refused.value.reason
    assert place is None or refused.value.reason.startswith(f"第 {place} 个字符处")


@pytest.mark.parametrize(("cell", "value"), [("< 3", "2"), ("> absent", 1), ('< date("2026-01-01")', "soon"),
                                             ("< 3", True), ("[1..3]", [1]), ("< word", 3),
                                             ('date("2026-01-01")', datetime(2026, 1, 1, tzinfo=UTC))])
def test_what_cannot_be_compared_fails_and_is_never_silence(cell: str, value: Any) -> None:
    with pytest.raises(ExpressionFailed):
        compile_unary(cell)(value, NAMES)


def test_a_cell_names_the_data_it_compares_with() -> None:
    assert compile_unary("> limit, [1..top]").names == {"limit", "top"}


CELLS = st.lists(st.sampled_from(
    ["1", "-", '"a"', "x", "not", "(", ")", "[", "]", "..", ",", "<", ">=", "=", "!=", "date", '"2026-01-01"',
     "null", "true", " ", "“", "99999999999999999999", "\x00"]), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(CELLS, st.text(max_size=30)), st.one_of(st.none(), st.integers(), st.text(), st.booleans(),
                                                         st.floats(), st.lists(st.integers())))
def test_no_cell_whatever_makes_another_error(cell: str, value: Any) -> None:
    try:
        assert compile_unary(cell)(value, {"x": 1}) in (True, False)
    except (ExpressionRefused, ExpressionFailed) as error:
        assert error.text == cell or error.text == cell.strip()
