"""Signs of life of the workers: without one nobody may say that nothing is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.supervision.models import Beat

FORGOTTEN_AFTER = timedelta(days=7)


def beat(session: Session, worker: str, at: datetime) -> None:
    """Note that this worker is at work; workers that fell silent a week ago are forgotten."""
    alive = insert(Beat).values(worker=worker[:80], at=at)
    session.execute(alive.on_conflict_do_update(index_elements=[Beat.worker], set_={"at": at}))
    session.execute(delete(Beat).where(Beat.at < at - FORGOTTEN_AFTER))


def rest(session: Session, worker: str) -> None:
    """Note that this worker has stopped in good order."""
    session.execute(delete(Beat).where(Beat.worker == worker[:80]))
