"""What an expression may do while it runs: arithmetic, looking things up, and a few functions, all bounded.

Strings stay under 10,000 characters, lists under 10,000 members and whole numbers within 64 bits, so that a
short text cannot ask for a long computation. A guard that refuses raises `Bounded`, which the evaluator turns
into `ExpressionFailed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

LONGEST = 10_000
LARGEST = 2**63
_SIZED = (str, bytes, list, tuple, dict, set, frozenset)


class Bounded(Exception):
    """A guard refused; the message is the reason, in the reader's words."""


def bounded(value: Any) -> Any:
    """The same value, when it is of a reasonable size; raises Bounded."""
    if isinstance(value, int) and not -LARGEST <= value < LARGEST:
        raise Bounded("数字太大（超过 64 位）")
    if isinstance(value, _SIZED) and len(value) > LONGEST:
        raise Bounded(f"结果太长（超过 {LONGEST} 个）")
    return value


def weighed(value: Any) -> Any:
    """The same value, when all that it contains together is of a reasonable size; raises Bounded.

    A value that is stored and used again goes through here: lists of lists of lists double with every line.
    """
    left, waiting = LONGEST, [value]
    while waiting:
        inner = bounded(waiting.pop())
        left -= 1 + (len(inner) if isinstance(inner, str) else 0)
        if left < 0:
            raise Bounded(f"结果太大（合计超过 {LONGEST} 个）")
        if isinstance(inner, Mapping):
            waiting.extend(inner.keys())
            waiting.extend(inner.values())
        elif isinstance(inner, (list, tuple, set, frozenset)):
            waiting.extend(inner)
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal))


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, _SIZED) and isinstance(right, _SIZED) and len(left) + len(right) > LONGEST:
        raise Bounded(f"结果太长（超过 {LONGEST} 个）")
    return bounded(left + right)


def _times(left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        raise Bounded("「*」只能用于数字")
    return bounded(bounded(left) * bounded(right))


def _remainder(left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        raise Bounded("「%」只能用于数字，文字请用 + 相连")
    return left % right


def _item(container: Any, key: Any) -> Any:
    if isinstance(container, Mapping):
        return container[key]
    if isinstance(container, Sequence) and isinstance(key, int):
        return container[key]
    raise Bounded("方括号只能用于取一组数据中的一项")


def _rounded(number: Any, digits: int | None = None) -> Any:
    if digits is not None and not -18 <= digits <= 18:
        raise Bounded("round 的位数要在 -18 到 18 之间")
    return round(number, digits)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*values: Any, **options: Any) -> Any:
        for value in values:
            bounded(value)
        return bounded(function(*values, **options))

    return call


SAFE_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "round": _rounded,
    **{function.__name__: _guarded(function)
       for function in (abs, len, min, max, str, int, float, bool, sum, any, all, sorted)},
}

GUARDS: Mapping[str, Any] = {
    "__builtins__": {},
    "_add_": _added,
    "_times_": _times,
    "_remainder_": _remainder,
    "_getitem_": _item,
}
