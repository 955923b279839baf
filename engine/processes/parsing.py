"""From the bytes of a diagram to a bundle of specs: SpiffWorkflow's parser with our classes in its places."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnIoSpecification
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from engine.processes import calling, elements, event_parsers, events, node_parsers
from engine.processes.errors import DiagramUnreadable
from engine.processes.names import BPMN, NAMESPACES, NODES, tag
from engine.processes.rewriting import rewritten

START, JOIN, CLOSE = "<start>", "<join>", "<close>"  # no element can have these ids


class Spec(BpmnProcessSpec):  # type: ignore[misc]
    """A process with our start, end join and end, under names that no element of a diagram can have."""

    def __init__(self, name: str, description: str, filename: str) -> None:
        WorkflowSpec.__init__(self, name=name, filename=filename)
        self.bpmn_start_events: list[Any] = []
        self.description = description
        self.svg = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.start = elements.StartPoint(self, START)
        self.end = events.EndJoin(self, JOIN)
        self.end.connect(events.Closing(self, CLOSE))


class _Process(ProcessParser):  # type: ignore[misc]
    """One process or embedded sub-process; what has no way out ends there, as BPMN says."""

    def _index_process_nodes(self) -> None:
        """By id, BPMN's own elements only: a form's field or outcome may share a task's id."""
        super()._index_process_nodes()
        self.nodes_by_id = {node.get("id"): node for node in self.node.iter(f"{{{BPMN}}}*") if node.get("id")}

    def parse_io_spec(self) -> BpmnIoSpecification:
        """What the process declares, whether or not its sets name it; what a set calls optional may be missing."""
        declared: dict[str, list[Any]] = {"dataInput": [], "dataOutput": []}
        optional = {(ref.text or "").strip() for name in ("optionalInputRefs", "optionalOutputRefs")
                    for ref in self.node.iter(tag(name))}
        for kind, found in declared.items():
            for node in self.xpath(f"./bpmn:ioSpecification/bpmn:{kind}"):
                item = self.create_data_spec(node, TaskDataReference)
                item.optional = item.bpmn_id in optional
                found.append(item)
        return BpmnIoSpecification(declared["dataInput"], declared["dataOutput"])

    def create_spec(self) -> Spec:
        return Spec(self.bpmn_id, self.get_name(), self.filename)

    def get_outgoing_sequence_flows(self, source_ref: str) -> Sequence[Any]:
        """None while a node is parsed: it is connected afterwards, so that a long way is no deep recursion."""
        return ()

    def add_tasks(self) -> None:
        self.unconnected: deque[node_parsers.Node] = deque()
        for node in self.xpath("./bpmn:startEvent"):
            self.parse_node(node)
        while self.unconnected:
            node = self.unconnected.popleft()
            node.connect(self.outgoing_sequence_flows.get(node.bpmn_id, ()))
        for spec in list(self.spec.task_specs.values()):
            if not spec._outputs and spec.name not in (START, JOIN, CLOSE) and not spec.name.endswith(" [child]"):
                spec.connect(self.spec.end)
        self._count_ways_in()

    def _count_ways_in(self) -> None:
        """Tell the parallel joins of the flows that nothing leads to: a token never comes in there, so they wait."""
        led_to = Counter(flow.get("targetRef") for flows in self.outgoing_sequence_flows.values() for flow in flows)
        for spec in self.spec.task_specs.values():
            if isinstance(spec, elements.Parallel) and spec.quantity is None:
                spec.is_cut_off = led_to[spec.name] > len(spec._inputs)


class Parser(SpiffBpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with our node parsers and spec classes."""

    PROCESS_PARSER_CLASS = _Process
    OVERRIDE_PARSER_CLASSES = {
        tag("task"): (node_parsers.TaskNode, elements.NoneTask),
        tag("userTask"): (node_parsers.UserNode, elements.UserTask),
        tag("manualTask"): (node_parsers.UserNode, elements.ManualTask),
        tag("scriptTask"): (node_parsers.ScriptNode, elements.ScriptTask),
        tag("serviceTask"): (node_parsers.ServiceNode, elements.ServiceTask),
        tag("businessRuleTask"): (node_parsers.RuleNode, elements.BusinessRuleTask),
        tag("subProcess"): (node_parsers.EmbeddedNode, calling.Embedded),
        tag("transaction"): (node_parsers.EmbeddedNode, calling.Embedded),
        tag("callActivity"): (node_parsers.CallNode, calling.Call),
        tag("exclusiveGateway"): (node_parsers.ConditionalNode, elements.Exclusive),
        tag("inclusiveGateway"): (node_parsers.ConditionalNode, elements.Inclusive),
        tag("parallelGateway"): (node_parsers.GatewayNode, elements.Parallel),
        tag("eventBasedGateway"): (node_parsers.GatewayNode, elements.EventGateway),
        tag("startEvent"): (event_parsers.StartNode, events.Start),
        tag("endEvent"): (event_parsers.EndNode, events.End),
        tag("intermediateCatchEvent"): (event_parsers.CatchNode, events.Catch),
        tag("intermediateThrowEvent"): (event_parsers.ThrowNode, events.Throw),
        tag("boundaryEvent"): (event_parsers.BoundaryNode, events.Boundary),
        tag("sendTask"): (event_parsers.SendNode, events.Send),
        tag("receiveTask"): (event_parsers.ReceiveNode, events.Receive),
    }

    def __init__(self) -> None:
        super().__init__(namespaces=dict(NAMESPACES), validator=None)


def parse(root: Any, process_id: str, file: str) -> tuple[Any, dict[str, Any]]:
    """The spec of a process and those of the sub-processes drawn inside it, by element id."""
    parser = Parser()
    root = rewritten(root)
    _check_ids(root, file)
    parser.add_bpmn_xml(root, file)
    spec = parser.get_spec(process_id)
    embedded: dict[str, Any] = {}
    _collect(parser, spec, embedded)
    return spec, embedded


def _check_ids(root: Any, file: str) -> None:
    """Refuse an id that the engine gives to a node of its own; raises DiagramUnreadable."""
    own = {START, JOIN, CLOSE}
    own |= {f"{node.get('attachedToRef')}.BoundaryEventSplit" for node in root.iter(tag("boundaryEvent"))}
    own |= {f"{node.getparent().get('id')} [child]" for node in root.iter(
        tag("multiInstanceLoopCharacteristics"), tag("standardLoopCharacteristics"))}
    seen: set[str] = set()
    for node in root.iter(*(tag(name) for name in NODES)):
        name = node.get("id") or ""
        if name in own or name in seen:
            raise DiagramUnreadable(file, name, f"编号「{name}」引擎自己要用，请换一个", "reserved_id")
        seen.add(name)


def _collect(parser: Parser, spec: Any, embedded: dict[str, Any]) -> None:
    for task_spec in spec.task_specs.values():
        if isinstance(task_spec, calling.Embedded) and not task_spec.calls and task_spec.spec not in embedded:
            embedded[task_spec.spec] = parser.get_spec(task_spec.spec)
            _collect(parser, embedded[task_spec.spec], embedded)
