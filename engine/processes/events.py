"""Events as the diagram draws them, and the end of a scope."""

from __future__ import annotations

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
from SpiffWorkflow.spiff.specs import defaults as spiff
from SpiffWorkflow.util.task import TaskState

from engine.processes.announcing import Announcement, attached_to, is_boundary, scope_data
from engine.processes.calling import Embedded
from engine.processes.conditions import Condition, watch
from engine.processes.elements import Lean, Passable
from engine.processes.merging import handlers_around, meeting
from engine.processes.timers import HostTimer
from engine.processes.tokens import Token


class _Catching(Lean):
    """What waits for an event: it registers, arms its timer, and goes on only when the event happens."""

    event_definition: Any

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        if isinstance(self.event_definition, NoneEventDefinition):
            return True
        if self._is_not_waited_for(my_task):
            return not is_boundary(my_task)
        if isinstance(self.event_definition, Condition):
            return self._meet(my_task, self.event_definition)
        if my_task._state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)
        manager = my_task.workflow.top_workflow.event_manager
        if my_task.id not in manager.tasks:
            manager.tasks[my_task.id] = my_task
            self._arm(my_task)
        return False

    def _meet(self, my_task: Token, condition: Condition) -> bool:
        """In the flow it passes or stands, and the case says so: nobody tells it later. On an edge it watches."""
        if is_boundary(my_task):
            watch(my_task)
            return False
        my_task._set_state(TaskState.WAITING)
        return condition.holds(my_task)

    def _is_not_waited_for(self, my_task: Token) -> bool:
        """A timer that is passed over: on an edge it is never armed, in the flow nobody waits for it."""
        top = my_task.workflow.top_workflow
        if not (top.passed and isinstance(self.event_definition, HostTimer) and top.passes(my_task)):
            return False
        if is_boundary(my_task):
            my_task._set_state(TaskState.CANCELLED)
        return True

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

    @property
    def beside(self) -> bool:  # type: ignore[override]
        """Whether it does not interrupt."""
        return not self.cancel_activity

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        main = attached_to(my_task)
        if self.cancel_activity or main is None or not main.live:
            return
        definition = self.event_definition
        again = my_task.parent._add_child(self, TaskState.FUTURE)
        again.data = dict(main.parent.data)
        if isinstance(definition, Condition):
            watch(again, held=True)
            return
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
        is_event = is_boundary(child)
        if is_event and not child.task_spec.cancel_activity:
            return
        if is_event and any(isinstance(other.task_spec, Embedded) and other.task_spec.hidden
                            for other in my_task.children):
            self._end_handlers(my_task, child)
        for other in my_task.children:
            waits = is_boundary(other) and other._state == TaskState.WAITING
            runs = is_event and other.live and not is_boundary(other)
            if other is not child and (waits or runs):
                other.cancel()


    @staticmethod
    def _end_handlers(my_task: Token, child: Token) -> None:
        """An event sub-process that interrupts also ends those of its scope that run without interrupting."""
        for other in my_task.children:
            if other is not child:
                other.cancel()


class _Telling(Lean):
    """What may throw a message or a signal: it has no order among branches that run at once."""

    event_definition: Any

    @property
    def tells(self) -> bool:  # type: ignore[override]
        """Whether it throws what somebody beside it may be about to wait for."""
        return isinstance(self.event_definition, Announcement) and self.event_definition.kind in ("message", "signal")


class Throw(_Telling, IntermediateThrowEvent):  # type: ignore[misc]
    """Throws and goes on."""

    kind = "intermediateThrowEvent"


class Send(_Telling, Passable, spiff.SendTask):  # type: ignore[misc]
    """A task that sends a message."""

    kind = "sendTask"


class End(_Telling, EndEvent):  # type: ignore[misc]
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
            scope = _drawn_scope(my_task.workflow)
            data = scope_data(scope, my_task)
            scope.task_tree.cancel()
            scope.finish(data)


def _drawn_scope(scope: Any) -> Any:
    """The scope as it is drawn: a hidden sub-process made by the rewriting is part of the one around it."""
    while scope.parent_task_id is not None and scope.top_workflow.every[scope.parent_task_id].task_spec.hidden:
        scope = scope.top_workflow.every[scope.parent_task_id].workflow
    return scope


class EndJoin(Lean, _EndJoin):  # type: ignore[misc]
    """Where the branches of a scope end: when nothing else lives there, the scope is over."""

    hidden = True
    settles = True

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        my_task._set_state(TaskState.WAITING)
        earlier = [task for task in my_task.workflow.tasks.values() if task is not my_task
                   and task.task_spec is self and task._state == TaskState.WAITING]
        left = my_task
        for task in earlier:
            known = meeting([task, left])
            left, over = (task, left) if handlers_around(task) < handlers_around(left) else (left, task)
            left.data = known
            over._set_state(TaskState.CANCELLED)
        return False

    def settle(self, my_task: Token) -> bool:
        """End the scope when this is its last token."""
        live = [task for task in my_task.workflow.tasks.values() if task.live and task is not my_task]
        if not all(task.task_spec.dormant for task in live):
            return False
        for task in live:
            task.cancel()
        my_task._set_state(TaskState.COMPLETED)
        my_task.workflow.finish(my_task.data)
        return True


class Closing(Lean, SimpleBpmnTask):  # type: ignore[misc]
    """The task SpiffWorkflow expects after the end join; never reached, the scope ends at the join."""

    hidden = True
