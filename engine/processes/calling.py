"""Activities that open a scope: embedded sub-processes share their caller's data, called processes declare theirs."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.spiff.specs import defaults as spiff
from SpiffWorkflow.util.task import TaskState

from engine.processes.elements import Lean
from engine.processes.evaluation import halt
from engine.processes.tokens import Token


class Embedded(Lean, spiff.SubWorkflowTask):  # type: ignore[misc]
    """A sub-process drawn inside the diagram."""

    kind = "subProcess"
    calls = False

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        if self.prescript is not None:
            self.execute_script(my_task, self.prescript)
        top = my_task.workflow.top_workflow
        my_task._set_state(TaskState.STARTED)
        scope = top.create_subprocess(my_task, self.spec)
        top.begin(scope, self.given(my_task, scope))
        return False

    def given(self, my_task: Token, scope: Any) -> dict[str, Any]:
        """The data with which the scope begins."""
        return dict(my_task.data)

    def returned(self, my_task: Token, scope: Any, data: dict[str, Any]) -> None:
        """Take over the data with which the scope ended, and be ready to complete."""
        my_task.data = dict(data)
        my_task._set_state(TaskState.READY)

    def _on_cancel(self, my_task: Token) -> None:
        """Nothing: a cancelled token takes its scope with it."""


class Call(Embedded, spiff.CallActivity):  # type: ignore[misc]
    """A call of another process; its declared inputs go in, its declared outputs come back.

    A called process that declares no inputs sees all data; one without outputs gives all of its data back. A call
    drawn elsewhere may say that nothing goes in (`takes`) or comes back (`gives`).
    """

    kind = "callActivity"
    calls = True
    takes = True
    gives = True

    def given(self, my_task: Token, scope: Any) -> dict[str, Any]:
        """The declared inputs only; without a declaration all data."""
        declared = scope.spec.io_specification
        if not self.takes:
            return {}
        if declared is None or not declared.data_inputs:
            return dict(my_task.data)
        return _only(my_task, my_task.data, declared.data_inputs, "输入")

    def returned(self, my_task: Token, scope: Any, data: dict[str, Any]) -> None:
        """Take over the declared outputs; without a declaration all data."""
        declared = scope.spec.io_specification
        if not self.gives:
            data = {}
        elif declared is not None and declared.data_outputs:
            data = _only(my_task, data, declared.data_outputs, "输出")
        elif declared is not None and declared.data_inputs:
            data = {}
        my_task.data.update(data)
        my_task._set_state(TaskState.READY)


def _only(task: Token, data: dict[str, Any], declared: list[Any], what: str) -> dict[str, Any]:
    missing = [item.bpmn_id for item in declared if item.bpmn_id not in data and not item.optional]
    if missing:
        raise halt(task, f"被调用的流程要求的{what}「{'、'.join(missing)}」没有值")
    return {item.bpmn_id: data[item.bpmn_id] for item in declared if item.bpmn_id in data}
