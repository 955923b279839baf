"""A decision table as it is written: titles, cells and citations as text, not yet understood."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_WORD = 8  # characters, with its quotes


@dataclass(frozen=True, slots=True)
class Column:
    """One input or output column.

    `text` is the input expression or the name of the output; `type` the DMN type and `values` the list of
    allowed values as written, both may be empty.
    """

    id: str
    label: str
    text: str
    type: str = ""
    values: str = ""

    @property
    def title(self) -> str:
        """What people call the column."""
        return self.label or self.text or self.id


@dataclass(frozen=True, slots=True)
class Row:
    """One rule, numbered from 1; cites is empty for a local setting (本地设定，无条文)."""

    number: int
    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    cites: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table as written: its hit policy in DMN's words, the aggregator of COLLECT or an empty text."""

    id: str
    name: str
    hit_policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def sentences(self) -> frozenset[int]:
        """The places of the output columns that hold sentences for people: too long to stand beside the others."""
        return frozenset(place for place in range(len(self.outputs)) if any(
            len(row.outputs[place]) > _LONGEST_WORD and not row.outputs[place].isascii() for row in self.rows))
