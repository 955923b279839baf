"""Cases that nobody and nothing moves any more, and that nobody was told about."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.processes.models import Incident, Instance, Timer
from engine.worklist.models import Task


def list_stuck(session: Session) -> list[str]:
    """The numbers of the open cases that have neither an open task nor a timer nor an open incident."""
    moved = (
        exists().where(Task.case_id == Case.id, Task.closed_at.is_(None)),
        exists().where(Instance.case_id == Case.id, Timer.instance_id == Instance.id),
        exists().where(Incident.case_id == Case.id, Incident.resolved_at.is_(None)),
    )
    stuck = select(Case.number).where(Case.closed_at.is_(None), *(~one for one in moved)).order_by(Case.id)
    return list(session.scalars(stuck))
