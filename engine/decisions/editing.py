"""Changing cells of a table in place: the file stays as it was drawn, but for what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.decisions.describing import describe
from engine.errors import Invalid
from engine.library.source import Source, source_of

LONGEST = 2_000
_ENTRIES = ("inputEntry", "outputEntry", "annotationEntry")


class CellUnknown(Invalid):
    """表里没有这一格，请重新打开后再改。"""

    code = "cell_unknown"


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a table in the order of the file: inputs, outputs, annotations."""

    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


def grid_of(source: Source) -> Grid:
    """What can be typed over; headings are (side, title) with side input, output or annotation. Raises TableRefused."""
    table, root = describe(source), _tree(source)
    names = [node.get("name") or "" for node in root.iter() if _tag(node) == "annotation"]
    headings = (*(("input", one.title) for one in table.inputs), *(("output", one.title) for one in table.outputs),
                *(("annotation", name) for name in names))
    rows = tuple(tuple(_text(entry) for entry in _entries(rule)) for rule in _rules(root))
    return Grid(headings, rows)


def edited(source: Source, cells: Mapping[tuple[int, int], str]) -> Source:
    """The table with these cells changed, by (row number from 1, place in the row from 0).

    The source itself when nothing differs; raises CellUnknown, TableRefused.
    """
    describe(source)
    root, changed = _tree(source), False
    rules = _rules(root)
    for (number, place), text in cells.items():
        entries = list(_entries(rules[number - 1])) if 0 < number <= len(rules) else []
        if not 0 <= place < len(entries):
            raise CellUnknown()
        changed |= _write(entries[place], text.strip(), number)
    if not changed:
        return source
    content = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return source_of(content, definition_id=source.definition_id, kind="dmn", file=source.file, pack=source.pack)


def _tree(source: Source) -> Any:
    """The whole file, remarks included; the hardened door has let it in before."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(source.content, parser)


def _rules(root: Any) -> list[Any]:
    return [node for node in root.iter() if _tag(node) == "rule"]


def _entries(rule: Any) -> Iterator[Any]:
    for kind in _ENTRIES:
        yield from (child for child in rule if _tag(child) == kind)


def _text(entry: Any) -> str:
    return next(((child.text or "").strip() for child in entry if _tag(child) == "text"), "")


def _write(entry: Any, text: str, number: int) -> bool:
    """Put the text into the cell; whether it was another one."""
    if _text(entry) == text:
        return False
    if len(text) > LONGEST:
        raise CellUnknown(f"第 {number} 行有一格超过 {LONGEST} 个字")
    node = next((child for child in entry if _tag(child) == "text"), None)
    if node is None:
        node = etree.SubElement(entry, entry.tag.rpartition("}")[0] + "}text")
    try:
        node.text = text
    except ValueError:
        raise CellUnknown(f"第 {number} 行有一格含有不能保存的字符") from None
    return True


def _tag(node: Any) -> str:
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""
