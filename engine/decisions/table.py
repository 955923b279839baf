"""A compiled table: cells understood once, every column indexed, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.decisions.lookup import Lookup, key_of
from engine.decisions.sheet import Column, TableInfo
from engine.expressions import Expression, ExpressionFailed, Unary


@dataclass(frozen=True, slots=True)
class Input:
    """An input column: what it asks, which values it admits, its cells and their lookup."""

    column: Column
    ask: Expression
    admits: Unary
    cells: tuple[Unary, ...]
    lookup: Lookup

    def admitted(self, value: Any) -> bool:
        """Whether the value is among the listed ones; nothing given (None) always is."""
        if value is None:
            return True
        try:
            return self.admits(value)
        except ExpressionFailed:
            return False


@dataclass(frozen=True, slots=True)
class Output:
    """An output column: its cells (None: left empty) and the rank of each value that it lists."""

    column: Column
    cells: tuple[Expression | None, ...]
    ranks: Mapping[Any, int]

    def rank_of(self, value: Any) -> int | None:
        """The place of a value in the list of the column, the first being 0; None when it is not listed."""
        try:
            return self.ranks.get(key_of(value))
        except TypeError:
            return None


@dataclass(frozen=True, slots=True)
class Table:
    """One compiled decision table."""

    sheet: TableInfo
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    names: tuple[str, ...]  # the data that some cell asks for

    @property
    def every_row(self) -> int:
        """All rows, as bits."""
        return (1 << len(self.sheet.rows)) - 1
