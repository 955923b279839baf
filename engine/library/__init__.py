"""What is published: the immutable bytes of diagrams and tables, by pack and version."""

from engine.library.packs import (
    HOUSE,
    RULES,
    WORKFLOWS,
    Pack,
    PackUnknown,
    get_pack,
    lineage,
    pack_for,
    packs,
    read_source,
    working_copies,
)
from engine.library.publishing import (
    DefinitionUnknown,
    Pins,
    TwoPeopleNeeded,
    current_release,
    forget_pins,
    get_definition,
    list_definitions,
    pinned,
    publish,
    source_from,
)
from engine.library.source import Kind, Source, source_of

__all__ = [
    "HOUSE", "RULES", "WORKFLOWS", "DefinitionUnknown", "Kind", "Pack", "PackUnknown", "Pins", "Source",
    "TwoPeopleNeeded", "current_release", "forget_pins", "get_definition", "get_pack", "lineage",
    "list_definitions", "pack_for", "packs", "pinned", "publish", "read_source", "source_from", "source_of",
    "working_copies",
]
