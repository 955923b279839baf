"""From the inbox outward: by which other channels a notice goes to its receiver, decided once, when it arrives."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.directory.models import Account, Person
from engine.notices import channels
from engine.notices.manners import Chosen, is_choice, is_span, manners, next_digest
from engine.notices.models import Outbox
from engine.notices.saying import worded


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody with what the register knows of how to reach them, and what they chose."""

    person_id: int
    email: str | None
    phone: str | None
    chosen: Chosen
    language: str

    def address(self, channel: channels.Channel) -> str:
        """Where this channel reaches them; empty when the register does not say."""
        return (getattr(self, channel.ADDRESS) or "").strip()


def receivers(session: Session, people: Iterable[int | None]) -> dict[int, Receiver]:
    """Those of these people who work here still."""
    asked = select(Person.id, Person.email, Person.phone, Account.preferences, Account.language).outerjoin(
        Account, Account.person_id == Person.id).where(
            Person.id.in_({one for one in people if one is not None}), Person.left_at.is_(None)).order_by(Account.id)
    return {row.id: Receiver(row.id, row.email, row.phone, chosen_in(row.preferences), row.language or "zh")
            for row in session.execute(asked)}


def chosen_in(preferences: dict[str, Any] | None) -> Chosen:
    """What an account chose about notices; what does not look like a choice is none."""
    kept = (preferences or {}).get("notices")
    found: Chosen = {}
    if isinstance(kept, dict) and is_choice(kept.get("ways")):
        found["ways"] = kept["ways"]
    if isinstance(kept, dict) and is_span(kept.get("quiet")):
        found["quiet"] = cast(tuple[str, str], tuple(kept["quiet"]))
    return found


def pass_on(session: Session, messages: Sequence[Outbox], at: datetime) -> None:
    """Outbox rows of the other channels for messages that have arrived; a message passed on twice is there once."""
    leading_out = channels.configured()
    if not leading_out:
        return
    known = receivers(session, (message.recipient_id for message in messages))
    rows = [row for message in messages if message.recipient_id in known
            for row in _routes(message, known[message.recipient_id], leading_out, at)]
    if rows:
        session.execute(insert(Outbox).on_conflict_do_nothing(), rows)


def _routes(message: Outbox, receiver: Receiver, leading_out: dict[str, channels.Channel], at: datetime
            ) -> Iterator[dict[str, Any]]:
    for name, channel in leading_out.items():
        way = manners().way(message.kind, name, receiver.chosen)
        if way == "never" or not receiver.address(channel):
            continue
        digest_at = next_digest(at) if way == "digest" else None
        yield {"id": uuid.uuid5(message.id, name), "case_id": message.case_id, "channel": name,
               "recipient_id": message.recipient_id, "kind": message.kind,
               "subject": worded(message.subject, message.facts, receiver.language)[:200], "body": "",
               "made_at": message.made_at, "attempts": 0, "next_try_at": digest_at or at, "digest_at": digest_at,
               "notice_id": message.id}
