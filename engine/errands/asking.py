"""Ask for long work, look how far it is, call it off, fetch what it made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.directory import Actor
from engine.errands.models import Errand
from engine.errors import Conflict, NotFound

MOST_OPEN = 5
FILES_KEPT = timedelta(days=1)
ROWS_KEPT = timedelta(days=30)
_ASKERS = 7_741  # with the person: one of theirs is counted at a time


class ErrandUnknown(NotFound):
    """没有这项后台工作，或不是您交办的。"""

    code = "errand_unknown"


class TooManyErrands(Conflict):
    """您已有几项工作在后台进行，请等其中一项结束。"""

    code = "too_many_errands"


def ask(session: Session, actor: Actor, kind: str, payload: dict[str, Any], at: datetime,
        total: int | None = None) -> Errand:
    """Put work of this kind into the worker's hands; it is done as the one who asked, with what they may do then.

    Raises TooManyErrands, however many are asked for at one instant.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ASKERS, actor.person_id)))
    waiting = sa.select(sa.func.count()).where(Errand.person_id == actor.person_id, Errand.ended_at.is_(None))
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise TooManyErrands
    asked = Errand(kind=kind, person_id=actor.person_id, payload=payload, total=total, asked_at=at, attended_at=at,
                   state="waiting", done=0, attempts=0, result={})
    session.add(asked)
    session.flush()
    return asked


def get_errand(session: Session, actor: Actor, errand_id: int) -> Errand:
    """One's own errand as it stands now; raises ErrandUnknown."""
    asked = sa.select(Errand).where(Errand.id == errand_id, Errand.person_id == actor.person_id)
    found = session.scalars(asked.execution_options(populate_existing=True)).first()
    if found is None:
        raise ErrandUnknown
    return found


def list_errands(session: Session, actor: Actor, kind: str, most: int = 20) -> Sequence[Errand]:
    """One's own errands of a kind, the newest first."""
    asked = sa.select(Errand).where(Errand.person_id == actor.person_id, Errand.kind == kind)
    return session.scalars(asked.order_by(Errand.id.desc()).limit(most)).all()


def find_like(session: Session, kind: str, payload: dict[str, Any]) -> Errand | None:
    """The newest errand of a kind whose payload has these values, whoever asked for it; None without any.

    The caller answers for who may look at it.
    """
    asked = sa.select(Errand).where(Errand.kind == kind, Errand.payload.contains(payload)).order_by(Errand.id.desc())
    return session.scalars(asked.limit(1).execution_options(populate_existing=True)).first()


def call_off(session: Session, actor: Actor, errand_id: int, at: datetime) -> Errand:
    """Stop one's errand where it is: the step under way is undone, those before stay; one that ended stays as it is."""
    found = get_errand(session, actor, errand_id)
    session.refresh(found, with_for_update=True)
    if found.ended_at is None:
        found.state, found.ended_at = "called_off", at
        session.flush()
    return found


def file_of(session: Session, actor: Actor, errand_id: int) -> tuple[str, bytes]:
    """Name and bytes of what one's errand made; raises ErrandUnknown without any, or once it was forgotten."""
    found = get_errand(session, actor, errand_id)
    if found.file is None:
        raise ErrandUnknown("这份文件已经删除，请重新导出。")
    return found.file_name or "", found.file


def forget_over(session: Session, at: datetime) -> None:
    """Drop the files of yesterday and the errands of last month."""
    session.execute(sa.update(Errand).values(file=None).where(
        Errand.ended_at <= at - FILES_KEPT, Errand.file.is_not(None)))
    session.execute(sa.delete(Errand).where(Errand.ended_at <= at - ROWS_KEPT))
