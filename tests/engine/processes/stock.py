"""SpiffWorkflow as shipped, in memory, driven by the same acts: what we are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.library import Source


class Stock:
    """One instance of a diagram in stock SpiffWorkflow."""

    def __init__(self, source: Source, *called: Source, data: Mapping[str, Any],
                 facts: Mapping[str, Any] | None = None) -> None:
        parser = SpiffBpmnParser()
        for one in (source, *called):
            parser.add_bpmn_xml(etree.fromstring(one.content), one.file)
        spec = parser.get_spec(source.definition_id)
        self.workflow = BpmnWorkflow(spec, parser.get_subprocess_specs(source.definition_id),
                                     PythonScriptEngine(TaskDataEnvironment({} if facts is None else {"case": facts})))
        self.workflow.task_tree.data.update(data)
        self.trace: list[str] = []
        self._run()

    def do(self, element: str, outcome: str) -> None:
        """Complete the oldest open task of this element."""
        task = next(task for task in self._ready() if task.task_spec.bpmn_id == element)
        task.data["form"] = {"outcome": outcome}
        task.run()
        self._note(task)
        self._run()

    def tell(self, message: str) -> None:
        """Send a message."""
        self.workflow.send_event(BpmnEvent(MessageEventDefinition(message), {}))
        self._run()

    @property
    def open(self) -> list[str]:
        """The elements of the open tasks."""
        return [task.task_spec.bpmn_id for task in self._ready()]

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return bool(self.workflow.completed)

    @property
    def data(self) -> dict[str, Any]:
        """The data at the end."""
        return {name: value for name, value in self.workflow.data.items() if name != "data_objects"}

    def _ready(self) -> list[Any]:
        return list(self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def _run(self) -> None:
        self.workflow.do_engine_steps(did_complete_task=self._note)

    def _note(self, task: Any) -> None:
        spec = task.task_spec
        if task.state == TaskState.COMPLETED and spec.bpmn_id and not hasattr(spec, "task_spec"):
            self.trace.append(spec.bpmn_id)
