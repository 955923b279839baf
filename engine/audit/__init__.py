"""Who did what, when, under which rule version; append-only and chained."""

from engine.audit.chain import Sealed, anchor, broken_anchors, broken_links, list_entries, make_entry
from engine.audit.house import Deed, broken_house, check_house, list_deeds, list_deeds_of, note

__all__ = [
    "Deed",
    "Sealed",
    "anchor",
    "broken_anchors",
    "broken_house",
    "broken_links",
    "check_house",
    "list_deeds",
    "list_deeds_of",
    "list_entries",
    "make_entry",
    "note",
]
