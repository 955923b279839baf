"""Completing a task: the one road of every act, under the lock of the case row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import attachments, directory, processes, worklist
from engine.audit.models import Entry
from engine.cases.checking import check_references
from engine.cases.clockwork import catch_up
from engine.cases.errors import ActNotAllowed, CaseClosed
from engine.cases.file import CaseFile, open_file
from engine.cases.hosting import Host
from engine.cases.models import Case
from engine.cases.offers import is_reporters
from engine.cases.projection import project
from engine.cases.scope import unscoped
from engine.cases.troubles import Repeat, take_up, watched
from engine.cases.windows import require_in_time
from engine.processes.models import Instance
from engine.worklist.models import Task

ALARM = "alarm"
BEFORE = "before"  # the field of a form, and the kind, of photos of how it was
LONGEST_CODE = 60  # characters, of an organisation


@dataclass(frozen=True, slots=True)
class Acted:
    """What an act did: the case as it is now, the number of its entry, and the tasks that it opened."""

    case: Case
    entry: Entry
    opened: tuple[Task, ...] = ()


def complete_task(
    session: Session,
    actor: directory.Actor,
    task_id: int,
    outcome: str,
    values: Mapping[str, Any],
    version: int | None,
    at: datetime,
    repeat: Repeat | None = None,
) -> Acted:
    """Complete a task with an outcome and its form's values; an unclaimed task is claimed by it.

    Raises TaskTaken naming the winner, StaleVersion, NotYourTask, OwnWork, Invalid with the fields that are wrong,
    and StepBroken where the diagram cannot go on; nothing is to be kept then.
    """
    file = open_file(session, task_id, _codes_in(values))
    with unscoped(session), session.no_autoflush:
        task = file.task(task_id)
        catch_up(file, at)
        worklist.require_open(task, entry=file.case.entries)
        worklist.require_actor(task, actor)
        worklist.require_version(task, version)
        return _complete(file, actor, task, outcome, dict(values), at, repeat)


def complete_as_reporter(
    session: Session, case_id: int, task_id: int, outcome: str, values: Mapping[str, Any], version: int | None,
    at: datetime,
) -> Acted:
    """Complete a task of the lane 反映人 for the resident who has proved that this case is theirs (E15).

    Raises CaseUnknown where the task belongs to another case, NotYourTask where it is not the reporter's, and what
    `complete_task` raises.
    """
    with unscoped(session), session.no_autoflush:
        file = open_file(session, task_id)
        case, task = file.case, file.task(task_id)
        if case.id != case_id or not is_reporters(session, case, task):
            raise worklist.NotYourTask()
        catch_up(file, at)
        worklist.require_open(task, entry=case.entries)
        worklist.require_version(task, version)
        return _complete(file, directory.RESIDENT, task, outcome, dict(values), at)


def _complete(
    file: CaseFile, actor: directory.Actor, task: Task, outcome: str, values: dict[str, Any], at: datetime,
    repeat: Repeat | None = None,
) -> Acted:
    session, case, instance = file.session, file.case, file.instance
    form = form_of_task(task)
    cleaned = form.validate(outcome, values)
    if outcome not in {one.id for one in form.outcomes_for(actor.roles)}:
        raise ActNotAllowed("这种办理方式不由您来选。", verb=outcome)
    act = Host(session, case, actor, at, form={"outcome": outcome, **cleaned}, file=file)
    require_in_time(act, form, outcome, task.opened_at)
    check_references(act, form, cleaned)
    take_up(act, repeat)
    wanted = {"task": task.id, "outcome": outcome, "values": values}
    with watched(act, instance, f"task {task.id}", wanted, task.id):
        opened = _move_on(act, instance, task, outcome, aside=form == processes.DEFAULT_FORM)
    words = {
        field.id: str(cleaned[field.id])
        for field in form.fields
        if field.type in ("text", "longtext") and cleaned.get(field.id)
    }
    for field in form.fields:
        if field.type == "photos" and cleaned.get(field.id):
            kind = BEFORE if field.id == BEFORE else "after" if case.stage == "check" else "evidence"
            attachments.attach(session, case.id, cleaned[field.id], kind, task.id, actor.person_id)
    act.texts |= words
    plain = {key: value for key, value in cleaned.items() if key not in words}
    entry = act.record(task.element, element=task.element, task=task.name, outcome=outcome, form=plain)
    return Acted(case, entry, tuple(opened))


def _move_on(act: Host, instance: Instance, task: Task, outcome: str, aside: bool) -> list[Task]:
    """Let the diagram go on from a task that is done; the tasks that are new."""
    source = act.source(instance.definition_id, "bpmn")
    step = processes.complete(source, instance.state, task.token, act.form, act, aside=aside, passed=act.passed)
    opened = project(act, instance, step, done=task, outcome=outcome)
    if act.alarm:
        opened += sound_alarm(act, instance)
    return opened


def _codes_in(values: Mapping[str, Any]) -> list[str]:
    """What may be codes of matters or organisations among the values of a form; they are read with the case."""
    every = [one for value in values.values() for one in (value if isinstance(value, list) else [value])]
    return [one for one in every if isinstance(one, str) and len(one) <= LONGEST_CODE and one.isprintable()]


def form_of_task(task: Task) -> processes.Form:
    """What a task asks for, as it was when it was opened."""
    return processes.Form.from_json(task.form) if task.form else processes.DEFAULT_FORM


def sound_alarm(act: Host, instance: Instance) -> list[Task]:
    """The case has become an emergency: the diagram's `alarm` rings the roster beside the work that goes on.

    Nothing more is needed where the act has rung it on its own way already.
    """
    if "rang" in act.notes or not act.waits_for(instance, ALARM):
        return []
    source = act.source(instance.definition_id, "bpmn")
    return project(act, instance, processes.deliver(source, instance.state, ALARM, None, act))


def claim_task(session: Session, actor: directory.Actor, task_id: int, at: datetime) -> Task:
    """Take a task for oneself; an entry says so."""
    return _hold_or_free(session, actor, task_id, at, "claim")


def release_task(session: Session, actor: directory.Actor, task_id: int, at: datetime) -> Task:
    """Give a claimed task back to everybody it is offered to; an entry says so."""
    return _hold_or_free(session, actor, task_id, at, "release")


def _hold_or_free(session: Session, actor: directory.Actor, task_id: int, at: datetime, verb: str) -> Task:
    file = open_file(session, task_id)
    with unscoped(session), session.no_autoflush:
        case, task = file.case, file.task(task_id)
        require_running(case)
        act = Host(session, case, actor, at, file=file)
        if verb == "claim":
            worklist.claim(task, actor, at)
        else:
            worklist.release(task, actor)
        act.record(verb, element=task.element, task=task.name)
    return task


def require_running(case: Case) -> None:
    """CaseClosed when nothing can happen to the case any more."""
    if case.closed_at is not None:
        raise CaseClosed()
