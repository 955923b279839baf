"""Telling people: an outbox that delivers at least once, one channel a folder."""

from engine.notices.carrying import EXPIRED, NO_ADDRESS, WORN_OUT, Carried, Taken, carry, note, take
from engine.notices.channels import CHANNELS, configure, discover
from engine.notices.dead import (
    DeadLetter,
    LetterAlive,
    LetterUnknown,
    ReasonMissing,
    count_dead,
    drop,
    list_dead,
    replay,
    replay_all,
)
from engine.notices.digests import gather
from engine.notices.health import ChannelHealth, channel_health
from engine.notices.inbox import (
    NoticeUnknown,
    Wanted,
    count_unread,
    kinds_in_inbox,
    list_inbox,
    mark_all_read,
    mark_read,
    open_notice,
    unread_count,
)
from engine.notices.manners import WAYS, Chosen, Kind, Manners, is_span, manners
from engine.notices.outbox import Holders, deliver_due, put
from engine.notices.recalling import take_back
from engine.notices.routing import chosen_in
from engine.notices.saying import Said, worded
from engine.notices.strangers import Reach, Stranger, Whom, given_up, put_stranger, use_strangers
from engine.notices.watching import watch_channels

discover(__path__)

__all__ = [
    "CHANNELS", "EXPIRED", "NO_ADDRESS", "WAYS", "WORN_OUT", "Carried", "ChannelHealth", "Chosen", "DeadLetter",
    "Holders", "Kind", "LetterAlive", "LetterUnknown", "Manners", "NoticeUnknown", "Reach", "ReasonMissing",
    "Said", "Stranger", "Taken", "Wanted", "Whom", "carry", "channel_health", "chosen_in", "configure", "count_dead",
    "count_unread", "deliver_due", "drop", "gather", "given_up", "is_span", "kinds_in_inbox", "list_dead",
    "list_inbox", "manners", "mark_all_read", "mark_read", "note", "open_notice", "put", "put_stranger", "replay",
    "replay_all", "take", "take_back", "unread_count", "use_strangers", "watch_channels", "worded",
]
