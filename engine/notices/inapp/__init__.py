"""The channel that is always there: a line in the receiver's inbox, shown by the console's badge.

It lies in our own database, so it is written in one transaction with the mark that it was delivered; the channels
that lead out of the house are another kind (`engine.notices.channels`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.notices.models import Inbox, Outbox

NAME = "inapp"


def deliver(session: Session, messages: Sequence[Outbox], at: datetime) -> None:
    """Put messages into the inboxes; sent twice, each is there once, because the message id is the key."""
    rows = [
        {"message_id": one.id, "person_id": one.recipient_id, "case_id": one.case_id, "kind": one.kind,
         "subject": one.subject, "facts": one.facts, "body": one.body, "received_at": at} for one in messages]
    session.execute(insert(Inbox).on_conflict_do_nothing(), rows)
