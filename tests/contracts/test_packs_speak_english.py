"""Everything that a pack calls something, and an English reader is shown, has its English beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine import decisions, library, matters, processes
from engine.library import Source, find_english

SOURCES = library.working_copies()
CHINESE = re.compile("[一-鿿]")


def names(source: Source) -> str:
    return f"{source.pack}/{source.file}"


def said_by_table(table: Any) -> Iterator[str]:
    """What the page of a table shows, its cells aside: those are code."""
    yield table.name
    yield from (one.label or one.text for one in (*table.inputs, *table.outputs))
    yield from (row.note for row in table.rows)


def said_by_diagram(diagram: Any) -> Iterator[str]:
    """What the page of a diagram shows: its name, what it is for, its lanes."""
    yield from (diagram.name, diagram.documentation)
    yield from (one.lane for one in diagram.elements if one.lane)


def lacking(texts: Iterator[str]) -> list[str]:
    return sorted({text for text in texts if CHINESE.search(text) and find_english(text) is None})


@pytest.mark.parametrize("source", [one for one in SOURCES if one.kind == "dmn"], ids=names)
def test_every_table_is_explained_in_english(source: Source) -> None:
    assert lacking(said_by_table(decisions.describe(source))) == []


@pytest.mark.parametrize("source", [one for one in SOURCES if one.kind == "bpmn"], ids=names)
def test_every_diagram_is_named_in_english(source: Source) -> None:
    diagram = processes.describe(source)
    assert lacking(said_by_diagram(diagram)) == []
    unnamed = [one.id for one in diagram.elements if CHINESE.search(one.name) and not one.props.get("nameEn")]
    assert unnamed == [], "wangge:nameEn is missing"


def test_every_matter_is_named_in_english() -> None:
    rows = matters.load_catalogue(library.RULES / "base" / "matters.csv")
    assert lacking(text for row in rows for text in (row.name, row.class_name, row.subclass_name)) == []
    assert lacking(iter((*matters.OWNERS, *matters.PLATFORMS))) == []


def test_every_title_is_in_english() -> None:
    assert lacking(pack.title for pack in library.packs().values()) == []
    assert lacking(text for one in library.regulations().values() for text in (one.title, one.place)) == []
