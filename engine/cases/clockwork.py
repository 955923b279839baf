"""The clock as an actor: due timers move the token, due measures remind, urge, supervise and raise attention."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from engine import directory, processes
from engine.cases import notifying
from engine.cases.act import Act
from engine.cases.clocks import plan_next_day
from engine.cases.hosting import Host
from engine.cases.models import Case
from engine.cases.projection import project
from engine.cases.stops import resume_when_over
from engine.processes.models import Instance, Timer
from engine.worklist.models import Deadline, Measure, Task

PENDING = (Measure.done_at.is_(None), Measure.cancelled_at.is_(None))


def fire_timers(session: Session, case: Case, instance: Instance, at: datetime) -> int:
    """Fire what is due in a locked case up to `at`, oldest instant first, each instant as one act of the clock.

    Called before every act too, so that the result does not depend on how late a worker is.
    """
    fired = 0
    while due := processes.list_due_timers(session, instance.id, at):
        moment = due[0].due_at
        now = [timer for timer in due if timer.due_at == moment]
        act = Host(session, case, directory.CLOCK, moment)
        step = processes.fire(
            act.source(instance.definition_id, "bpmn"),
            instance.state,
            [(timer.task, timer.element) for timer in now],
            act,
        )
        elements = [timer.element for timer in now]
        project(act, instance, step)
        act.record("timer", element=elements[0], timers=elements, due=moment.isoformat())
        fired += len(now)
    return fired


def advance_one(session: Session, at: datetime) -> int | None:
    """Do everything that is due in the case that has waited longest; its id, None when nothing is due.

    The case row is locked first, never a timer row, and a case that somebody acts on is skipped: any number of
    workers may call this. The caller commits.
    """
    case = _oldest_due(session, at)
    if case is None:
        return None
    instance = processes.get_instance(session, case.id)
    for moment in _moments(session, case, instance, at):
        resume_when_over(session, case, moment)
        fire_timers(session, case, instance, moment)
        take_measures(session, case, moment)
    return case.id


def _oldest_due(session: Session, at: datetime) -> Case | None:
    timers = (
        select(Instance.case_id, Timer.due_at.label("at"))
        .join(Timer, Timer.instance_id == Instance.id)
        .where(Timer.due_at <= at)
    )
    measures = select(Measure.case_id, Measure.at).where(Measure.at <= at, *PENDING)
    stops = select(Case.id.label("case_id"), Case.stopped_until.label("at")).where(Case.stopped_until <= at)
    due = union_all(timers, measures, stops).subquery()
    oldest = select(due.c.case_id).order_by(due.c.at, due.c.case_id).limit(64)
    ids = list(dict.fromkeys(session.scalars(oldest)))
    for case_id in ids:
        case = session.scalars(
            select(Case)
            .where(Case.id == case_id)
            .with_for_update(of=Case, skip_locked=True)
            .execution_options(populate_existing=True)
        ).first()
        if case is not None and _moments(session, case, None, at):
            return case
    return None


def _moments(session: Session, case: Case, instance: Instance | None, at: datetime) -> list[datetime]:
    """The instants up to `at` at which something of this case is due, oldest first."""
    timers = (
        select(Timer.due_at)
        .join(Instance, Timer.instance_id == Instance.id)
        .where(Instance.case_id == case.id, Timer.due_at <= at)
    )
    measures = select(Measure.at).where(Measure.case_id == case.id, Measure.at <= at, *PENDING)
    found = set(session.scalars(timers)) | set(session.scalars(measures))
    if case.stopped_until is not None and case.stopped_until <= at:
        found.add(case.stopped_until)
    return sorted(found)


def take_measures(session: Session, case: Case, at: datetime) -> int:
    """Carry out the measures of a locked case that are due; the diagram is not loaded, custody stays."""
    due = session.scalars(
        select(Measure)
        .where(Measure.case_id == case.id, Measure.at <= at, *PENDING)
        .order_by(Measure.at, Measure.id)
    ).all()
    for measure in due:
        _take(session, case, measure)
    return len(due)


def _take(session: Session, case: Case, measure: Measure) -> None:
    act = Host(session, case, directory.CLOCK, measure.at)
    deadline = session.get_one(Deadline, measure.deadline_id)
    measure.done_at = measure.at
    if measure.kind == "urge":
        case.urged += 1
    if measure.kind in ("supervise", "raise"):
        case.supervised += 1
    if measure.kind == "raise" and measure.level:
        case.attention_level = measure.level
    if measure.kind == "daily" and deadline.closed_at is None:
        plan_next_day(act, deadline)
    _tell(act, measure, deadline)
    act.notes |= {
        "stage": deadline.stage,
        "level": measure.level,
        "organisation": _name(act, measure.organisation_id),
        "late": _name(act, deadline.organisation_id),
        "row": measure.row,
        "cites": measure.cites,
    }
    act.record(measure.kind, due=deadline.due_at.isoformat())


def _name(act: Act, organisation_id: int | None) -> str | None:
    return act.organisation(organisation_id).name if organisation_id else None


def _tell(act: Act, measure: Measure, deadline: Deadline) -> None:
    words = {
        "remind": "临期提醒",
        "urge": "到时未办，催办",
        "supervise": "督办",
        "raise": "升级督办",
        "daily": "超期提醒",
    }
    subject = words.get(measure.kind, measure.kind)
    task = act.session.get(Task, deadline.task_id) if deadline.task_id else None
    if measure.kind in ("remind", "urge", "daily") and task is not None and task.closed_at is None:
        people = (
            [task.assignee_id]
            if task.assignee_id
            else notifying.people_of(act, task.organisation_id, task.role, task.grid_id)
        )
        notifying.tell_people(act, people, measure.kind, subject)
    elif measure.organisation_id is not None:
        notifying.tell_organisation(act, measure.organisation_id, measure.kind, subject)


def next_due(session: Session) -> datetime | None:
    """The next instant at which the clock has something to do; what a virtual clock jumps to."""
    timers = select(func.min(Timer.due_at).label("at"))
    measures = select(func.min(Measure.at).label("at")).where(*PENDING)
    stops = select(func.min(Case.stopped_until).label("at"))
    first: datetime | None = session.scalar(select(func.min(union_all(timers, measures, stops).subquery().c.at)))
    return first


def lag(session: Session, at: datetime) -> timedelta:
    """How long the most overdue timer or measure has waited; zero when nothing is due."""
    due = next_due(session)
    return max(at - due, timedelta(0)) if due else timedelta(0)
