"""A step that broke: it is written down, its case stays where it was, the others go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import WanggeError
from engine.processes.models import Incident

Cause = Literal["clock", "act", "stuck"]
FIRST_GAP = timedelta(minutes=1)
LONGEST_GAP = timedelta(hours=12)
MOST_ATTEMPTS = 12  # then it waits for somebody who puts it right
MOST_KEPT = 60  # lines of its history


@dataclass(frozen=True, slots=True)
class Broken:
    """A command of a case that broke, and why. `subject` names the command among those of its case and cause.

    `attempt`: what a person wanted, sealed. `passed`: what an operator had decided to pass over in this command.
    """

    case_id: int
    instance_id: int | None
    problem: Exception
    cause: Cause = "clock"
    subject: str = ""
    task_id: int | None = None
    process: str = ""
    attempt: bytes | None = None
    passed: dict[str, Any] = field(default_factory=dict)


def note_incident(session: Session, broken: Broken, at: datetime, by: str = "") -> Incident:
    """Write down that a command broke; the same one again is counted, the gap before the clock's next try doubles.

    The caller holds the lock of the case row.
    """
    incident = find_open(session, broken.case_id, broken.cause, broken.subject)
    if incident is None:
        incident = Incident(case_id=broken.case_id, instance_id=broken.instance_id, cause=broken.cause,
                            subject=broken.subject, attempts=0, at=at, passed={}, history=[])
        session.add(incident)
    problem = broken.problem
    facts = problem.facts if isinstance(problem, WanggeError) else {}
    incident.element = str(facts.get("element") or facts.get("table") or facts.get("stage") or "")[:80]
    incident.reason = f"{type(problem).__name__}: {problem}"[:2000]
    incident.code = problem.code if isinstance(problem, WanggeError) else "error"
    incident.process, incident.task_id, incident.attempt = broken.process, broken.task_id, broken.attempt
    incident.passed = {**incident.passed, **broken.passed}
    incident.attempts, incident.last_at = incident.attempts + 1, at
    incident.next_try_at = _next_try(incident.attempts, at) if broken.cause == "clock" else None
    tell_history(incident, "broke", by, at, incident.reason)
    session.flush()
    return incident


def _next_try(attempts: int, at: datetime) -> datetime | None:
    """When the clock tries again; None once it waits for somebody."""
    return at + gap_after(attempts) if attempts < MOST_ATTEMPTS else None


def gap_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to half a day."""
    return min(FIRST_GAP * (1 << min(attempts - 1, 20)), LONGEST_GAP)


def tell_history(incident: Incident, what: str, by: str, at: datetime, reason: str = "") -> None:
    """Add a line to what happened to an incident; of a long history the first line and the last ones are kept."""
    line = {"at": at.isoformat(), "what": what, "by": by, "element": incident.element, "reason": reason[:500]}
    known = incident.history
    incident.history = [*(known if len(known) < MOST_KEPT else [known[0], *known[2:]]), line]


def resolve(incident: Incident, how: str, by: str, at: datetime) -> None:
    """The incident is over; what the person had wanted is forgotten."""
    tell_history(incident, how, by, at)
    incident.resolved_at, incident.resolution, incident.resolved_by = at, how, by[:80]
    incident.attempt, incident.next_try_at = None, None


def settle_incidents(session: Session, case_id: int, at: datetime) -> None:
    """The clock went on with the case; its open incident is over."""
    incident = find_open(session, case_id, "clock")
    if incident is not None:
        resolve(incident, "went_on", "", at)
        session.flush()


def find_open(session: Session, case_id: int, cause: Cause, subject: str = "") -> Incident | None:
    """The open incident of this command."""
    return session.scalars(select(Incident).where(
        Incident.case_id == case_id, Incident.cause == cause, Incident.subject == subject,
        Incident.resolved_at.is_(None))).first()


def set_aside(at: datetime | ColumnElement[datetime] | None = None) -> Select[int]:
    """The cases in which the clock broke; with `at`, those that it leaves alone until later than that."""
    aside = select(Incident.case_id).where(*_clocks())
    return aside if at is None else aside.where(_waits(at))


def is_set_aside(session: Session, case_id: int, at: datetime) -> bool:
    """Whether the clock leaves this case alone now."""
    return bool(session.scalar(select(exists().where(Incident.case_id == case_id, *_clocks(), _waits(at)))))


def next_try(session: Session) -> datetime | None:
    """When the next case that was set aside is tried again."""
    first = select(func.min(Incident.next_try_at)).where(Incident.resolved_at.is_(None))
    found: datetime | None = session.scalar(first)
    return found


def passed_by_clock(session: Session, case_id: int) -> dict[str, Any]:
    """What the clock passes over when it tries again."""
    incident = find_open(session, case_id, "clock")
    return incident.passed if incident is not None else {}


def _clocks() -> tuple[ColumnElement[bool], ...]:
    return Incident.resolved_at.is_(None), Incident.cause == "clock"


def _waits(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(Incident.next_try_at.is_(None), Incident.next_try_at > at)
