"""Telling people: an outbox that delivers at least once, one channel a folder."""

from engine.notices.health import ChannelHealth, channel_health
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

__all__ = [
    "ChannelHealth",
    "Holders",
    "channel_health",
    "count_unread",
    "deliver_due",
    "list_inbox",
    "mark_all_read",
    "mark_read",
    "put",
    "unread_count",
]
