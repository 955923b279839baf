"""A row of a register as a form: its columns as fields, what is wrong beside each, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.registers import Column, Sheet
from web.console import shell
from web.phrases import said

LISTS = {"单位编码": "bodies", "区划代码": "divisions"}
"""Columns whose codes a page offers while one types: the id of the list."""


@dataclass(frozen=True)
class FieldOf:
    """One column as a field: what the macro `register_field` draws."""

    id: str
    title: str
    kind: str
    value: str
    required: bool
    hint: str
    longest: int
    options: tuple[str, ...]
    is_fixed: bool
    list: str
    problems: tuple[str, ...]


def fields_of(sheet: Sheet, cells: Mapping[str, str], is_new: bool, problems: Mapping[str, Sequence[str]],
              without: Iterable[str] = ()) -> list[FieldOf]:
    """The fields of a sheet, filled; identity and what never changes can be typed for a new row only."""
    return [_field(sheet, column, cells, is_new, problems) for column in sheet.columns if column.title not in without]


def _field(sheet: Sheet, column: Column, cells: Mapping[str, str], is_new: bool,
           problems: Mapping[str, Sequence[str]]) -> FieldOf:
    english = shell.language() == "en"
    return FieldOf(
        f"c{sheet.titles.index(column.title)}", title_of(column), column.kind, cells.get(column.title, ""),
        column.required, column.hint_en if english else column.hint, column.longest, column.options,
        not is_new and (column.fixed or column.title in sheet.identity), LISTS.get(column.title, ""),
        tuple(said(text, shell.language()) for text in problems.get(column.title, ())))


def title_of(column: Column) -> str:
    """A heading in the reader's language."""
    return column.title_en if shell.language() == "en" and column.title_en else column.title


def sheet_title(sheet: Sheet) -> str:
    """A sheet's name in the reader's language."""
    return sheet.title_en if shell.language() == "en" else sheet.title


def read_cells(sheet: Sheet, form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by heading."""
    return {title: form.get(f"c{place}", "").strip() for place, title in enumerate(sheet.titles)}
