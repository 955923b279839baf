"""What compensation consists of while it runs: completed activities that may be undone, and the event that does it."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.spiff.specs import defaults as spiff
from SpiffWorkflow.util.task import TaskState

from engine.processes.elements import Lean
from engine.processes.tokens import Token


class _Part(Lean, spiff.NoneTask):  # type: ignore[misc]
    """One of the events; `activity` is what it undoes ("" for all of the scope)."""

    kind = "intermediateThrowEvent"
    activity = ""

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Any = None, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False


class _Waiting(_Part):
    """One that waits when it is reached."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        my_task._set_state(TaskState.WAITING)
        return False


class Undo(_Waiting):
    """A completed activity that may be undone: it keeps nothing from ending, and ends with its scope."""

    dormant = True


class Compensate(_Waiting):
    """Lets the activities be undone, the last completed first, one after the other, and goes on."""

    settles = True

    def settle(self, my_task: Token) -> bool:
        """Undo the next one when nothing else runs in the scope; go on when none is left."""
        live = [task for task in my_task.workflow.tasks.values() if task.live and task is not my_task]
        if not all(task.task_spec.dormant for task in live):
            return False
        wanted = [task for task in live if self.activity in ("", task.task_spec.activity)]
        if not wanted:
            my_task._ready()
            return True
        last = max(wanted, key=lambda task: task.id)
        last.data = dict(my_task.data)
        last._set_state(TaskState.READY)
        return True


class Undone(_Part):
    """A handler has done its work: the compensation event goes on with its data."""

    def _predict_hook(self, my_task: Token) -> None:
        """Nothing follows."""

    def _run_hook(self, my_task: Token) -> bool:
        for task in my_task.workflow.tasks.values():
            if isinstance(task.task_spec, Compensate) and task.live:
                task.data = dict(my_task.data)
        return True


PARTS = {"undo": Undo, "throw": Compensate, "done": Undone}
