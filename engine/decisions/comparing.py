"""What two versions of a table have different, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from engine.decisions.describing import describe
from engine.decisions.sheet import Row, TableInfo
from engine.library.source import Source

Kind = Literal["same", "added", "removed", "changed"]


class Heading(NamedTuple):
    """One column of either version: `side` is input, output, cites or note, `text` what it asks or is called."""

    side: str
    text: str
    title: str


class Cell(NamedTuple):
    """One place of a row in both versions."""

    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row; its numbers are None in the version that does not have it, `moved` when it changed its place."""

    kind: Kind
    before: int | None
    after: int | None
    cells: tuple[Cell, ...]
    moved: bool = False


@dataclass(frozen=True, slots=True)
class TableChange:
    """Both versions on top of each other; `columns` are those that only one of them has."""

    headings: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    hit_policy: Cell
    rows: tuple[RowChange, ...]

    def count(self, kind: Kind) -> int:
        """How many rows of this kind."""
        return sum(row.kind == kind for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same."""
        return not self.columns and not self.hit_policy.is_changed and all(
            row.kind == "same" and not row.moved for row in self.rows)


def compare(before: Source, after: Source) -> TableChange:
    """The rows of both versions in the order of the new one; raises TableRefused where there is no table."""
    old, new = describe(before), describe(after)
    known = {heading[:2]: heading for heading in (*_headings(old), *_headings(new))}
    mine, theirs = ({heading[:2] for heading in _headings(one)} for one in (new, old))
    headings = tuple(sorted(known.values(), key=lambda one: ("input", "output", "cites", "note").index(one.side)))
    pairs = _pairs(old.rows, new.rows)
    moved = _moved(pairs)
    rows = tuple(_row(left, right, _cells(left, old, right, new, headings), bool(right and right.id in moved))
                 for left, right in pairs)
    columns = tuple(one for one in headings if (one[:2] in mine) != (one[:2] in theirs))
    return TableChange(headings, columns, Cell(_policy(old), _policy(new)), rows)


def _headings(table: TableInfo) -> list[Heading]:
    return [*(Heading("input", one.text, one.title) for one in table.inputs),
            *(Heading("output", one.text, one.title) for one in table.outputs),
            Heading("cites", "", ""), Heading("note", "", "")]


def _policy(table: TableInfo) -> str:
    return f"{table.hit_policy} {table.aggregation}".strip()


def _pairs(old: Sequence[Row], new: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """Each row beside its former self: found by id, else by what it says; the lost ones where they stood."""
    by_id = {row.id: row for row in old}
    known = {row.id for row in new} & set(by_id)
    by_words = {_words(row): row for row in old if row.id not in known}
    found = [(by_id[row.id] if row.id in known else by_words.pop(_words(row), None), row) for row in new]
    pairs: list[tuple[Row | None, Row | None]] = list(found)
    kept = {left.number for left, _ in found if left}
    for row in reversed([row for row in old if row.number not in kept]):
        place = next((at for at, (left, _) in enumerate(pairs) if left and left.number > row.number), len(pairs))
        pairs.insert(place, (row, None))
    return pairs


def _moved(pairs: Sequence[tuple[Row | None, Row | None]]) -> set[str]:
    """The ids of the rows that changed their place among those that both versions have."""
    both = [(left, right) for left, right in pairs if left and right]
    now = [left.number for left, _ in both]
    blocks = SequenceMatcher(None, sorted(now), now, autojunk=False).get_matching_blocks()
    still = {place for block in blocks for place in range(block.b, block.b + block.size)}
    return {right.id for place, (_, right) in enumerate(both) if place not in still}


def _words(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return row.inputs, row.outputs


def _row(left: Row | None, right: Row | None, cells: tuple[Cell, ...], moved: bool) -> RowChange:
    if left is None or right is None:
        return RowChange("added" if left is None else "removed", None if left is None else left.number,
                         None if right is None else right.number, cells)
    kind: Kind = "changed" if any(cell.is_changed for cell in cells) else "same"
    return RowChange(kind, left.number, right.number, cells, moved)


def _cells(left: Row | None, old: TableInfo, right: Row | None, new: TableInfo,
           headings: Sequence[Heading]) -> tuple[Cell, ...]:
    before, after = _said(left, old), _said(right, new)
    return tuple(Cell(before.get(one[:2], ""), after.get(one[:2], "")) for one in headings)


def _said(row: Row | None, table: TableInfo) -> Mapping[tuple[str, str], str]:
    if row is None:
        return {}
    said = {("input", column.text): text for column, text in zip(table.inputs, row.inputs, strict=False)}
    said |= {("output", column.text): text for column, text in zip(table.outputs, row.outputs, strict=False)}
    return {**said, ("cites", ""): row.cites, ("note", ""): row.note}
