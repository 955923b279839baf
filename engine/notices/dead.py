"""Dead letters: what was given up, seen by the operator, who sends it again or drops it; each noted in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, column, false, func, or_, select, table
from sqlalchemy.orm import Session

from engine import audit
from engine.directory.models import Division, Organisation, Person, Post
from engine.errors import Conflict, Invalid, NotFound
from engine.notices import states
from engine.notices.models import Outbox

RECORD = "notices"
LONGEST_REASON = 200
ALL_AT_ONCE = 5000
_CASE = table("case", column("id"), column("path"))  # by name alone: cases stand above us
Within = Sequence[str]
"""The paths of the divisions whose people's letters an operator deals with."""


class LetterUnknown(NotFound):
    """没有这封死信。"""

    code = "letter_unknown"


class LetterAlive(Conflict):
    """这封信已经不是死信：有人重发或放弃了它，或者它已经送到。"""

    code = "letter_alive"


class ReasonMissing(Invalid):
    """请写明放弃的原因。"""

    code = "letter_reason_missing"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up; `receiver` is a colleague's name, never an address; empty for a resident."""

    id: UUID
    channel: str
    kind: str
    subject: str
    receiver: str
    made_at: datetime
    dead_at: datetime
    attempts: int
    problem: str


def _dead(within: Within, channel: str = "") -> list[ColumnElement[bool]]:
    there = [Outbox.dead_at.is_not(None), Outbox.dropped_at.is_(None), Outbox.delivered_at.is_(None), _is_seen(within)]
    return [*there, Outbox.channel == channel] if channel else there


def _is_seen(within: Within) -> ColumnElement[bool]:
    """Letters to people who have or had a post at or below these divisions, and to residents about cases from there."""
    if not within:
        return false()
    posted = select(Post.id).join(Organisation, Organisation.id == Post.organisation_id).join(
        Division, Division.code == Organisation.division_code).where(
            Post.person_id == Outbox.recipient_id, _is_below(Division.path, within))
    reported = select(_CASE.c.id).where(_CASE.c.id == Outbox.case_id, _is_below(_CASE.c.path, within))
    return or_(posted.exists(), and_(Outbox.recipient_id.is_(None), reported.exists()))


def _is_below(path: Any, within: Within) -> ColumnElement[bool]:
    return or_(*(path == top for top in within), *(func.starts_with(path, f"{top}.") for top in within))


def list_dead(session: Session, within: Within, channel: str = "", most: int = 50, skip: int = 0
              ) -> Sequence[DeadLetter]:
    """Dead letters below these divisions, of one channel or of all, the newest first."""
    asked = select(Outbox, Person.name).outerjoin(Person, Person.id == Outbox.recipient_id).where(
        *_dead(within, channel)).order_by(Outbox.dead_at.desc(), Outbox.id).limit(most).offset(skip)
    return [DeadLetter(row.id, row.channel, row.kind, row.subject, name or "", row.made_at, row.dead_at or row.made_at,
                       row.attempts, row.problem or "") for row, name in session.execute(asked)]


def count_dead(session: Session, within: Within) -> int:
    """How many dead letters lie below these divisions."""
    return session.scalar(select(func.count()).select_from(Outbox).where(*_dead(within))) or 0


def replay(session: Session, within: Within, letter: UUID, by: str, at: datetime) -> None:
    """Send a dead letter again as if for the first time, under its own id; raises LetterUnknown, LetterAlive."""
    row = _locked(session, within, letter)
    _wake(session, [row], at)
    audit.note(session, by, [audit.Deed("replayed", RECORD, f"{row.channel} {row.id}", {"kind": row.kind})], at)


def replay_all(session: Session, within: Within, channel: str, by: str, at: datetime) -> int:
    """Send every dead letter of a channel again, as many as one act can hold; how many."""
    rows = session.scalars(select(Outbox).where(*_dead(within, channel)).order_by(Outbox.dead_at)
                           .limit(ALL_AT_ONCE).with_for_update(skip_locked=True)).all()
    if rows:
        _wake(session, rows, at)
        audit.note(session, by, [audit.Deed("replayed", RECORD, channel, {"letters": len(rows)})], at)
    return len(rows)


def drop(session: Session, within: Within, letter: UUID, reason: str, by: str, at: datetime) -> None:
    """Give a dead letter up for good, with the reason; raises ReasonMissing, LetterUnknown, LetterAlive."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing(fields={"reason": ["请写明原因。"]})
    row = _locked(session, within, letter)
    row.dropped_at = at
    deed = audit.Deed("dropped", RECORD, f"{row.channel} {row.id}", {"kind": row.kind, "reason": reason})
    audit.note(session, by, [deed], at)


def _wake(session: Session, rows: Sequence[Outbox], at: datetime) -> None:
    for row in rows:
        row.dead_at, row.attempts, row.next_try_at, row.held_until = None, 0, at, at
    for channel in {row.channel for row in rows}:
        states.try_now(session, channel)
    session.flush()


def _locked(session: Session, within: Within, letter: UUID) -> Outbox:
    asked = select(Outbox).where(Outbox.id == letter, _is_seen(within)).with_for_update()
    row = session.scalars(asked).one_or_none()
    if row is None:
        raise LetterUnknown
    if row.dead_at is None or row.dropped_at is not None or row.delivered_at is not None:
        raise LetterAlive
    return row
