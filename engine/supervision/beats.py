"""Signs of life of the workers: without one nobody may say that nothing is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.supervision.models import Beat


class JobBeat(TypedDict):
    """How a job last went on one worker: when, what broke (the kind of error alone), and since when it breaks."""

    at: str
    problem: str
    since: str


FORGOTTEN_AFTER = timedelta(days=7)


def beat(session: Session, worker: str, at: datetime, jobs: Mapping[str, JobBeat] | None = None) -> None:
    """Note that this worker is at work and how its jobs last went; who fell silent a week ago is forgotten."""
    noted = {"at": at, "jobs": dict(jobs or {})}
    alive = insert(Beat).values(worker=worker[:80], **noted)
    session.execute(alive.on_conflict_do_update(index_elements=[Beat.worker], set_=noted))
    session.execute(delete(Beat).where(Beat.at < at - FORGOTTEN_AFTER))


def list_beats(session: Session) -> Sequence[Beat]:
    """Every worker that showed life within a week, the latest first."""
    return session.scalars(select(Beat).order_by(Beat.at.desc())).all()


def rest(session: Session, worker: str) -> None:
    """Note that this worker has stopped in good order."""
    session.execute(delete(Beat).where(Beat.worker == worker[:80]))
