"""Texts that try to get out of the small language: refused before they run, or failing in bounds."""

from __future__ import annotations

import pytest

from engine.expressions import ExpressionFailed, ExpressionRefused, compile_assignments, compile_expression
from tests.engine.expressions.payloads import FAILED, REFUSED

DATA = {"x": "text", "n": {"a": 1}, "d": "9" * 5000, "big": "a" * 9_000, "many": [0] * 9_000}


def _deep() -> list[object]:
    found: list[object] = []
    for _ in range(5_000):
        found = [found]
    return found


@pytest.mark.parametrize("text", REFUSED)
def test_an_attack_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compile_expression(text)
    assert refused.value.text == text and refused.value.reason


@pytest.mark.parametrize("text", FAILED)
def test_what_fails_while_running_says_text_and_reason(text: str) -> None:
    expression = compile_expression(text)
    with pytest.raises(ExpressionFailed) as failed:
        expression.evaluate(DATA | {"deep": _deep(), "other": _deep()})
    assert failed.value.text == text and failed.value.reason


def test_the_corpus_is_large_enough() -> None:
    assert len(set(REFUSED)) >= 300 and len(set(FAILED)) >= 30


@pytest.mark.parametrize("name", ["_getitem_", "_add_", "__builtins__", "len", "_times_"])
def test_data_cannot_replace_a_guard_or_a_helper(name: str) -> None:
    expression = compile_expression("len(x['a']) + 1 * 2")
    assert expression.evaluate({"x": {"a": "ab"}, name: lambda *_: 99}) == 4


@pytest.mark.parametrize("text", [
    "import os", "a.b = 1", "a, b = 1, 2", "a = b = 1", "a: int = 1", "a += 1", "def f(): pass", "print('a')",
    "for i in x: pass", "a[0] = 1", "del a", "len = 1", "_a = 1", "case = 1", "ｌｅｎ = 1", "x", "", "# x",
    "a = open('x')", "a = x.y", "if x: a = 1", "class A: pass", "global a", "*a, b = x", "print = 1",
    "a = (b := 1)", "a = 1\n" * 51, "with x: a = 1", "while 1: a = 1", "try:\n a = 1\nfinally:\n a = 2",
    "a = " + "1" * 5_000,
])
def test_a_script_holds_nothing_but_assignments(text: str) -> None:
    with pytest.raises(ExpressionRefused):
        compile_assignments(text, reserved=("case",))


@pytest.mark.parametrize("line", ["a = [a, a]", "a = a + a", "a = {'x': a, 'y': a}", "a = str(a) + str(a)"])
def test_a_script_that_doubles_with_every_line_is_stopped(line: str) -> None:
    script = compile_assignments("\n".join(["a = ['0123456789']", *[line] * 40]))
    with pytest.raises(ExpressionFailed):
        script.run({})
