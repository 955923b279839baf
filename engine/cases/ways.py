"""Where a case in trouble may be sent back to, and what its unit has to do with it then."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import processes
from engine.cases.act import Act
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.processes.models import Incident
from engine.worklist.models import Task

HANDLERS = ("handler", "assistant")


def ways(act: Host, incident: Incident) -> tuple[processes.Place, ...]:
    """Where the case may be sent back to, the nearest first: of a clock's trouble the task it hangs on."""
    file = act.file
    source = act.source(file.instance.definition_id, "bpmn")
    found = processes.ways_back(source, file.instance.state, act, been_through(act.session, act.case.id),
                                trouble_of(file, incident))
    return tuple(sorted(found, key=lambda place: not place.is_own)) if incident.cause == "clock" else found


def been_through(session: Session, case_id: int) -> list[tuple[str, str]]:
    """The human tasks (process, element) that a case has been through, the last one first."""
    closed = select(Task.process, Task.element).where(Task.case_id == case_id, Task.closed_at.is_not(None))
    rows = session.execute(closed.order_by(Task.closed_at.desc(), Task.id.desc())).all()
    return list(dict.fromkeys((row.process, row.element) for row in rows))


def trouble_of(file: CaseFile, incident: Incident) -> int | None:
    """The key of the task in trouble: the person's, or the one that the oldest due timer hangs on."""
    if incident.cause == "stuck":
        return None
    if incident.task_id is not None:
        return next((task.token for task in file.tasks if task.id == incident.task_id), None)
    due = file.due_timers(incident.last_at)
    if due:
        return due[0].hangs_on
    return next((task.token for task in file.tasks), None)


def frees_the_unit(act: Act, step: processes.Step) -> bool:
    """Whether the case goes back before its dispatch: it waits to be assigned, and for nobody who handles it."""
    assigning = any(task.props.get("stage") == "assign" for task in step.open)
    return act.case.handler_id is not None and assigning and not any(
        _rule_of(act, task) in HANDLERS for task in step.open)


def _rule_of(act: Act, task: processes.OpenTask) -> str:
    facts = act.facts
    asked = {"lane": task.lane or "", "own_handled": facts["own_handled"], "reopened": facts["reopened"],
             "element": task.element}
    return str(act.ask("candidates", asked).one["organisation"])
