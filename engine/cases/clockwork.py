"""The clock as an actor: due timers move the token, due measures remind, urge, supervise and raise attention."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Integer, Row, Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from engine import clock, directory, processes
from engine.cases import notifying
from engine.cases.act import Act
from engine.cases.clocks import counted
from engine.cases.errors import MeasureBroken
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.measures import Planned, plan_after
from engine.cases.models import Case
from engine.cases.projection import project
from engine.cases.stops import resume_when_over
from engine.cases.troubles import is_passing, note_clocks
from engine.errors import WanggeError
from engine.processes.models import Instance, Timer
from engine.worklist.models import Deadline

LOOK_AHEAD = (64, 1_024, 16_384)  # due things of each kind that are looked at, further where others hold all those
BATCH = 8  # cases that a worker does in one transaction,
COURTESY = 5  # steps of the scheduler: about a third of a person's share where both want the processor
HELD = timedelta(milliseconds=100)  # unless they take longer


def fire_timers(file: CaseFile, at: datetime, passed: processes.Passed | None = None) -> int:
    """Fire what is due in a locked case up to `at`, oldest instant first, each instant as one act of the clock."""
    fired = 0
    instance = file.instance
    while due := file.due_timers(at):
        moment = due[0].due_at
        now = [timer for timer in due if timer.due_at == moment]
        act = Host(file.session, file.case, directory.CLOCK, moment, file=file)
        step = processes.fire(
            act.source(instance.definition_id, "bpmn"),
            instance.state,
            [(timer.task, timer.element) for timer in now],
            act,
            due=moment,
            passed=passed,
        )
        elements = [timer.element for timer in now]
        project(act, instance, step)
        act.record("timer", element=elements[0], timers=elements, due=moment.isoformat())
        fired += len(now)
    return fired


def catch_up(file: CaseFile, at: datetime) -> None:
    """Do what was due before a person acts, so that the record does not depend on how late a worker is.

    What breaks then is the clock's incident and not the person's: the act goes on with the case as it was. A case
    that was set aside with an incident is left as it is.
    """
    if _next_moment(file, at) and not processes.is_set_aside(file.session, file.case.id, at):
        go_on(file, at, broke_before=False)


def go_on(file: CaseFile, at: datetime, broke_before: bool, passed: processes.Passed | None = None,
          until: float = math.inf) -> bool:
    """Do everything that is due in a locked case; False, and an incident, where it breaks.

    What broke is undone alone, and the file is read anew. Where much is due, the rest of it is left to the next
    step once the stopwatch is past `until`. Raises what the loss of the database raises.
    """
    session, case_id, instance_id = file.session, file.case.id, file.instance.id
    if broke_before and passed is None:
        passed = processes.passed_by_clock(session, case_id)
    try:
        while (moment := _next_moment(file, at)) is not None:
            with session.begin_nested(), session.no_autoflush:
                _do_due(file, moment, passed)
            if clock.stopwatch() > until:
                break
    except Exception as problem:  # whatever it is, it must not stop the clock of the other cases
        if is_passing(problem):
            raise
        file.read_anew()
        note_clocks(Host(session, file.case, directory.CLOCK, at, file=file), instance_id, problem, passed)
        return False
    if broke_before:
        processes.settle_incidents(session, case_id, at)
    return True


def _do_due(file: CaseFile, moment: datetime, passed: processes.Passed | None = None) -> None:
    resume_when_over(file, moment)
    fire_timers(file, moment, passed)
    take_measures(file, moment)


def give_way() -> None:
    """Let people have the processor first: for a process that only does what is due. They wait, a herd does not."""
    os.nice(COURTESY)


def advance_one(session: Session, at: datetime) -> int | None:
    """Do everything that is due in the case that has waited longest; its id, None when nothing is due."""
    return next(iter(advance_some(session, at, most=1, held=timedelta.max)), None)


def advance_some(session: Session, at: datetime, most: int = BATCH, held: timedelta = HELD) -> list[int]:
    """Do everything that is due in up to `most` cases, those that have waited longest; their ids.

    The case rows are locked first, never a timer row, and a case that somebody acts on is skipped: any number of
    workers may call this. The caller commits; nothing is begun once they have been locked for `held`, so that
    people wait for none of them, and what is left is the next step's. A case whose step breaks stays where it
    was: an incident says why and when it is tried again, and the others go on.
    """
    until, done, passed = clock.stopwatch() + held.total_seconds(), list[int](), set[int]()
    while not done and (claimed := _claim(session, at, most, passed)):
        for case, broke_before in claimed:
            if _advance(CaseFile(session, case), at, broke_before, until):
                done.append(case.id)
            else:
                passed.add(case.id)  # another worker was quicker
            if clock.stopwatch() > until:
                return done
    return done


def _advance(file: CaseFile, at: datetime, broke_before: bool, until: float) -> bool:
    if _next_moment(file, at) is None:
        return False
    go_on(file, at, broke_before, until=until)
    return True


def _claim(session: Session, at: datetime, most: int, passed: Set[int]) -> Sequence[Row[Case, bool]]:
    """The cases that have waited longest of those that nobody works on, locked; and whether each broke before.

    Where others hold all that was looked at, it looks deeper.
    """
    for reach in LOOK_AHEAD:
        waiting = session.scalars(_oldest(), {"now": at, "reach": reach}).all()
        ids = [case_id for case_id in dict.fromkeys(waiting) if case_id not in passed]
        if ids and (claimed := session.execute(_lock(), {"ids": ids, "most": most}).all()):
            return claimed
        if len(waiting) < reach:
            break
    return ()


@cache
def _oldest() -> Select[int]:
    """The question which cases have waited longest, built once; one may come several times.

    Each kind is read in the order of its own index and no further than needed: a herd is never sorted as a whole.
    """
    now: ColumnElement[datetime] = bindparam("now", type_=Case.opened_at.type)
    kinds = []
    for waiting in _waiting():
        case_id, due_at = waiting.selected_columns
        wanted = waiting.where(due_at <= now, case_id.not_in(processes.set_aside(now)))
        kinds.append(select(wanted.order_by(due_at).limit(bindparam("reach", type_=Integer)).subquery()))
    due = union_all(*kinds).subquery()
    return select(due.c.case_id).order_by(due.c.at, due.c.case_id)


@cache
def _lock() -> Select[Case, bool]:
    """The question for those of these cases that nobody works on, in this order."""
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    return (
        select(Case, Case.id.in_(processes.set_aside()))
        .where(Case.id == func.any(ids))
        .order_by(func.array_position(ids, Case.id))
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _waiting() -> list[Select[*tuple[Any, ...]]]:
    """(case_id, at) of everything that the clock will do: drawn timers, measures, ends of holds."""
    timers = select(Instance.case_id, Timer.due_at.label("at")).join(Timer, Timer.instance_id == Instance.id)
    measures = select(Deadline.case_id, Deadline.next_at.label("at")).where(Deadline.next_at.is_not(None))
    stops = select(Case.id.label("case_id"), Case.stopped_until.label("at")).where(Case.stopped_until.is_not(None))
    return [timers, measures, stops]


def _next_moment(file: CaseFile, at: datetime) -> datetime | None:
    """The first instant up to `at` at which something of this case is due.

    Asked anew after each: a timer may plan what falls due before the next one does.
    """
    found = {timer.due_at for timer in file.due_timers(at)}
    if (measured := file.next_measure(at)) is not None and measured.next_at is not None:
        found.add(measured.next_at)
    if file.case.stopped_until is not None and file.case.stopped_until <= at:
        found.add(file.case.stopped_until)
    return min(found, default=None)


def take_measures(file: CaseFile, at: datetime) -> None:
    """Carry out the measures of a locked case that are due; the diagram is not loaded, custody stays."""
    while (deadline := file.next_measure(at)) is not None:
        planned = Planned.of(deadline)
        try:
            _take(file, deadline, planned)
        except WanggeError as problem:
            raise MeasureBroken(planned.kind, problem) from problem


def _take(file: CaseFile, deadline: Deadline, planned: Planned) -> None:
    case = file.case
    act = Host(file.session, case, directory.CLOCK, planned.at, file=file)
    act.file.add(planned.taken(deadline))
    if planned.kind == "urge":
        case.urged += 1
    if planned.kind in ("supervise", "raise"):
        case.supervised += 1
    if planned.kind == "raise" and planned.level:
        case.attention_level = planned.level
    plan_after(act, deadline, counted(act, deadline), planned)
    _tell(act, planned, deadline)
    act.notes |= {
        "stage": deadline.stage,
        "level": planned.level,
        "organisation": _name(act, planned.organisation_id),
        "late": _name(act, deadline.organisation_id),
        "row": planned.row,
        "cites": planned.cites,
    }
    act.record(planned.kind, due=deadline.due_at.isoformat())


def _name(act: Act, organisation_id: int | None) -> str | None:
    return act.organisation(organisation_id).name if organisation_id else None


def _tell(act: Act, measure: Planned, deadline: Deadline) -> None:
    words = {
        "remind": "临期提醒",
        "urge": "到时未办，催办",
        "supervise": "督办",
        "raise": "升级督办",
        "daily": "超期提醒",
    }
    subject = words.get(measure.kind, measure.kind)
    task = deadline.task
    if measure.kind in ("remind", "urge", "daily") and task is not None and task.closed_at is None:
        people = (
            [task.assignee_id]
            if task.assignee_id
            else notifying.people_of(act, task.organisation_id, task.role, grid_id=task.grid_id)
        )
        notifying.tell_people(act, people, measure.kind, subject)
    else:
        notifying.tell_organisation(act, measure.organisation_id, measure.kind, subject)


def next_due(session: Session) -> datetime | None:
    """The next instant at which the clock has something to do; what a virtual clock jumps to.

    A case that was set aside counts with its next try.
    """
    moments = [processes.next_try(session)]
    for waiting in _waiting():
        case_id, at = waiting.selected_columns
        first = waiting.where(case_id.not_in(processes.set_aside())).order_by(at).limit(1).subquery()
        moments.append(session.scalar(select(first.c.at)))
    return min((moment for moment in moments if moment), default=None)


def overdue_cases(at: datetime, most: int) -> Select[*tuple[Any, ...]]:
    """(case_id, at): the cases for which the clock had something to do before `at`, and what was due first."""
    kinds = []
    for waiting in _waiting():
        due = waiting.selected_columns[1]
        kinds.append(select(waiting.where(due <= at).order_by(due).limit(most).subquery()))
    found = union_all(*kinds).subquery()
    return select(found.c.case_id, func.min(found.c.at).label("at")).group_by(found.c.case_id)


def lag(session: Session, at: datetime) -> timedelta:
    """How long the most overdue timer, measure or retry has waited; zero when nothing is due."""
    due = next_due(session)
    return max(at - due, timedelta(0)) if due else timedelta(0)
