"""The outbox: messages are rows of the act that caused them, delivered afterwards, at least once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from engine.db import writing
from engine.db.failpoints import failpoint
from engine.notices import inapp
from engine.notices.models import Inbox, Outbox

CHANNELS = {inapp.NAME: inapp.deliver}
MOST_ATTEMPTS = 8
FIRST_GAP = timedelta(seconds=30)


class Holders(NamedTuple):
    """Those who hold one of these roles at an organisation (in one of its grids) at an instant; looked up when told."""

    organisation_id: int
    roles: tuple[str, ...]
    at: datetime
    grid_id: int | None = None


def put(
    session: Session,
    *,
    recipients: Iterable[int] | Holders,
    kind: str,
    subject: str,
    at: datetime,
    body: str = "",
    case_id: int | None = None,
    channel: str = inapp.NAME,
) -> None:
    """One message to each of these people, to be sent after the commit. No personal data in subject or body.

    It is written with the session's next flush; whoever holds a role is found by the same statement.
    """
    message = {"case_id": case_id, "channel": channel, "kind": kind, "subject": subject[:200], "body": body,
               "made_at": at, "next_try_at": at}
    if isinstance(recipients, Holders):
        writing.put_beside(session, _TOLD, {**message, "holders": recipients._asdict()})
    else:
        session.add_all(
            Outbox(id=uuid.uuid4(), recipient_id=person, **message) for person in dict.fromkeys(recipients))


_TOLD = writing.part("told", """
INSERT INTO outbox (id, recipient_id, case_id, channel, kind, subject, body, made_at, attempts, next_try_at)
SELECT gen_random_uuid(), holder.person_id, told.case_id, told.channel, told.kind, told.subject, told.body,
       told.made_at, 0, told.next_try_at
FROM rows
CROSS JOIN LATERAL jsonb_populate_record(NULL::outbox, rows.doc) AS told
CROSS JOIN LATERAL jsonb_to_record(rows.doc->'holders')
    AS sought(organisation_id int, roles jsonb, at timestamptz, grid_id int)
CROSS JOIN LATERAL (
    SELECT DISTINCT post.person_id FROM post
    WHERE post.organisation_id = sought.organisation_id AND sought.roles ? post.role
      AND (sought.grid_id IS NULL OR post.grid_id = sought.grid_id)
      AND post.valid_from <= sought.at AND (post.valid_to IS NULL OR post.valid_to > sought.at)) AS holder
""")


def deliver_due(session: Session, at: datetime, most: int = 200) -> int:
    """Send what is due, oldest first, skipping what another worker holds; how many messages were tried.

    A message that fails waits twice as long each time and becomes a dead letter after eight attempts.
    """
    due = session.scalars(
        select(Outbox)
        .where(Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None), Outbox.next_try_at <= at)
        .order_by(Outbox.next_try_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for channel in sorted({message.channel for message in due}):
        _send(session, channel, [message for message in due if message.channel == channel], at)
    session.flush()
    return len(due)


def _send(session: Session, channel: str, messages: Sequence[Outbox], at: datetime) -> None:
    """All of a channel's messages at once; when that fails one by one, so that one bad message stops no other."""
    try:
        with session.begin_nested():
            CHANNELS[channel](session, messages, at)
        failpoint("outbox.sent")
    except Exception as problem:  # whatever a channel raises, the message must wait and the others go on
        if len(messages) > 1:
            for message in messages:
                _send(session, channel, [message], at)
        else:
            _postpone(messages[0], problem, at)
        return
    for message in messages:
        message.attempts, message.delivered_at, message.problem = message.attempts + 1, at, None


def _postpone(message: Outbox, problem: Exception, at: datetime) -> None:
    message.attempts += 1
    message.problem = f"{type(problem).__name__}: {problem}"[:500]
    message.next_try_at = at + FIRST_GAP * 2**message.attempts
    if message.attempts >= MOST_ATTEMPTS:
        message.dead_at = at


def list_inbox(session: Session, person_id: int, most: int = 50) -> Sequence[Inbox]:
    """A person's notices, newest first."""
    return session.scalars(
        select(Inbox)
        .where(Inbox.person_id == person_id)
        .order_by(Inbox.received_at.desc(), Inbox.message_id)
        .limit(most)
    ).all()


def unread_count(person_id: int) -> Select[int]:
    """How many notices a person has not read, as a question for a statement that asks more."""
    return select(func.count()).select_from(Inbox).where(Inbox.person_id == person_id, Inbox.read_at.is_(None))


def count_unread(session: Session, person_id: int) -> int:
    """How many notices a person has not read."""
    return session.scalar(unread_count(person_id)) or 0


def mark_read(session: Session, person_id: int, at: datetime) -> None:
    """Everything in the inbox up to now has been seen."""
    session.execute(
        update(Inbox)
        .where(Inbox.person_id == person_id, Inbox.read_at.is_(None), Inbox.received_at <= at)
        .values(read_at=at)
    )


def mark_all_read(session: Session, before: datetime) -> None:
    """Every notice of every inbox about something older than this has been seen."""
    old = select(Outbox.id).where(Outbox.made_at < before)
    session.execute(update(Inbox).where(Inbox.message_id.in_(old), Inbox.read_at.is_(None))
                    .values(read_at=Inbox.received_at))
