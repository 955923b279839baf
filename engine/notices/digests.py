"""Digests: what may wait goes out once a working day, as one letter that counts by kind and links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.notices import wording
from engine.notices.manners import DIGEST, manners
from engine.notices.models import Outbox
from engine.notices.routing import receivers

MOST_LINES = 20


def gather(session: Session, at: datetime, most: int = 500) -> int:
    """Make one letter for each person and channel of what was kept for a digest that is due; how many rows it took.

    Letter and marks share the transaction, so a notice is in one digest. What somebody has beyond `most` comes with a
    letter of its own.
    """
    parts = session.scalars(
        select(Outbox)
        .where(Outbox.digest_at <= at, Outbox.next_try_at <= at, Outbox.delivered_at.is_(None),
               Outbox.dead_at.is_(None))
        .order_by(Outbox.channel, Outbox.recipient_id, Outbox.digest_at, Outbox.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    known = receivers(session, (part.recipient_id for part in parts))
    for _, group in groupby(parts, lambda part: (part.channel, part.recipient_id, part.digest_at)):
        together = list(group)
        receiver = known.get(together[0].recipient_id or 0)
        if receiver is not None:
            session.execute(insert(Outbox).on_conflict_do_nothing(), [_letter(together, receiver.language, at)])
        for part in together:
            part.attempts, part.delivered_at = part.attempts + 1, at
    session.flush()
    return len(parts)


def _letter(parts: Sequence[Outbox], language: str, at: datetime) -> dict[str, object]:
    first = parts[0]
    subject, counted = wording.digest((part.kind for part in parts), manners(), language)
    lines = [f"{part.subject} {wording.link_to(part.notice_id)}".rstrip() for part in parts[:MOST_LINES]]
    more = len(parts) - MOST_LINES
    if more > 0:
        lines.append(f"… {more} more" if language == "en" else f"……另有 {more} 条")
    return {"id": uuid.uuid5(first.id, "digest"), "case_id": None, "channel": first.channel,
            "recipient_id": first.recipient_id, "kind": DIGEST, "subject": subject,
            "body": "\n".join([counted, "", *lines]), "made_at": at, "attempts": 0, "next_try_at": at}
