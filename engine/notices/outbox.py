"""The outbox: messages are rows of the act that caused them, delivered afterwards into the inboxes, and passed on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.db import writing
from engine.db.failpoints import failpoint
from engine.notices import inapp, routing
from engine.notices.models import Outbox
from engine.notices.saying import Said, chinese
from engine.notices.states import succeeded

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
    subject: Said | str,
    at: datetime,
    body: str = "",
    case_id: int | None = None,
    channel: str = inapp.NAME,
) -> None:
    """One message to each of these people, to be sent after the commit. No personal data in subject or body.

    It is written with the session's next flush; whoever holds a role is found by the same statement. It goes into the
    inbox; by which other channels it goes is decided when it gets there. A sentence with its facts is worded for
    whoever reads it, a plain text stays as it is.
    """
    words, facts = (chinese(subject), subject.kept()) if isinstance(subject, Said) else (subject, None)
    message = {"case_id": case_id, "channel": channel, "kind": kind, "subject": words[:200], "facts": facts,
               "body": body, "made_at": at, "next_try_at": at}
    if isinstance(recipients, Holders):
        writing.put_beside(session, _TOLD, {**message, "holders": recipients._asdict()})
    else:
        session.add_all(
            Outbox(id=uuid.uuid4(), recipient_id=person, **message) for person in dict.fromkeys(recipients))


_TOLD = writing.part("told", """
INSERT INTO outbox (id, recipient_id, case_id, channel, kind, subject, facts, body, made_at, attempts, next_try_at)
SELECT gen_random_uuid(), holder.person_id, told.case_id, told.channel, told.kind, told.subject,
       told.facts, told.body, told.made_at, 0, told.next_try_at
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


def deliver_due(session: Session, at: datetime, most: int = 200, pass_on: bool = True) -> int:
    """Put what is due into the inboxes, oldest first, skipping what another worker holds; how many were tried.

    A message that fails waits twice as long each time and becomes a dead letter after eight attempts. What arrives is
    passed on to the other channels of its receiver, unless `pass_on` says that it is an old story.
    """
    due = session.scalars(
        select(Outbox)
        .where(Outbox.channel == inapp.NAME, Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None),
               Outbox.next_try_at <= at)
        .order_by(Outbox.next_try_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if due:
        _send(session, due, at, pass_on)
        session.flush()
    return len(due)


def _send(session: Session, messages: Sequence[Outbox], at: datetime, pass_on: bool) -> None:
    """All messages at once; when that fails one by one, so that one bad message stops no other.

    Raises what the loss of the database raises: no message is to blame for it.
    """
    try:
        with session.begin_nested():
            inapp.deliver(session, messages, at)
            if pass_on:
                routing.pass_on(session, messages, at)
            succeeded(session, inapp.NAME, at)
        failpoint("outbox.sent")
    except Exception as problem:  # whatever is raised, the message must wait and the others go on
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise
        if len(messages) > 1:
            for message in messages:
                _send(session, [message], at, pass_on)
        else:
            _postpone(messages[0], problem, at)
        return
    for message in messages:
        message.attempts, message.delivered_at, message.problem = message.attempts + 1, at, None


def _postpone(message: Outbox, problem: Exception, at: datetime) -> None:
    message.attempts += 1
    message.problem = f"{type(problem).__name__}: {problem}"[:500]
    message.next_try_at = at + gap_after(message.attempts)
    if message.attempts >= MOST_ATTEMPTS:
        message.dead_at = at


def gap_after(attempts: int) -> timedelta:
    """How long a message waits after so many attempts; half a minute, doubled each time."""
    gap: timedelta = FIRST_GAP * 2**attempts
    return gap
