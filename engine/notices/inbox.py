"""The inbox: what arrived for a person, unread first, and what of it has been seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.notices.models import Inbox, Outbox


class NoticeUnknown(NotFound):
    """没有这条通知。"""

    code = "notice_unknown"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices of an inbox are asked for; empty fields let all through."""

    kind: str = ""
    is_unread: bool = False


def list_inbox(session: Session, person_id: int, most: int = 50, wanted: Wanted | None = None, skip: int = 0
               ) -> Sequence[Inbox]:
    """A person's notices: the unread first, the newest first among them."""
    wanted = wanted or Wanted()
    asked = select(Inbox).where(Inbox.person_id == person_id)
    if wanted.kind:
        asked = asked.where(Inbox.kind == wanted.kind)
    if wanted.is_unread:
        asked = asked.where(Inbox.read_at.is_(None))
    order = (Inbox.read_at.is_not(None), Inbox.received_at.desc(), Inbox.message_id)
    return session.scalars(asked.order_by(*order).limit(most).offset(skip)).all()


def kinds_in_inbox(session: Session, person_id: int) -> Sequence[str]:
    """The kinds of notices that a person has."""
    return session.scalars(select(Inbox.kind).where(Inbox.person_id == person_id).distinct().order_by(Inbox.kind)).all()


def unread_count(person_id: int) -> Select[int]:
    """How many notices a person has not read, as a question for a statement that asks more."""
    return select(func.count()).select_from(Inbox).where(Inbox.person_id == person_id, Inbox.read_at.is_(None))


def count_unread(session: Session, person_id: int) -> int:
    """How many notices a person has not read."""
    return session.scalar(unread_count(person_id)) or 0


def open_notice(session: Session, person_id: int, message_id: UUID, at: datetime) -> Inbox:
    """One notice of this person, which is read by that; raises NoticeUnknown for somebody else's."""
    found = session.get(Inbox, message_id)
    if found is None or found.person_id != person_id:
        raise NoticeUnknown
    if found.read_at is None:
        found.read_at = at
    return found


def mark_read(session: Session, person_id: int, at: datetime, wanted: Wanted | None = None) -> None:
    """Everything in the inbox up to now (of this kind) has been seen."""
    these = [Inbox.kind == wanted.kind] if wanted and wanted.kind else []
    session.execute(
        update(Inbox)
        .where(Inbox.person_id == person_id, Inbox.read_at.is_(None), Inbox.received_at <= at, *these)
        .values(read_at=at)
    )


def mark_all_read(session: Session, before: datetime) -> None:
    """Every notice of every inbox about something older than this has been seen."""
    old = select(Outbox.id).where(Outbox.made_at < before)
    session.execute(update(Inbox).where(Inbox.message_id.in_(old), Inbox.read_at.is_(None))
                    .values(read_at=Inbox.received_at))
