"""From when on the board names a case by itself: what the tables of the reader's place say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine import decisions, library
from engine.directory import Actor
from engine.supervision.units import post_of


def returned_often(session: Session, actor: Actor, at: datetime) -> int:
    """How many returns make a case one that is returned again and again, by the table `returned` in force there."""
    post = post_of(actor)
    table = library.table_in_force(session, library.pack_for(post.path).id, "returned", at)
    return int(decisions.ask(table, {"level": post.level}).one["times"])
