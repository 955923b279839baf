"""Who did what, when, under which rule version; append-only and chained."""

from engine.audit.chain import Sealed, anchor, broken_anchors, broken_links, list_entries, make_entry
from engine.audit.house import Deed, broken_house, check_house, list_deeds, list_deeds_of, note
from engine.audit.searching import (
    Cursor,
    Proof,
    Sought,
    find_deed,
    find_deeds,
    find_entries,
    find_entry,
    list_changed,
    list_former,
    prove,
    prove_deed,
)

__all__ = [
    "Cursor",
    "Deed",
    "Proof",
    "Sealed",
    "Sought",
    "anchor",
    "broken_anchors",
    "broken_house",
    "broken_links",
    "check_house",
    "find_deed",
    "find_deeds",
    "find_entries",
    "find_entry",
    "list_changed",
    "list_deeds",
    "list_deeds_of",
    "list_entries",
    "list_former",
    "make_entry",
    "note",
    "prove",
    "prove_deed",
]
