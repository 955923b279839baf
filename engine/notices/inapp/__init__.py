"""The channel that is always there: a line in the receiver's inbox, shown by the console's badge."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.notices.models import Inbox, Outbox

NAME = "inapp"


def deliver(session: Session, message: Outbox, at: datetime) -> None:
    """Put the message into the inbox; sent twice, it is there once, because the message id is the key."""
    session.execute(
        insert(Inbox)
        .values(
            message_id=message.id,
            person_id=message.recipient_id,
            case_id=message.case_id,
            kind=message.kind,
            subject=message.subject,
            body=message.body,
            received_at=at,
        )
        .on_conflict_do_nothing()
    )
