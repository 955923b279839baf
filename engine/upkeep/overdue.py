"""What the clock should have done by now: of which cases, since when, and why it has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.cases.clockwork import overdue_cases
from engine.cases.models import Case
from engine.directory import is_within
from engine.processes.models import Incident

PATIENCE = timedelta(seconds=15)
"""A worker looks every second; what is late by less is on its way."""
MOST = 10_000
SHOWN = 20
Why = Literal["incident", "held", "waiting"]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A case for which the clock is late; `why`: broken (with its incident), held by somebody's act, or not reached."""

    number: str
    since: datetime
    why: Why
    incident: int | None
    attempts: int
    next_try_at: datetime | None


def count_overdue(session: Session, at: datetime) -> tuple[int, datetime | None]:
    """For how many cases (at most 10,000 are counted) the clock is late, and since when for the first."""
    late = overdue_cases(at - PATIENCE, MOST).subquery()
    number, first = session.execute(sa.select(sa.func.count(), sa.func.min(late.c.at))).one()
    return number, first


def list_overdue(session: Session, at: datetime, tops: Sequence[str]) -> list[Overdue]:
    """The cases below these divisions for which the clock is late, the latest first."""
    late = overdue_cases(at - PATIENCE, MOST).subquery()
    below = sa.or_(sa.false(), *(is_within(Case.path, top) for top in tops))
    rows = session.execute(
        sa.select(Case.id, Case.number, late.c.at, Incident.id.label("incident"), Incident.attempts,
                  Incident.next_try_at)
        .join(late, late.c.case_id == Case.id)
        .outerjoin(Incident, sa.and_(Incident.case_id == Case.id, Incident.resolved_at.is_(None),
                                     Incident.cause == "clock"))
        .where(below).order_by(late.c.at, Case.id).limit(SHOWN)).all()
    free = _free(session, [row.id for row in rows if row.incident is None])
    return [Overdue(row.number, row.at, "incident" if row.incident else "waiting" if row.id in free else "held",
                    row.incident, row.attempts or 0, row.next_try_at) for row in rows]


def _free(session: Session, ids: Sequence[int]) -> set[int]:
    """Those of these cases whose row nobody holds at this moment."""
    if not ids:
        return set()
    asked = sa.select(Case.id).where(Case.id.in_(ids)).with_for_update(read=True, key_share=True, skip_locked=True)
    return set(session.scalars(asked))
