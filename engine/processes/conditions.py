"""Conditional events: in the flow a token passes when the condition holds, on an edge it happens when it comes true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.expressions import compile_expression
from engine.processes.announcing import data_inside, happen
from engine.processes.names import FUNCTIONS
from engine.processes.tokens import Token

_HELD = "held"


class Condition(EventDefinition):  # type: ignore[misc]
    """The condition of an event. The gate lets it in only where it sees every change that could make it true."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def holds(self, task: Token, inside: Mapping[str, Any] | None = None) -> bool:
        """Whether it is true for a token, with what is known `inside` what it hangs on; not while a name is unset."""
        engine = task.workflow.script_engine
        known = engine.environment.names({**task.data, **(inside or {})})
        unset = compile_expression(self.text, FUNCTIONS).names - known.keys()
        return not unset and bool(engine.evaluate(task, self.text, inside))

    def has_come_true(self, task: Token) -> bool:
        """Whether it holds and did not when it was last asked."""
        before = task.internal_data.pop(_HELD, False)
        if not self.holds(task, data_inside(task)):
            return False
        task.internal_data[_HELD] = True
        return not before


def watch(task: Token, *, held: bool = False) -> None:
    """Let a token on an edge wait until its condition comes true; `held`: it must be false first."""
    if held:
        task.internal_data[_HELD] = True
    task._set_state(TaskState.WAITING)
    task.workflow.top_workflow.watching[task.id] = task


def notice(watching: dict[int, Token]) -> bool:
    """Let the oldest event happen whose condition has come true; False when there is none."""
    for key in sorted(watching):
        task = watching[key]
        if task._state != TaskState.WAITING:
            del watching[key]
        elif task.task_spec.event_definition.has_come_true(task):
            happen(task)
            return True
    return False
