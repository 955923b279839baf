"""Events: what is thrown and who catches it, boundary events that take effect at once, and the end of a scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, SimpleBpmnTask, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
)
from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.spiff.specs import defaults as spiff
from SpiffWorkflow.util.task import TaskState

from engine.processes.elements import Lean
from engine.processes.evaluation import plain
from engine.processes.merging import meeting, merged
from engine.processes.names import FORM
from engine.processes.timers import HostTimer
from engine.processes.tokens import Token


class Announcement(EventDefinition):  # type: ignore[misc]
    """A message, signal, error or escalation, thrown or waited for.

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
        my_task.workflow.top_workflow.thrown.append((self, my_task, payload))

    def deliver(self, instance: Any, thrower: Token, payload: Any) -> None:
        """Give it to whoever catches it; an error that nobody catches fails the instance."""
        if thrower.workflow.completed:
            return
        if self.kind in ("error", "escalation"):
            catcher = self._enclosing_catcher(thrower)
            if catcher is not None:
                happen(catcher, payload, thrower)
            elif self.kind == "error":
                instance.fail(f"错误「{self.code or self.name}」没有人接住")
            return
        catchers = [task for task in waiting_events(instance) if self._is_heard_by(task)]
        for task in catchers if self.kind == "signal" else catchers[:1]:
            if task._state == TaskState.WAITING:
                happen(task, payload)

    def _is_heard_by(self, task: Token) -> bool:
        wanted = task.task_spec.event_definition
        return isinstance(wanted, Announcement) and wanted.kind == self.kind and wanted.name == self.name

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
    if split is None or not isinstance(split.task_spec, Split):
        return []
    return [task for task in split.children if isinstance(task.task_spec, Boundary)
            and task._state == TaskState.WAITING]


def happen(task: Token, payload: Any = None, thrower: Token | None = None,
           form: dict[str, Any] | None = None) -> None:
    """Let a waiting event happen, at once: what it interrupts is gone before anything else runs."""
    definition = task.task_spec.event_definition
    task.data = _inner_data(task, thrower)
    if form is not None:
        task.data[FORM] = form
    if payload is not None and getattr(definition, "variable", None):
        task.data[definition.variable] = payload
    top = task.workflow.top_workflow
    top.event_manager.tasks.pop(task.id, None)
    top.step(task)
    task._set_state(TaskState.READY)
    task.run()


def _inner_data(task: Token, thrower: Token | None) -> dict[str, Any]:
    """The data of an event; on an embedded sub-process with what happened inside, as BPMN shares its data."""
    main = attached_to(task)
    if main is None:
        return dict(task.data)
    scope = main.workflow.top_workflow.subprocesses.get(main.id)
    if scope is None or getattr(main.task_spec, "calls", False):
        return dict(task.data)
    inner = [token.data for token in sorted(scope.tasks.values(), key=lambda token: token.id)
             if token.live and not isinstance(token.task_spec, Boundary)]
    if thrower is not None and thrower.workflow is scope:
        inner.append(thrower.data)
    return merged(main.data, inner)


def attached_to(task: Token) -> Token | None:
    """The activity a boundary event hangs on; None for any other event."""
    split = task.parent
    if split is None or not isinstance(split.task_spec, Split) or not isinstance(task.task_spec, Boundary):
        return None
    return next((child for child in split.children
                 if child.live and not isinstance(child.task_spec, Boundary)), None)


class _Catching(Lean):
    """What waits for an event: it registers, arms its timer, and goes on only when the event happens."""

    event_definition: Any

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        if isinstance(self.event_definition, NoneEventDefinition):
            return True
        if my_task._state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)
        manager = my_task.workflow.top_workflow.event_manager
        if my_task.id not in manager.tasks:
            manager.tasks[my_task.id] = my_task
            self._arm(my_task)
        return False

    def _arm(self, my_task: Token) -> None:
        if isinstance(self.event_definition, HostTimer):
            main = attached_to(my_task)
            self.event_definition.arm(my_task, main.id if main is not None else my_task.id)

    def _on_ready_hook(self, my_task: Token) -> None:
        """Nothing: happen() has taken the event out of the register."""

    def _run_hook(self, my_task: Token) -> bool:
        return True


class Start(_Catching, StartEvent):  # type: ignore[misc]
    """A none start event."""

    kind = "startEvent"


class Catch(_Catching, IntermediateCatchEvent):  # type: ignore[misc]
    """Waits for a timer, a message or a signal."""

    kind = "intermediateCatchEvent"


class Receive(_Catching, spiff.ReceiveTask):  # type: ignore[misc]
    """A task that waits for a message."""

    kind = "receiveTask"


class Boundary(_Catching, BoundaryEvent):  # type: ignore[misc]
    """An event on the edge of an activity; one that does not interrupt waits again after it happened."""

    kind = "boundaryEvent"

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        main = attached_to(my_task)
        if self.cancel_activity or main is None or not main.live:
            return
        definition = self.event_definition
        again = my_task.parent._add_child(self, TaskState.FUTURE)
        again.data = dict(main.parent.data)
        if isinstance(definition, HostTimer) and not definition.rearm(again, my_task):
            again._set_state(TaskState.CANCELLED)
            return
        again._set_state(TaskState.WAITING)
        my_task.workflow.top_workflow.event_manager.tasks[again.id] = again


class Split(Lean, BoundaryEventSplit):  # type: ignore[misc]
    """Before an activity with boundary events: starts the activity and its events together."""

    hidden = True

    def _predict_hook(self, my_task: Token) -> None:
        for name in self._outputs:
            my_task._add_child(self._wf_spec.task_specs[name], TaskState.FUTURE)

    def _run_hook(self, my_task: Token) -> bool:
        return True

    def child_completed(self, my_task: Token, child: Token) -> None:
        """The activity completed: its events are over. An interrupting event: everything else is."""
        is_event = isinstance(child.task_spec, Boundary)
        if is_event and not child.task_spec.cancel_activity:
            return
        for other in my_task.children:
            waits = isinstance(other.task_spec, Boundary) and other._state == TaskState.WAITING
            runs = is_event and other.live and not isinstance(other.task_spec, Boundary)
            if other is not child and (waits or runs):
                other.cancel()


class Throw(Lean, IntermediateThrowEvent):  # type: ignore[misc]
    """Throws and goes on."""

    kind = "intermediateThrowEvent"


class Send(Lean, spiff.SendTask):  # type: ignore[misc]
    """A task that sends a message."""

    kind = "sendTask"


class End(Lean, EndEvent):  # type: ignore[misc]
    """The end of one branch; a terminate end event ends its whole scope."""

    kind = "endEvent"

    def _run_hook(self, my_task: Token) -> bool:
        if not isinstance(self.event_definition, TerminateEventDefinition):
            self.event_definition.throw(my_task)
        return True

    def _predict_hook(self, my_task: Token) -> None:
        if not isinstance(self.event_definition, TerminateEventDefinition):
            super()._predict_hook(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        if isinstance(self.event_definition, TerminateEventDefinition):
            scope = my_task.workflow
            scope.task_tree.cancel()
            scope.finish(my_task.data)


class EndJoin(Lean, _EndJoin):  # type: ignore[misc]
    """Where the branches of a scope end: when nothing else lives there, the scope is over."""

    hidden = True
    settles = True

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        my_task._set_state(TaskState.WAITING)
        earlier = [task for task in my_task.workflow.tasks.values() if task is not my_task
                   and task.task_spec is self and task._state == TaskState.WAITING]
        for task in earlier:
            my_task.data = meeting([task, my_task])
            task._set_state(TaskState.CANCELLED)
        return False

    def settle(self, my_task: Token) -> bool:
        """End the scope when this is its last token."""
        if any(task.live for task in my_task.workflow.tasks.values() if task is not my_task):
            return False
        my_task._set_state(TaskState.COMPLETED)
        my_task.workflow.finish(my_task.data)
        return True


class Closing(Lean, SimpleBpmnTask):  # type: ignore[misc]
    """The task SpiffWorkflow expects after the end join; never reached, the scope ends at the join."""

    hidden = True
