"""Which rows does a value satisfy in one column: answered without walking down the rows.

Rows are bits of a whole number. Equality with constants is one look into a dictionary, ranges of numbers are
one binary search; only cells that compare with other data, and dates, are tried singly, each wording once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.expressions import Unary
from engine.expressions.unary import kind_of

MOST_TRIALS = 100_000
_ANYTHING_ELSE = object()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The rows of one column by value. Build it with `lookup_of`."""

    always: int
    equal: Mapping[Any, int]
    otherwise: int
    points: Sequence[int | float] = ()
    regions: Sequence[int] = ()
    ordered: Mapping[Unary, int] = field(default_factory=dict)
    tried: Mapping[Unary, int] = field(default_factory=dict)

    def rows(self, value: Any, names: Mapping[str, Any]) -> int:
        """The rows whose cell the value passes, as bits; raises ExpressionFailed."""
        found = self.always | self._equal(value)
        if self.points and kind_of(value) == "number" and value == value:
            place = bisect_left(self.points, value)
            exact = place < len(self.points) and self.points[place] == value
            found |= self.regions[2 * place + exact]
        elif self.ordered:
            found |= _tried(self.ordered, value, names)
        return found | _tried(self.tried, value, names) if self.tried else found

    def _equal(self, value: Any) -> int:
        try:
            return self.equal.get(key_of(value), self.otherwise)
        except TypeError:
            return self.otherwise


def lookup_of(cells: Sequence[Unary]) -> Lookup:
    """The lookup of a column, its cells given from the first row to the last."""
    wordings: dict[Unary, int] = {}
    for place, cell in enumerate(cells):
        wordings[cell] = wordings.get(cell, 0) | 1 << place
    always = sum(bits for cell, bits in wordings.items() if cell.passes_all)
    rest = {cell: bits for cell, bits in wordings.items() if not cell.passes_all}
    equality = {cell: bits for cell, bits in rest.items() if cell.is_equality and not _about_dates(cell)}
    ordered = {cell: bits for cell, bits in rest.items()
               if cell not in equality and not cell.names and cell.kinds == {"number"}}
    points = sorted({value for cell in ordered for value in cell.constants if value is not None})
    if len(points) * 2 * len(ordered) > MOST_TRIALS:
        ordered, points = {}, []
    tried = {cell: bits for cell, bits in rest.items() if cell not in equality and cell not in ordered}
    constants = {key_of(value): value for cell in equality for value in cell.constants}
    return Lookup(
        always=always,
        equal={key: _tried(equality, value, {}) for key, value in constants.items()},
        otherwise=_tried(equality, _ANYTHING_ELSE, {}),
        points=points,
        regions=[_tried(ordered, value, {}) for value in samples_around(points)] if points else [],
        ordered=ordered, tried=tried,
    )


def samples_around(points: Sequence[int | float]) -> list[Any]:
    """A number below the first point, then each point and one between it and the next, or above the last."""
    if not points:
        return []
    exact = [Decimal(point) for point in points]
    between = [exact[0] - 1, *((low + high) / 2 for low, high in zip(exact, exact[1:], strict=False)),
               exact[-1] + 1]
    return [value for pair in zip(between, [*points, None], strict=True) for value in pair][:-1]


def _tried(cells: Mapping[Unary, int], value: Any, names: Mapping[str, Any]) -> int:
    found = 0
    for cell, bits in cells.items():
        if cell(value, names):
            found |= bits
    return found


def key_of(value: Any) -> Any:
    """The value as a dictionary key under which 1 and true are different."""
    return value if isinstance(value, str) else (kind_of(value), value)


def _about_dates(cell: Unary) -> bool:
    return not cell.kinds.isdisjoint({"date", "date and time"})
