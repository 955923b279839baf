"""A token: one task of the running tree, with an integer id, that removes itself cleanly when cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.processes.passing import PASSABLE

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):  # type: ignore[misc]
    """SpiffWorkflow's task without UUIDs, clocks and log records.

    Nothing is predicted: children appear when their parent runs. Data is never changed in place below the top
    level, so a child may share its parent's values.
    """

    def __init__(self, workflow: Any, task_spec: Any, parent: Token | None = None,
                 state: int = TaskState.MAYBE, id: int | None = None) -> None:
        top = workflow.top_workflow
        self.id = top.next_id() if id is None else id
        self.workflow = workflow
        workflow.tasks[self.id] = self
        top.every[self.id] = self
        self._parent = parent.id if parent is not None else None
        self._children: list[int] = []
        self._state = state
        self.triggered = False
        self.task_spec = task_spec
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0
        if parent is not None:
            parent._children.append(self.id)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Token:
        child = Token(self.workflow, task_spec, self, state=state)
        if state == TaskState.READY:
            child._ready()
        return child

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            if value == TaskState.READY:
                top = self.workflow.top_workflow
                (top.throwing if self.task_spec.tells else top.ready).append(self)

    def _inherit_data(self) -> None:
        parent = self.parent
        if parent is not None:
            self.data = {**parent.data, **self.data}

    @property
    def live(self) -> bool:
        """Whether the token waits, is ready, or stands in an activity."""
        return bool(self._state & LIVE)

    def ancestors(self) -> Iterator[Token]:
        """The token's parents inside its scope, nearest first."""
        task = self.parent
        while task is not None:
            yield task
            task = task.parent

    def run(self) -> bool | None:
        """Execute the task unless it was cancelled meanwhile."""
        self.workflow.top_workflow.current = self
        if all(child.triggered for child in self.children):
            self.task_spec._predict_hook(self)
        top = self.workflow.top_workflow
        is_passed = bool(top.passed) and self.task_spec.kind in PASSABLE and top.passes(self)
        done: bool | None = True if is_passed else self.task_spec._run(self)
        if self._state == TaskState.CANCELLED:
            return done
        if done is None:
            self._set_state(TaskState.STARTED)
        else:
            self.complete()
        return done

    def complete(self) -> None:
        """Mark the task complete, close what hung on it, then wake its successors."""
        self._set_state(TaskState.COMPLETED)
        top = self.workflow.top_workflow
        top.record(self)
        parent = self.parent
        if parent is not None:
            closes = getattr(parent.task_spec, "child_completed", None)
            if closes is not None:
                closes(parent, self)
        self.task_spec._on_complete(self)

    def cancel(self) -> None:
        """Cancel this task and everything below it, called scopes included."""
        stack = [self]
        while stack:
            task = stack.pop()
            stack.extend(task.children)
            if not task.has_state(TaskState.FINISHED_MASK):
                task._set_state(TaskState.CANCELLED)
            top = task.workflow.top_workflow
            top.event_manager.tasks.pop(task.id, None)
            scope = top.subprocesses.pop(task.id, None)
            if scope is not None:
                scope.completed = True
                stack.append(scope.task_tree)
