"""The times of urging and supervising that an office sets for itself (`rules/<pack>/supervising.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import yaml

from engine import library
from engine.deadlines import Limit

FILE = "supervising.yaml"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a demand can be taken back, how long none is repeated by many at once, and how soon to answer one."""

    undo: timedelta
    quiet: timedelta
    reply: Limit
    source: str


@lru_cache(maxsize=64)
def terms_of(pack_id: str) -> Terms:
    """The times of this pack: its own file, or that of the nearest parent that has one."""
    known = pack_id if pack_id in library.packs() else "base"
    path = next(found for pack in library.lineage(known) if (found := library.RULES / pack.id / FILE).exists())
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Terms(timedelta(minutes=raw["undo_minutes"]), timedelta(minutes=raw["quiet_minutes"]),
                 Limit.parse(raw["reply"]), raw["source"])
