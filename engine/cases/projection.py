"""The rows follow the diagram: tasks opened and closed, timers set and cleared, clocks and lamp brought along."""

from __future__ import annotations

from engine import processes, worklist
from engine.cases import requests
from engine.cases.act import Act
from engine.cases.clocks import close_all, close_task_deadlines, open_deadline, settle_lamp
from engine.cases.models import STAGES
from engine.cases.notifying import tell_offered
from engine.cases.offers import offer_of
from engine.cases.troubles import require_sound
from engine.processes.models import Instance
from engine.worklist.models import Task


def project(
    act: Act, instance: Instance, step: processes.Step, done: Task | None = None, outcome: str | None = None
) -> list[Task]:
    """Bring the rows in line with what waits now; the tasks that are new.

    `done` is the task that the act completed, with its outcome; tasks that vanish beside it were ended by the
    diagram (outcome «cancelled»).
    """
    require_sound(act, step)
    waiting = {task.key: task for task in step.open}
    rows = {row.token: row for row in act.file.tasks if row.instance_id == instance.id}
    gone = [row for token, row in rows.items() if token not in waiting]
    for row in gone:
        ended = outcome if row is done and outcome else "cancelled"
        worklist.close(row, ended, act.actor.label, act.actor.person_id, act.at)
    close_task_deadlines(act, gone)
    if any(row.process == requests.APPROVAL for row in gone):
        requests.withdraw_ended(act, {task.process for task in step.open})
    act.file.timers = processes.save(act.session, instance, act.file.timers, step, act.at)
    opened = [_open(act, instance, waiting[token]) for token in sorted(waiting.keys() - rows.keys())]
    if act.case.closed_at is not None:
        close_all(act)
    settle_lamp(act)
    return opened


def _open(act: Act, instance: Instance, task: processes.OpenTask) -> Task:
    offer = offer_of(act, task)
    form = task.form.as_json()
    row = worklist.open_task(
        case_id=act.case.id,
        instance_id=instance.id,
        token=task.key,
        element=task.element,
        process=task.process,
        name=task.name,
        stage=task.props.get("stage", ""),
        offer=offer,
        form=form,
        at=act.at,
    )
    act.file.add(row)
    if limit := task.props.get("limit"):
        open_deadline(act, row, limit)
    if row.stage in STAGES:
        act.case.stage = row.stage  # where the case stands is what the diagram says of the task that waits
    tell_offered(act, row)
    return row
