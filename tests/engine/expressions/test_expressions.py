"""What the small language can say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Invalid, Unavailable
from engine.expressions import (
    ExpressionFailed,
    ExpressionRefused,
    check,
    compile_assignments,
    compile_expression,
    problem_of_name,
)

CASE = {"case": {"level": 3, "severity": "重大", "returns": 0}, "form": {"outcome": "up"}, "级别": "县"}


@pytest.mark.parametrize(("text", "value"), [
    ('form["outcome"] == "up"', True),
    ('form["outcome"] in ["up", "down"] and case["level"] > 1', True),
    ('case["severity"] == "重大" or 级别 == "市"', True),
    ('"县" if case["level"] == 3 else "乡"', "县"),
    ('case["level"] * 2 + 1', 7),
    ("10 / 4 - 7 // 2 + 7 % 4", 2.5),
    ('not case["returns"]', True),
    ('case["returns"] is None', False),
    ("1 < case['level'] <= 3", True),
    ('{"a": [1, (2, 3)]}', {"a": [1, (2, 3)]}),
    ('len(级别 + "级") + max(1, 2) + round(2.6)', 7),
    ("sorted([3, 1], reverse=True)", [3, 1]),
    ("-case['level']", -3),
    (" 1 ", 1),
])
def test_an_expression_gives_its_value(text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(CASE) == value


def test_an_expression_names_the_data_it_asks_for() -> None:
    assert compile_expression('len(a) > b["c"] + due("d")', ["due"]).names == {"a", "b"}


def test_the_caller_hands_over_its_own_functions() -> None:
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    due = compile_expression('due("climb")', ["due"])
    assert due.evaluate({}, {"due": lambda stage: moment if stage == "climb" else None}) == moment


def test_a_function_that_fails_gives_its_reason() -> None:
    def due(stage: str) -> datetime:
        raise Unavailable(f"没有「{stage}」的时限")

    with pytest.raises(ExpressionFailed, match="没有「climb」的时限"):
        compile_expression('due("climb")', ["due"]).evaluate({}, {"due": due})


def test_a_function_that_was_not_handed_over_is_missing() -> None:
    with pytest.raises(ExpressionFailed, match="due"):
        compile_expression('due("climb")', ["due"]).evaluate({})


@pytest.mark.parametrize(("text", "reason"), [
    ("absent", "没有叫「absent」的数据"),
    ('case["colour"]', "数据里没有「colour」这一项"),
    ("1 / 0", "除数是零"),
])
def test_a_failure_says_why_in_plain_words(text: str, reason: str) -> None:
    with pytest.raises(ExpressionFailed, match=reason):
        compile_expression(text).evaluate(CASE)


@pytest.mark.parametrize(("text", "advice"), [
    ('form["outcome"] == “up”', "英文的"),
    ("matter.limit", "方括号"),
    ("a = 1", "=="),
    ("{1, 2}", "方括号"),
    ("len", "len("),
])
def test_a_refusal_says_what_to_write_instead(text: str, advice: str) -> None:
    assert advice in (check(text) or "")


def test_a_usable_text_has_no_problem() -> None:
    assert check('form["outcome"] == "up"') is None


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("null", None),
                                             ("true and x", 5), ("x if not false else null", 5)])
def test_a_table_may_use_the_words_of_dmn(text: str, value: Any) -> None:
    assert compile_expression(text, feel=True).evaluate({"x": 5}) == value


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("1 + x") is compile_expression("1 + x")


def test_a_script_assigns_line_by_line_and_leaves_the_data_alone() -> None:
    data = {"x": 1}
    script = compile_assignments('y = (x +\n  1)\nz = y * 2  # twice\nx = "late"')
    assert script.targets == ("y", "z", "x") and script.names == {"x"}
    assert script.run(data) == {"y": 2, "z": 4, "x": "late"}
    assert data == {"x": 1}


@pytest.mark.parametrize("name", ["_a", "len", "ｌｅｎ", "1a", "a b", "", "print", "__builtins__"])
def test_such_a_name_is_not_for_data(name: str) -> None:
    assert problem_of_name(name, ["len"])


@pytest.mark.parametrize("name", ["a", "级别", "result2"])
def test_such_a_name_is_fine(name: str) -> None:
    assert problem_of_name(name, ["len"]) is None


WORDS = st.lists(st.sampled_from(
    ["x", "n", "len", "str", "max", "(", ")", "[", "]", "{", "}", "'a'", '"', "1", "9999999999", "0.5", "+",
     "*", "%", "-", "/", "==", "<", "in", "not", "and", "if", "else", "is", "None", ",", ":", ".", "=", "**",
     "lambda", "for", "_", "\\", "\n", "#", "“", "é", "\x00", "𝓁", ";", "@"]), max_size=25)


@settings(max_examples=300, deadline=None)
@given(st.one_of(WORDS.map(" ".join), WORDS.map("".join), st.text(max_size=60)))
def test_no_text_whatever_makes_another_error(text: str) -> None:
    try:
        compile_expression(text).evaluate({"x": "t", "n": {"a": 1}})
        compile_assignments(f"y = {text}").run({"x": [1], "n": 2})
    except (ExpressionRefused, ExpressionFailed) as error:
        assert isinstance(error, Invalid) and error.text is not None
