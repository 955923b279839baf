"""Who did what, when, under which rule version; append-only and chained."""

from engine.audit.chain import anchor, broken_anchors, broken_links, list_entries, make_entry

__all__ = ["anchor", "broken_anchors", "broken_links", "list_entries", "make_entry"]
