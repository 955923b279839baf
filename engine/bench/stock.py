"""SpiffWorkflow as shipped, in memory: the same diagrams and acts, nothing stored, every question a constant."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from engine import library

OURS = "{https://wangge.dev/bpmn}*"  # forms and citations: stock takes an outcome for the element of the same name
TERMINATE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}terminateEventDefinition"
"""Stock finds no end in a called process that has outputs and was terminated; where nothing else runs beside the token,
as on the measured walk, a plain end is the same."""
FACTS = {"origin": "grid_worker", "emergency": False, "settled": False, "has_contact": True, "verified": None,
         "rework": False, "dispatched": False, "returns": 0, "reopened": 0,
         "contact_certain": True, "rated": False}
FAR_AWAY = "2099-01-01T00:00:00+00:00"


class _Constants(TaskDataEnvironment):  # type: ignore[misc]
    """`case` and `due()` are always the same, service tasks do nothing."""

    def __init__(self) -> None:
        super().__init__({"case": FACTS, "due": lambda stage: FAR_AWAY})

    def call_service(self, context: dict[str, Any], **kwargs: Any) -> str:
        return "{}"


class Stock:
    """The process `case` of the pack `base`; parsed once, started anew for every case."""

    def __init__(self) -> None:
        parser = SpiffBpmnParser()
        for file in sorted((library.WORKFLOWS / "base").glob("*.bpmn")):
            root = etree.fromstring(file.read_bytes())
            etree.strip_elements(root, OURS, TERMINATE, with_tail=False)
            parser.add_bpmn_xml(root, file.name)
        self.spec, self.called = parser.get_spec("case"), parser.get_subprocess_specs("case")
        self.engine = PythonScriptEngine(_Constants())

    def begin(self) -> None:
        """A new instance, run to its first wait."""
        self.workflow = BpmnWorkflow(self.spec, self.called, self.engine)
        self.workflow.do_engine_steps()

    def act(self, element: str, outcome: str) -> None:
        """Complete the open task of this element and run to the next wait: what is measured."""
        task = next(one for one in self.workflow.get_tasks(state=TaskState.READY, manual=True)
                    if one.task_spec.bpmn_id == element)
        task.data["form"] = {"outcome": outcome}
        task.run()
        self.workflow.do_engine_steps()

    @property
    def done(self) -> bool:
        """Whether the instance has ended."""
        return bool(self.workflow.completed)
