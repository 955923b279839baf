"""Which rows does a value satisfy in one column: answered without walking down the rows.

Rows are bits of a whole number. Equality with constants is one look into a dictionary, ranges of numbers are
one binary search; only cells that compare with other data, and dates, are tried singly, each wording once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import xor
from typing import Any

from engine.expressions import Unary
from engine.expressions.unary import kind_of

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
    equality = {cell: bits for cell, bits in rest.items() if cell.is_equality and not cell.is_about_dates}
    ordered = {cell: bits for cell, bits in rest.items()
               if cell not in equality and not cell.names and cell.kinds == {"number"}}
    points = numbers_of(ordered)
    return Lookup(
        always=always,
        equal=_equal_rows(equality),
        otherwise=_tried(equality, _ANYTHING_ELSE, {}),
        points=points, regions=_rows_by_stretch(ordered, points), ordered=ordered,
        tried={cell: bits for cell, bits in rest.items() if cell not in equality and cell not in ordered},
    )


def numbers_of(cells: Iterable[Unary]) -> list[int | float]:
    """Every number that the cells mention, sorted."""
    return sorted({value for cell in cells for value in cell.constants if kind_of(value) == "number"})


def _equal_rows(cells: Mapping[Unary, int]) -> dict[Any, int]:
    """The rows of every constant; a plain list is turned over directly, any other cell is tried."""
    plain = {cell: bits for cell, bits in cells.items() if cell.is_plain}
    others = {cell: bits for cell, bits in cells.items() if not cell.is_plain}
    found = {key_of(value): _tried(others, value, {}) for cell in cells for value in cell.constants}
    for cell, bits in plain.items():
        for value in cell.constants:
            found[key_of(value)] |= bits
    return found


def _rows_by_stretch(cells: Mapping[Unary, int], points: Sequence[int | float]) -> list[int]:
    """The rows that pass in every stretch: each cell says where it begins and ends, then one sweep."""
    changes = [0] * (2 * len(points) + 2)
    for cell, rows in cells.items():
        stretches = cell.stretches(points)
        edges = stretches ^ stretches << 1
        while edges:
            lowest = edges & -edges
            changes[lowest.bit_length() - 1] ^= rows
            edges ^= lowest
    return list(accumulate(changes[:-1], xor)) if cells else []


def _tried(cells: Mapping[Unary, int], value: Any, names: Mapping[str, Any]) -> int:
    found = 0
    for cell, bits in cells.items():
        if cell(value, names):
            found |= bits
    return found


def key_of(value: Any) -> Any:
    """The value as a dictionary key under which 1 and true are different."""
    return value if isinstance(value, str) else (kind_of(value), value)

