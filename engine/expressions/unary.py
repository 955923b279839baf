"""The unary tests of a DMN cell: does this value pass?"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.expressions.errors import ExpressionFailed
from engine.expressions.unary_grammar import Comparison, Range, Reference, Test, Tests, read_tests

_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
_KIND_WORDS = {"string": "文字", "number": "数字", "boolean": "是非", "date": "日期", "date and time": "时刻",
               "null": "空值", "other": "一组数据"}


@dataclass(frozen=True, slots=True)
class Unary:
    """A compiled cell. Called with a value and the data by name, it says whether the value passes.

    A missing value (None) passes only `-`, `null`, `!= …` and `not(…)`. Text and number are never equal, nor
    are 1 and true; an ordering between different kinds raises ExpressionFailed. Where a date is asked, an ISO
    text is read as one.
    """

    text: str
    tests: Tests
    names: frozenset[str]

    def __call__(self, value: Any, names: Mapping[str, Any] | None = None) -> bool:
        if not self.tests.tests:
            return True
        try:
            return any(_holds(test, value, names or {}) for test in self.tests.tests) != self.tests.negated
        except _Incomparable as error:
            raise ExpressionFailed(self.text, str(error)) from None
        except Exception as error:
            raise ExpressionFailed(self.text, f"无法比较（{type(error).__name__}）") from error

    @property
    def passes_all(self) -> bool:
        """Whether the cell is `-` or empty."""
        return not self.tests.tests

    @property
    def is_equality(self) -> bool:
        """Whether the cell asks only for (in)equality with constants, so that a dictionary can answer."""
        return not self.names and all(
            isinstance(test, Comparison) and test.operator in ("=", "!=") for test in self.tests.tests)

    @property
    def is_plain(self) -> bool:
        """Whether the cell simply lists constants that pass."""
        return self.is_equality and not self.tests.negated and all(
            isinstance(test, Comparison) and test.operator == "=" for test in self.tests.tests)

    @property
    def is_about_dates(self) -> bool:
        """Whether a literal of the cell is a date, so that a text may have to be read as one."""
        return not self.kinds.isdisjoint({"date", "date and time"})

    @property
    def constants(self) -> tuple[Any, ...]:
        """Every literal of the cell, in the order written."""
        ends = (end for test in self.tests.tests for end in _ends(test))
        return tuple(end for end in ends if not isinstance(end, Reference))

    @property
    def kinds(self) -> frozenset[str]:
        """The DMN types of its literals, null left out."""
        return frozenset(kind_of(value) for value in self.constants if value is not None)

    def stretches(self, points: Sequence[int | float]) -> int:
        """Which numbers pass, as bits: below the first point, the first point, between it and the next …

        For a cell without names whose numbers are all among the points, which are sorted.
        """
        everything = (1 << 2 * len(points) + 1) - 1
        if self.passes_all:
            return everything
        found = 0
        for test in self.tests.tests:
            found |= _stretches(test, points, everything)
        return everything ^ found if self.tests.negated else found


def compile_unary(text: str, names: Collection[str] | None = None) -> Unary:
    """The cell, read and compiled; raises ExpressionRefused with the place and what to write instead.

    `names` are the data a comparison may mention; None allows any.
    """
    return _compiled(text, None if names is None else frozenset(names))


@lru_cache(maxsize=16384)
def _compiled(text: str, names: frozenset[str] | None) -> Unary:
    tests = read_tests(text, names)
    mentioned = {end.name for test in tests.tests for end in _ends(test) if isinstance(end, Reference)}
    return Unary(text.strip(), tests, frozenset(mentioned))


def kind_of(value: Any) -> str:
    """The DMN type name of a value: string, number, boolean, date, date and time, null or other."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "string"
        case datetime():
            return "date and time"
        case date():
            return "date"
    return "other"


class _Incomparable(Exception):
    """Two values have no order; the message says why."""


def _ends(test: Test) -> Iterator[Any]:
    if isinstance(test, Comparison):
        yield test.endpoint
    else:
        yield test.low
        yield test.high


def _holds(test: Test, value: Any, names: Mapping[str, Any]) -> bool:
    if isinstance(test, Range):
        return (_compared(">=" if test.low_in else ">", value, _resolved(test.low, names))
                and _compared("<=" if test.high_in else "<", value, _resolved(test.high, names)))
    end = _resolved(test.endpoint, names)
    if test.operator in _ORDERED:
        return _compared(test.operator, value, end)
    return _equal(value, end) == (test.operator == "=")


def _stretches(test: Test, points: Sequence[int | float], everything: int) -> int:
    """The bits of `Unary.stretches` for one test; only a number can be equal to or beside a number."""
    if isinstance(test, Range):
        low = _stretches(Comparison(">=" if test.low_in else ">", test.low), points, everything)
        return low & _stretches(Comparison("<=" if test.high_in else "<", test.high), points, everything)
    if kind_of(test.endpoint) != "number":
        return everything if test.operator == "!=" else 0
    here = 1 << 2 * bisect_left(points, test.endpoint) + 1
    below, above = here - 1, everything & ~(2 * here - 1)
    return {"=": here, "!=": everything ^ here, "<": below, "<=": below | here, ">": above,
            ">=": above | here}[test.operator]


def _resolved(end: Any, names: Mapping[str, Any]) -> Any:
    if not isinstance(end, Reference):
        return end
    if end.name not in names:
        raise _Incomparable(f"没有叫「{end.name}」的数据")
    return names[end.name]


def _equal(value: Any, end: Any) -> bool:
    value, end = _as_dates(value, end)
    kinds = kind_of(value), kind_of(end)
    if set(kinds) == {"date", "date and time"}:
        raise _Incomparable("时刻不能与日期相比")
    return kinds[0] == kinds[1] and bool(value == end)


def _compared(sign: str, value: Any, end: Any) -> bool:
    if value is None or end is None:
        return False
    value, end = _as_dates(value, end)
    kinds = kind_of(value), kind_of(end)
    if kinds[0] != kinds[1] or kinds[0] in ("boolean", "other"):
        raise _Incomparable(f"{_KIND_WORDS[kinds[0]]}不能与{_KIND_WORDS[kinds[1]]}比大小")
    return _ORDERED[sign](value, end)


def _as_dates(value: Any, end: Any) -> tuple[Any, Any]:
    """Both, a text read as a date where the other one is a date."""
    if isinstance(end, date) and isinstance(value, str):
        return _read_date(value, end), end
    if isinstance(value, date) and isinstance(end, str):
        return value, _read_date(end, value)
    return value, end


def _read_date(text: str, like: date) -> date:
    try:
        return datetime.fromisoformat(text) if isinstance(like, datetime) else date.fromisoformat(text)
    except ValueError:
        raise _Incomparable(f"「{text[:40]}」不是日期") from None
