"""What an instance waits for: open tasks, armed timers, messages."""

from __future__ import annotations

from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from engine.processes.announcing import Announcement, attached_to, is_boundary, waiting_events
from engine.processes.scopes import Instance
from engine.processes.timers import HostTimer
from engine.processes.tokens import Token
from engine.processes.values import ArmedTimer, OpenTask


def open_tasks(instance: Instance) -> tuple[OpenTask, ...]:
    """The human tasks that wait, oldest first."""
    waiting = [token for token in instance.every.values()
               if token._state == TaskState.READY and token.task_spec.manual]
    return tuple(_open(token) for token in sorted(waiting, key=lambda token: token.id))


def armed_timers(instance: Instance) -> tuple[ArmedTimer, ...]:
    """The timers that wait, oldest first."""
    return tuple(_armed(token) for token in waiting_events(instance)
                 if isinstance(token.task_spec.event_definition, HostTimer))


def waiting_messages(instance: Instance) -> tuple[tuple[str, int, str], ...]:
    """The messages waited for: (name, key of the task it hangs on, element)."""
    found = []
    for token in waiting_events(instance):
        wanted = token.task_spec.event_definition
        if isinstance(wanted, Announcement) and wanted.kind == "message":
            main = attached_to(token)
            found.append((wanted.name, main.id if main is not None else token.id, token.task_spec.bpmn_id))
    return tuple(found)


def standing(instance: Instance) -> tuple[str, ...]:
    """The elements where tokens stand, oldest first; the innermost ones, without boundary events."""
    live = [token for token in sorted(instance.every.values(), key=lambda token: token.id)
            if token._state in (TaskState.WAITING, TaskState.READY) and token.task_spec.bpmn_id is not None]
    return tuple(token.task_spec.bpmn_id for token in live if not (is_boundary(token) or token.task_spec.dormant))


def _open(token: Token) -> OpenTask:
    spec = token.task_spec
    return OpenTask(key=token.id, element=spec.bpmn_id, name=spec.bpmn_name or spec.bpmn_id, lane=spec.lane,
                    process=token.workflow.bundle.definition_id, form=spec.form, props=spec.props,
                    item=_item(token))


def _item(token: Token) -> str | None:
    """The key of the innermost multi-instance around a task, the organisation's code for instance."""
    current: Token | None = token
    while current is not None:
        if "key" in current.internal_data:
            return str(current.internal_data.get("item", current.internal_data["key"]))
        scope = current.workflow
        current = scope.top_workflow.every[scope.parent_task_id] if scope.parent_task_id is not None else None
    return None


def _armed(token: Token) -> ArmedTimer:
    main = attached_to(token)
    return ArmedTimer(task=token.id, element=token.task_spec.bpmn_id,
                      due=datetime.fromisoformat(token.internal_data["due"]),
                      interrupting=bool(getattr(token.task_spec, "cancel_activity", True)),
                      on=main.id if main is not None else token.id)
