"""Telling people: an outbox that delivers at least once, one channel a folder."""

from engine.notices.outbox import (
    Holders,
    count_unread,
    deliver_due,
    list_inbox,
    mark_all_read,
    mark_read,
    put,
    unread_count,
)

__all__ = ["Holders", "count_unread", "deliver_due", "list_inbox", "mark_all_read", "mark_read", "put", "unread_count"]
