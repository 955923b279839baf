"""A step of the clock that broke: it is written down, its case waits for the next try, the others go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from engine.errors import WanggeError
from engine.processes.models import Incident

FIRST_GAP = timedelta(minutes=1)
LONGEST_GAP = timedelta(hours=12)
MOST_ATTEMPTS = 12  # then it waits for somebody who puts it right


def note_incident(session: Session, case_id: int, instance_id: int | None, problem: Exception,
                  at: datetime) -> Incident:
    """Write down that a case could not go on; the gap before the next try doubles each time."""
    facts = problem.facts if isinstance(problem, WanggeError) else {}
    element = str(facts.get("element") or facts.get("table") or facts.get("stage") or "")[:80]
    incident = session.scalars(select(Incident).where(Incident.case_id == case_id, _open())).first()
    if incident is None:
        incident = Incident(case_id=case_id, instance_id=instance_id, attempts=0, at=at)
        session.add(incident)
    incident.element, incident.reason = element, f"{type(problem).__name__}: {problem}"[:2000]
    incident.attempts += 1
    gap = min(FIRST_GAP * 2 ** (incident.attempts - 1), LONGEST_GAP)
    incident.next_try_at = at + gap if incident.attempts < MOST_ATTEMPTS else None
    session.flush()
    return incident


def settle_incidents(session: Session, case_id: int, at: datetime) -> None:
    """The case went on; its open incident is over."""
    session.execute(update(Incident).where(Incident.case_id == case_id, _open()).values(resolved_at=at))


def set_aside(at: datetime | ColumnElement[datetime] | None = None) -> Select[int]:
    """The cases with an open incident; with `at`, those that the clock leaves alone until later than that."""
    aside = select(Incident.case_id).where(_open())
    return aside if at is None else aside.where(_waits(at))


def is_set_aside(session: Session, case_id: int, at: datetime) -> bool:
    """Whether the clock leaves this case alone now."""
    return bool(session.scalar(select(exists().where(Incident.case_id == case_id, _open(), _waits(at)))))


def next_try(session: Session) -> datetime | None:
    """When the next case that was set aside is tried again."""
    found: datetime | None = session.scalar(select(func.min(Incident.next_try_at)).where(_open()))
    return found


def _open() -> ColumnElement[bool]:
    return Incident.resolved_at.is_(None)


def _waits(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(Incident.next_try_at.is_(None), Incident.next_try_at > at)
