"""Cases that nobody and nothing moves any more: the watchdog makes each an incident, so that somebody hears of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from engine import directory, processes
from engine.audit.models import Entry
from engine.cases.hosting import Host
from engine.cases.models import Case
from engine.cases.troubles import note
from engine.errors import Unavailable
from engine.processes.models import Incident, Instance, Timer
from engine.worklist.models import Deadline, Task

MOST_AT_ONCE = 50


class CaseStuck(Unavailable):
    """事件没有待办、没有定时，没有什么能让它继续。"""

    code = "case_stuck"


def unmoved() -> tuple[ColumnElement[bool], ...]:
    """Open, and neither an open task nor a timer moves it."""
    return (Case.closed_at.is_(None),
            ~exists().where(Task.case_id == Case.id, Task.closed_at.is_(None)),
            ~exists().where(Instance.case_id == Case.id, Timer.instance_id == Instance.id))


def unnoticed() -> tuple[ColumnElement[bool], ...]:
    """Unmoved, and no open incident tells anybody."""
    return (*unmoved(), ~exists().where(Incident.case_id == Case.id, Incident.resolved_at.is_(None)))


def is_stuck(session: Session, case_id: int) -> bool:
    """Whether nothing moves this case."""
    return bool(session.scalar(select(exists(select(Case.id).where(Case.id == case_id, *unmoved())))))


def notice_stuck(session: Session, at: datetime) -> int:
    """Make an incident of every case that is stuck and unnoticed, save those that somebody acts on now; how many."""
    found = session.scalars(select(Case).where(*unnoticed()).order_by(Case.id).limit(MOST_AT_ONCE)
                            .with_for_update(of=Case, skip_locked=True)).all()
    for case in found:
        act = Host(session, case, directory.CLOCK, at)
        instance = act.file.instance
        standing = _standing(act, instance)
        broken = processes.Broken(case.id, instance.id, CaseStuck(element=next(iter(standing), "")), "stuck",
                                  process=_process(act, instance, standing))
        note(session, case, broken, at, directory.CLOCK.name)
    return len(found)


def _standing(act: Host, instance: Instance) -> tuple[str, ...]:
    """The elements where tokens stand; () where the state cannot be read."""
    try:
        return processes.describe_state(act.source(instance.definition_id, "bpmn"), instance.state, act).standing
    except Exception:  # a state that cannot be read is I4's to tell; the case is stuck all the same
        return ()


def _process(act: Host, instance: Instance, standing: tuple[str, ...]) -> str:
    """The diagram of the case in which the first of these elements lies."""
    drawn = (name for (kind, name), source in act.pins.items()
             if kind == "bpmn" and standing and processes.describe(source).element(standing[0]) is not None)
    return next(drawn, instance.definition_id)


def _due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Something that the clock would do in the case of an incident: timers, measures, the end of a hold."""
    return (
        exists().where(Instance.case_id == Incident.case_id, Timer.instance_id == Instance.id, Timer.due_at <= at),
        exists().where(Deadline.case_id == Incident.case_id, Deadline.next_at <= at),
        exists().where(Case.id == Incident.case_id, Case.stopped_until <= at))


def settle_over(session: Session, at: datetime) -> int:
    """Over is what was stuck and moves again, an act that was done since, what is not due any more; how many."""
    done = or_(exists().where(Task.id == Incident.task_id, Task.closed_at.is_not(None)),
               exists().where(Entry.case_id == Incident.case_id, Entry.at >= Incident.last_at,
                              Incident.subject == func.concat("act ", Entry.verb)))
    closed = exists().where(Case.id == Incident.case_id, Case.closed_at.is_not(None))
    stuck = exists().where(Case.id == Incident.case_id, *unmoved())
    over = select(Incident).where(Incident.resolved_at.is_(None), or_(
        and_(Incident.cause == "act", or_(done, closed)), and_(Incident.cause == "stuck", ~stuck),
        and_(Incident.cause == "clock", ~or_(*_due(at)))))
    found = session.scalars(over.order_by(Incident.id).limit(MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    for incident in found:
        processes.resolve(incident, "went_on", "", at)
    session.flush()
    return len(found)
