"""From the bytes of a diagram to a bundle of specs: SpiffWorkflow's parser with our classes in its places."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventDefinitionParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
    SendTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import (
    CallActivityParser,
    ScriptTaskParser,
    SpiffTaskParser,
)

from engine.processes import calling, elements, events, multi
from engine.processes.forms import form_of
from engine.processes.names import BPMN, NAMESPACES, SPIFF, WANGGE, tag
from engine.processes.timers import HostTimer

_TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


class Spec(BpmnProcessSpec):  # type: ignore[misc]
    """A process with our start, end join and end."""

    def __init__(self, name: str, description: str, filename: str) -> None:
        WorkflowSpec.__init__(self, name=name, filename=filename)
        self.bpmn_start_events: list[Any] = []
        self.description = description
        self.svg = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.start = elements.StartPoint(self, "Start")
        self.end = events.EndJoin(self, f"{name}.EndJoin")
        self.end.connect(events.Closing(self, "End"))


class _Process(ProcessParser):  # type: ignore[misc]
    """One process or embedded sub-process; what has no way out ends there, as BPMN says."""

    def _index_process_nodes(self) -> None:
        """By id, BPMN's own elements only: a form's field or outcome may share a task's id."""
        super()._index_process_nodes()
        self.nodes_by_id = {node.get("id"): node for node in self.node.iter(f"{{{BPMN}}}*") if node.get("id")}

    def create_spec(self) -> Spec:
        return Spec(self.bpmn_id, self.get_name(), self.filename)

    def add_tasks(self) -> None:
        for node in self.xpath("./bpmn:startEvent"):
            self.parse_node(node)
        helpers = {self.spec.start.name, self.spec.end.name, "End"}
        for spec in list(self.spec.task_specs.values()):
            if not spec._outputs and spec.name not in helpers and not spec.name.endswith(" [child]"):
                spec.connect(self.spec.end)


class _Node:
    """Mixed into every node's parser: the order of the file counts, not the place on the drawing."""

    node: Any
    spec: Any
    task: Any
    spec_class: Any
    process_parser: Any
    bpmn_id: str
    STANDARD_LOOP_CLASS = multi.Loop
    PARALLEL_MI_CLASS = multi.ParallelMany
    SEQUENTIAL_MI_CLASS = multi.SequentialMany

    def get_position(self, node: Any = None) -> dict[str, float]:
        return {"x": 0.0, "y": 0.0}

    def handles_multiple_outgoing(self) -> bool:
        return True

    def get_description(self) -> str:
        return ""

    def parse_extensions(self, node: Any = None) -> dict[str, str]:
        found = {}
        for name in ("preScript", "postScript"):
            text = (self.node if node is None else node).findtext(f"./{{*}}extensionElements/{{{SPIFF}}}{name}")
            if text and text.strip():
                found[name] = text
        return found

    def parse_incoming_data_references(self) -> list[Any]:
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        return []

    def _add_boundary_event(self, children: list[Any]) -> Any:
        split = events.Split(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
        split.connect(self.task)
        for node in children:
            split.connect(self.process_parser.parse_node(node))
        return split


class _Task(_Node, SpiffTaskParser):  # type: ignore[misc]
    pass


class _User(_Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        task.form = form_of(self.node)
        prefix = f"{{{WANGGE}}}"
        task.props = {key.removeprefix(prefix): value for key, value in self.node.attrib.items()
                      if key.startswith(prefix)}
        return task


class _Rule(_Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        task.decision = decision_of(self.node)
        return task

    @staticmethod
    def get_decision_ref(node: Any) -> str:
        return decision_of(node)


def decision_of(node: Any) -> str:
    """The id of the table that a business rule task asks; "" when it names none."""
    text = node.findtext("./{*}extensionElements/{*}calledDecisionId")
    return (text or "").strip()


def operation_of(node: Any) -> tuple[str, str | None, dict[str, str]]:
    """The operation a service task names ("" when none), where its result goes, its parameters' expressions."""
    operator = node.find("./{*}extensionElements/{*}serviceTaskOperator")
    if operator is None:
        return "", None, {}
    params = {param.get("id") or "": param.get("value") or "" for param in operator.iter("{*}parameter")}
    return operator.get("id") or "", operator.get("resultVariable") or None, params


class _Script(_Node, ScriptTaskParser):  # type: ignore[misc]
    pass


class _Service(_Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        task.operation, task.result_variable, task.params = operation_of(self.node)
        return task


class _Embedded(_Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        owner = self.process_parser.parser
        owner.create_parser(self.node, filename=self.process_parser.filename, lane=self.lane)
        owner.process_parsers[self.bpmn_id].parent = self.process_parser
        scripts = self.parse_extensions()
        return self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id,
                               prescript=scripts.get("preScript"), postscript=scripts.get("postScript"),
                               **self.bpmn_attributes)


class _Call(_Node, CallActivityParser):  # type: ignore[misc]
    pass


class _Gateway(_Node, GatewayParser):  # type: ignore[misc]
    pass


class _Conditional(_Node, ConditionalGatewayParser):  # type: ignore[misc]
    pass


class _EventNode(_Node, SpiffTaskParser, EventDefinitionParser):  # type: ignore[misc]
    """An event: its own child says what it throws or waits for."""

    def get_description(self) -> str:
        return ""

    def parse_timer_event(self, event: Any) -> HostTimer:
        for name, form in _TIMES.items():
            found = event.find(f"./{{{BPMN}}}{name}")
            if found is not None:
                return HostTimer(self.bpmn_id, form, found.text or "")
        return HostTimer(self.bpmn_id, "date", "")

    def parse_message_event(self, event: Any) -> events.Announcement:
        return self._announced("message", event, "name")

    def parse_signal_event(self, event: Any) -> events.Announcement:
        return self._announced("signal", event, "name")

    def parse_error_event(self, event: Any) -> events.Announcement:
        return self._announced("error", event, "errorCode")

    def parse_escalation_event(self, event: Any) -> events.Announcement:
        return self._announced("escalation", event, "escalationCode")

    def _announced(self, kind: str, event: Any, matched_by: str) -> events.Announcement:
        reference = event.get(f"{kind}Ref")
        declared = self.node.getroottree().getroot().find(f"./{{{BPMN}}}{kind}[@id='{reference}']") \
            if reference else None
        found = declared if declared is not None else event
        name = found.get("name") or (reference or "")
        code = found.get(matched_by) if matched_by != "name" else None
        return events.Announcement(kind, name, code or None, _extension(found, event, "messagePayload",
                                   "payloadExpression"), _extension(found, event, "messageVariable", "variableName"))


def _extension(declared: Any, event: Any, *names: str) -> str | None:
    for node in (event, declared):
        for name in names:
            text = node.findtext(f"./{{*}}extensionElements/{{*}}{name}") or node.findtext(f"./{{*}}{name}")
            if text:
                return str(text).strip()
    return None


class _Start(_EventNode, StartEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return StartEventParser.create_task(self)


class _End(_EventNode, EndEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        definition = self.get_event_definition([f".//bpmn:{kind}EventDefinition" for kind in (
            "message", "error", "escalation", "terminate", "signal")])
        task = self._create_task(definition)
        task.connect(self.spec.end)
        return task


class _Catch(_EventNode, IntermediateCatchEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return IntermediateCatchEventParser.create_task(self)


class _Throw(_EventNode, IntermediateThrowEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return IntermediateThrowEventParser.create_task(self)


class _Boundary(_EventNode, BoundaryEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return BoundaryEventParser.create_task(self)


class _Send(_EventNode, SendTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return SendTaskParser.create_task(self)


class _Receive(_EventNode, ReceiveTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return ReceiveTaskParser.create_task(self)


class Parser(SpiffBpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with our node parsers and spec classes."""

    PROCESS_PARSER_CLASS = _Process
    OVERRIDE_PARSER_CLASSES = {
        tag("task"): (_Task, elements.NoneTask),
        tag("userTask"): (_User, elements.UserTask),
        tag("manualTask"): (_User, elements.ManualTask),
        tag("scriptTask"): (_Script, elements.ScriptTask),
        tag("serviceTask"): (_Service, elements.ServiceTask),
        tag("businessRuleTask"): (_Rule, elements.BusinessRuleTask),
        tag("subProcess"): (_Embedded, calling.Embedded),
        tag("callActivity"): (_Call, calling.Call),
        tag("exclusiveGateway"): (_Conditional, elements.Exclusive),
        tag("inclusiveGateway"): (_Conditional, elements.Inclusive),
        tag("parallelGateway"): (_Gateway, elements.Parallel),
        tag("eventBasedGateway"): (_Gateway, elements.EventGateway),
        tag("startEvent"): (_Start, events.Start),
        tag("endEvent"): (_End, events.End),
        tag("intermediateCatchEvent"): (_Catch, events.Catch),
        tag("intermediateThrowEvent"): (_Throw, events.Throw),
        tag("boundaryEvent"): (_Boundary, events.Boundary),
        tag("sendTask"): (_Send, events.Send),
        tag("receiveTask"): (_Receive, events.Receive),
    }

    def __init__(self) -> None:
        super().__init__(namespaces=dict(NAMESPACES), validator=None)


def parse(root: etree._Element, process_id: str, file: str) -> tuple[Any, dict[str, Any]]:
    """The spec of a process and those of the sub-processes drawn inside it, by element id."""
    parser = Parser()
    parser.add_bpmn_xml(root, file)
    spec = parser.get_spec(process_id)
    embedded: dict[str, Any] = {}
    _collect(parser, spec, embedded)
    return spec, embedded


def _collect(parser: Parser, spec: Any, embedded: dict[str, Any]) -> None:
    for task_spec in spec.task_specs.values():
        if isinstance(task_spec, calling.Embedded) and not task_spec.calls and task_spec.spec not in embedded:
            embedded[task_spec.spec] = parser.get_spec(task_spec.spec)
            _collect(parser, embedded[task_spec.spec], embedded)
