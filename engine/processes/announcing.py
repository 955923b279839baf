"""What is thrown and who catches it: announcements find their catcher, an event happens at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.processes.evaluation import plain
from engine.processes.extensions import text_of
from engine.processes.merging import TOLD, merged, together
from engine.processes.names import FORM, tag
from engine.processes.tokens import Token


class Announcement(EventDefinition):  # type: ignore[misc]
    """A message, signal, error, escalation or the cancelling of a transaction, thrown or waited for.

    `code` is what errors and escalations are matched by (None catches all), `name` what the others are.
    """

    def __init__(self, kind: str, name: str, code: str | None = None, expression: str | None = None,
                 variable: str | None = None) -> None:
        super().__init__(name)
        self.kind = kind
        self.code = code
        self.expression = expression
        self.variable = variable

    def throw(self, my_task: Token) -> None:
        """Put it among the thrown events; it is delivered before anything else runs."""
        payload = None
        if self.expression:
            payload = plain(my_task.workflow.script_engine.evaluate(my_task, self.expression))
        top = my_task.workflow.top_workflow
        top.thrown.append((self, my_task, payload, frozenset(top.event_manager.tasks)))

    def deliver(self, instance: Any, thrower: Token, payload: Any, listening: frozenset[int]) -> None:
        """Give it to whoever catches it; an error that nobody catches fails the instance.

        Messages and signals are not kept: only who was `listening` when it was thrown hears it.
        """
        if thrower.workflow.completed:
            return
        if self.kind in ("error", "escalation", "cancel"):
            catcher = self._enclosing_catcher(thrower)
            if catcher is not None:
                happen(catcher, payload, thrower)
            elif self.kind == "error":
                instance.fail(f"错误「{self.code or self.name}」没有人接住")
            return
        catchers = [task for task in waiting_events(instance) if task.id in listening and self._is_heard_by(task)]
        for task in catchers if self.kind == "signal" else catchers[:1]:
            if task._state == TaskState.WAITING:
                happen(task, payload)

    def _is_heard_by(self, task: Token) -> bool:
        wanted = task.task_spec.event_definition
        return isinstance(wanted, Announcement) and wanted.kind == self.kind and self.name == wanted.name != ""

    def _enclosing_catcher(self, thrower: Token) -> Token | None:
        """The boundary event of the nearest enclosing activity; one with the very code before a catch-all."""
        for activity in enclosing(thrower):
            fits = [task for task in attached_events(activity) if self._matches(task.task_spec.event_definition)]
            fits.sort(key=lambda task: (task.task_spec.event_definition.code is None, task.id))
            if fits:
                return fits[0]
        return None

    def _matches(self, wanted: Any) -> bool:
        return (isinstance(wanted, Announcement) and wanted.kind == self.kind
                and wanted.code in (None, self.code))


def announcement_of(kind: str, event: Any) -> Announcement:
    """What an event definition of the file throws or waits for."""
    reference = (event.get(f"{kind}Ref") or "").rpartition(":")[2]
    root = event.getroottree().getroot()
    found = next((one for one in root.iter(tag(kind)) if reference and one.get("id") == reference), event)
    code = found.get(f"{kind}Code") or reference if kind in ("error", "escalation") and found is not event else None
    return Announcement(kind, found.get("name") or reference, code,
                        text_of(found, event, "messagePayload", "payloadExpression"),
                        text_of(found, event, "messageVariable", "variableName"))


def is_boundary(task: Token) -> bool:
    """Whether a token is that of a boundary event."""
    return isinstance(task.task_spec, BoundaryEvent)


def waiting_events(instance: Any) -> list[Token]:
    """All tokens that wait for an event, oldest first."""
    return sorted(instance.event_manager.tasks.values(), key=lambda task: task.id)


def enclosing(task: Token) -> Iterator[Token]:
    """The activities around a task, innermost first: called or embedded, each with its multi-instance body."""
    scope = task.workflow
    while scope.parent_task_id is not None:
        activity = scope.top_workflow.every[scope.parent_task_id]
        yield activity
        if activity.triggered:
            yield activity.parent
        scope = activity.workflow


def attached_events(activity: Token) -> list[Token]:
    """The boundary events that wait on an activity."""
    split = activity.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return []
    return [task for task in split.children if is_boundary(task)
            and task._state == TaskState.WAITING]


def happen(task: Token, payload: Any = None, thrower: Token | None = None,
           form: dict[str, Any] | None = None) -> None:
    """Let a waiting event happen, at once: what it interrupts is gone before anything else runs."""
    definition = task.task_spec.event_definition
    told = {} if form is None else {FORM: form}
    if payload is not None and getattr(definition, "variable", None):
        told[definition.variable] = payload
    task.data = {**_inner_data(task, thrower), **told}
    if told and task.task_spec.beside:
        task.internal_data[TOLD] = sorted(told)
    top = task.workflow.top_workflow
    top.event_manager.tasks.pop(task.id, None)
    top.step(task)
    task._set_state(TaskState.READY)
    task.run()
    if task.task_spec.hidden:
        _begin_handler(task)


def _begin_handler(trigger: Token) -> None:
    """An event sub-process has begun when its event has happened: its start event waits for no turn."""
    top = trigger.workflow.top_workflow
    for handler in trigger.children:
        scope = top.subprocesses.get(handler.id)
        if scope is not None:
            top.run_now(scope.task_tree)
            for start in scope.task_tree.children:
                top.run_now(start)


def data_inside(event: Token) -> dict[str, Any]:
    """What is known now inside the activity that an event hangs on."""
    main = attached_to(event)
    return event.data if main is None else _with_inner(main, None)


def _inner_data(task: Token, thrower: Token | None) -> dict[str, Any]:
    """The data of an event; on an embedded sub-process with what happened inside, as BPMN shares its data."""
    main = attached_to(task)
    return dict(task.data if main is None or _embedded(main) is None else _with_inner(main, thrower))


def scope_data(scope: Any, last: Token | None = None) -> dict[str, Any]:
    """What is known inside a scope now: all its live tokens together, embedded sub-processes included.

    `last`: a token whose changes come last, though it lives no more. Instances of a multi-instance keep theirs.
    """
    tokens = [token for token in sorted(scope.tasks.values(), key=lambda token: token.id)
              if token.live and token is not last and not is_boundary(token) and "key" not in token.internal_data
              and not token.task_spec.dormant]
    if last is not None and last.workflow is scope:
        tokens.append(last)
    known = [_with_inner(token, last) for token in tokens]
    return together(tokens, known)


def _with_inner(token: Token, last: Token | None) -> dict[str, Any]:
    inner = _embedded(token)
    return token.data if inner is None else merged(token.data, [scope_data(inner, last)])


def _embedded(token: Token) -> Any:
    """The running sub-process drawn in this activity; None for calls and everything else."""
    if getattr(token.task_spec, "calls", False):
        return None
    return token.workflow.top_workflow.subprocesses.get(token.id)


def attached_to(task: Token) -> Token | None:
    """The activity a boundary event hangs on; None for any other event."""
    split = task.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit) or not is_boundary(task):
        return None
    return next((child for child in split.children
                 if child.live and not is_boundary(child)), None)
