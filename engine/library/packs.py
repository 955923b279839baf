"""Packs: one place's rules as a folder of data, each saying only what differs from its parent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from engine.errors import NotFound
from engine.library.source import Kind, Source, source_of

HOUSE = Path(__file__).resolve().parents[2]
RULES = HOUSE / "rules"
WORKFLOWS = HOUSE / "workflows"


class PackUnknown(NotFound):
    """没有这个规则包。"""

    code = "pack_unknown"


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of rules and the divisions it rules; `until` in the past shows as «已到期»."""

    id: str
    title: str
    parent: str | None
    divisions: tuple[str, ...]
    cites: tuple[str, ...]
    in_force: date | None
    until: date | None

    def is_expired(self, on: date) -> bool:
        """True when the text behind the pack has run out by then."""
        return self.until is not None and on > self.until


@lru_cache(maxsize=1)
def packs() -> dict[str, Pack]:
    """Every pack that has a `rules/<pack>/pack.yaml`, by id."""
    found = {}
    for path in sorted(RULES.glob("*/pack.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[raw["id"]] = Pack(
            raw["id"],
            raw["title"],
            raw.get("parent"),
            tuple(str(code) for code in raw.get("divisions") or ()),
            tuple(raw.get("cites") or ()),
            raw.get("in_force"),
            raw.get("until"),
        )
    return found


def get_pack(pack_id: str) -> Pack:
    """The pack of this id; PackUnknown when there is none."""
    try:
        return packs()[pack_id]
    except KeyError:
        raise PackUnknown(f"没有规则包「{pack_id}」，现有：{'、'.join(packs())}", pack=pack_id) from None


def lineage(pack_id: str) -> tuple[Pack, ...]:
    """The pack, its parent, and so on up to base: the order in which a rule is looked up."""
    chain = [get_pack(pack_id)]
    while (parent := chain[-1].parent) is not None:
        chain.append(get_pack(parent))
    return tuple(chain)


def pack_for(path: str) -> Pack:
    """The pack that rules a place: of the packs that name one of its divisions, the most local."""
    for code in reversed(path.split(".")):
        for pack in packs().values():
            if code in pack.divisions:
                return pack
    return get_pack("base")


def working_copies(pack_id: str | None = None) -> list[Source]:
    """The diagrams and tables as they lie in `workflows/` and `rules/`; file name = process or decision id."""
    wanted = pack_id or "*"
    files = [*sorted(WORKFLOWS.glob(f"{wanted}/*.bpmn")), *sorted(RULES.glob(f"{wanted}/*.dmn"))]
    return [read_source(path) for path in files]


@lru_cache(maxsize=100)
def shipped_table(decision_id: str) -> Source | None:
    """A table of the base pack as it comes with the program, version 0; None where there is none of this id.

    It answers where the release of a case, or the place, was published before the table existed.
    """
    path = RULES / "base" / f"{decision_id}.dmn"
    return read_source(path) if path.exists() else None


def _kind_of(path: Path, content: bytes) -> Kind:
    """By its ending; a file of another ending (.bpmn20.xml, .bpmn2) is a table only when it says so."""
    if path.suffix in (".bpmn", ".dmn"):
        return "bpmn" if path.suffix == ".bpmn" else "dmn"
    return "dmn" if b"/DMN/" in content[:4_000] else "bpmn"


def read_source(path: Path, pack: str | None = None) -> Source:
    """A working copy read from a file; the pack is the name of its folder unless said."""
    content = path.read_bytes()
    return source_of(
        content,
        definition_id=path.stem,
        kind=_kind_of(path, content),
        file=path.name,
        pack=pack or path.resolve().parent.name,
    )
