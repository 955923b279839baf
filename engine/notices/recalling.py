"""Taking notices back: what nobody knows of yet goes, sent or not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from engine.notices.models import Inbox, Outbox

_UNHEEDED = {"synchronize_session": False}


def take_back(session: Session, case_id: int, kind: str, made_at: datetime) -> list[int]:
    """Remove the notices of one act that nobody has read and nobody was told of otherwise; whom it was too late for.

    The rows are locked first, so that no worker delivers one meanwhile; what waits for another channel goes along. A
    letter that a postman has taken may have gone already: whoever it is for counts as told.
    """
    of_act = select(Outbox.id, Outbox.recipient_id).where(
        Outbox.case_id == case_id, Outbox.kind == kind, Outbox.made_at == made_at, Outbox.notice_id.is_(None))
    people = {message: person for message, person in session.execute(of_act.order_by(Outbox.id).with_for_update())}
    read = set(session.scalars(select(Inbox.message_id).where(
        Inbox.message_id.in_(people), Inbox.read_at.is_not(None))))
    told = set(session.scalars(select(Outbox.notice_id).where(
        Outbox.notice_id.in_(people), or_(Outbox.delivered_at.is_not(None), Outbox.attempts > 0))))
    unknown = [message for message in people if message not in read | told]
    for gone in (delete(Inbox).where(Inbox.message_id.in_(unknown)), delete(Outbox).where(
            or_(Outbox.id.in_(unknown), Outbox.notice_id.in_(unknown)))):
        session.execute(gone, execution_options=_UNHEEDED)
    return sorted({person for message, person in people.items() if message not in unknown and person is not None})
