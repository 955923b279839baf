"""S2: texts made by the grammar, allowed or not, and values to match: one class of errors, few steps, little memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import FrameType
from typing import Any

import hypothesis
from hypothesis import strategies as st

from engine.expressions import (
    SAFE_FUNCTIONS,
    ExpressionFailed,
    ExpressionRefused,
    compile_assignments,
    compile_expression,
    compile_unary,
)
from tests.engine.expressions.payloads import FAILED, REFUSED
from tests.storms.conftest import Say
from tests.storms.sizes import sizes

MOST_STEPS = 5_000  # calls, of Python and of C: 300 nodes can ask for some ten each
MOST_BYTES = 10 * 1024 * 1024
DATA: dict[str, Any] = {
    "x": 3, "f": 0.5, "t": "重大", "d": {"a": 1, "b": [1, 2]}, "l": [1, 2, 3], "n": None, "big": "长" * 9_000,
    "many": list(range(9_000)), "most": 2**62, "when": "2026-01-05", "at": datetime(2026, 1, 5, tzinfo=UTC),
    "day": date(2026, 1, 5), "nested": [[[[[[1]]]]]] * 50}
NAMES = st.sampled_from([*DATA, "absent"])
WILD_NAMES = st.sampled_from(["_x", "__class__", "print", *SAFE_FUNCTIONS])
LETTERS = st.characters(blacklist_characters="'\\\n\r", blacklist_categories=("Cs", "Cc"))
LEAVES = st.one_of(NAMES, st.integers(-10**9, 10**19).map(str), st.floats(0, 1e6).map(repr),
                   st.text(LETTERS, max_size=8).map(lambda text: f"'{text}'"), st.sampled_from(["True", "None", "''"]))
WILD_LEAVES = st.one_of(LEAVES, LEAVES, WILD_NAMES, st.sampled_from(["...", "b'a'", "1j", "9" * 30, "'a", ")"]))
TWO = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"])
WILD_TWO = st.sampled_from(["**", "<<", "|", "@", ":=", "is", ".", ";", "if", "\n", "#"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, min_size=1, max_size=4)
    functions = st.sampled_from(sorted(SAFE_FUNCTIONS))
    return st.one_of(
        st.tuples(inner, TWO, inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(st.sampled_from(["-", "not "]), inner).map(lambda parts: f"({''.join(parts)})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        st.tuples(NAMES, inner).map(lambda parts: f"{parts[0]}[{parts[1]}]"),
        st.tuples(functions, some).map(lambda parts: f"{parts[0]}({', '.join(parts[1])})"),
        some.map(lambda parts: f"[{', '.join(parts)}]"), some.map(lambda parts: f"({', '.join(parts)},)"),
        st.lists(st.tuples(inner, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"))


def _wilder(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _larger(inner), st.tuples(inner, WILD_TWO, inner).map(" ".join), st.tuples(WILD_NAMES, inner).map(" ".join),
        st.tuples(st.sampled_from(["~", "await ", "*", "**", "yield ", "lambda: "]), inner).map("".join),
        st.tuples(inner, st.sampled_from([".real", ".__class__", "[0:1]", "()", "[::]", "["])).map("".join),
        inner.map(lambda text: f"[y for y in {text}]"), inner.map(lambda text: f"f'{{{text}}}'"))


ALLOWED = st.recursive(LEAVES, _larger, max_leaves=25)
TEXTS = st.one_of(ALLOWED, ALLOWED, st.recursive(WILD_LEAVES, _wilder, max_leaves=25), st.sampled_from(REFUSED),
                  st.sampled_from(FAILED))
ENDS = st.sampled_from(["1", "-2.5", "99999999999999999999", '"a"', '"重大"', "true", "null", "limit", "absent", "_x",
                        'date("2026-01-05")', 'date and time("2026-01-05T08:30:00Z")', 'date("soon")', "and", "?",
                        "“一般”"])
TESTS = st.one_of(
    ENDS, st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!=", "==", "<>"]), ENDS).map(" ".join),
    st.tuples(st.sampled_from("[(]"), ENDS, st.sampled_from(["..", "..", "...", ","]), ENDS,
              st.sampled_from("])[")).map("".join))
CELLS = st.one_of(
    st.just("-"), st.lists(TESTS, max_size=6).map(", ".join), st.lists(TESTS, max_size=4).map(
        lambda tests: f"not({', '.join(tests)})"), st.text(max_size=30), st.sampled_from(REFUSED))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers()),
                   st.sampled_from([*DATA.values()]), st.datetimes(), st.decimals())


class Steps:
    """How many calls there were, as the interpreter tells."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        self.count += event in ("call", "c_call")


def counted(act: Callable[[], Any]) -> int:
    """The steps that this takes; only the two declared errors may come of it."""
    steps = Steps()
    sys.setprofile(steps)
    try:
        act()
    except (ExpressionRefused, ExpressionFailed) as problem:
        assert problem.reason and problem.text is not None
    finally:
        sys.setprofile(None)
    return steps.count


def fuzz(test: Callable[..., None], seed: int, size: int, **given: st.SearchStrategy[Any]) -> None:
    """Let Hypothesis try this so many times, from this seed."""
    tried = hypothesis.given(**given)(test)
    tried = hypothesis.settings(max_examples=size, deadline=None, database=None,
                                suppress_health_check=list(hypothesis.HealthCheck))(tried)
    hypothesis.seed(seed)(tried)()


@sizes(small=300, storm=20_000, full=1_000_000)
def test_no_expression_makes_another_error_or_works_long(size: int, seed: int, say: Say) -> None:
    ran = 0

    def tried(text: str) -> None:
        nonlocal ran
        try:
            expression = compile_expression(text)
        except ExpressionRefused:
            return
        ran += 1
        assert counted(lambda: expression.evaluate(DATA)) <= MOST_STEPS
    fuzz(tried, seed, size, text=TEXTS)
    assert ran > size // 8
    say(f"{size} expressions, {ran} of them evaluated, at most {MOST_STEPS} calls each")


@sizes(small=60, storm=2_000, full=100_000)
def test_no_script_takes_more_memory_than_it_may(size: int, seed: int, say: Say) -> None:
    def tried(lines: list[str]) -> None:
        script = "\n".join(f"y{number} = {line}" for number, line in enumerate(lines))
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        try:
            compile_assignments(script).run(DATA)
        except (ExpressionRefused, ExpressionFailed):
            pass
        assert tracemalloc.get_traced_memory()[1] - before < MOST_BYTES
    tracemalloc.start()
    try:
        fuzz(tried, seed, size, lines=st.lists(TEXTS, min_size=1, max_size=6))
    finally:
        tracemalloc.stop()
    say(f"{size} scripts within {MOST_BYTES // 1024 // 1024} MB")


@sizes(small=300, storm=20_000, full=1_000_000)
def test_no_cell_makes_another_error_or_works_long(size: int, seed: int, say: Say) -> None:
    ran = 0

    def tried(cell: str, value: Any) -> None:
        nonlocal ran
        try:
            unary = compile_unary(cell)
        except ExpressionRefused:
            return
        ran += 1

        def asked() -> None:
            assert unary(value, {"limit": 4}) in (True, False)
        assert counted(asked) <= MOST_STEPS
    fuzz(tried, seed, size, cell=CELLS, value=VALUES)
    assert ran > size // 20
    say(f"{size} cells, {ran} of them asked, at most {MOST_STEPS} calls each")
