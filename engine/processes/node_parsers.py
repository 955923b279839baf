"""How each kind of node is read: SpiffWorkflow's node parsers with what our diagrams say besides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway
from SpiffWorkflow.spiff.parser.task_spec import CallActivityParser, ScriptTaskParser, SpiffTaskParser

from engine.processes import events, multi
from engine.processes.announcing import announcement_of
from engine.processes.extensions import called_of, decision_of, instances_of, operation_of, thrown_by_instances
from engine.processes.foreign import GIVES, RESULT, SHAPE, TAKES
from engine.processes.forms import form_of
from engine.processes.names import SPIFF, WANGGE
from engine.processes.quantities import QUANTITY
from engine.processes.rewriting import HIDDEN, STANDS_FOR


class Node:
    """Mixed into every node's parser: the order of the file counts, not the place on the drawing."""

    node: Any
    spec: Any
    task: Any
    spec_class: Any
    process_parser: Any
    bpmn_id: str
    parse_condition: Any
    connect_outgoing: Any
    STANDARD_LOOP_CLASS = multi.Loop
    PARALLEL_MI_CLASS = multi.ParallelMany
    SEQUENTIAL_MI_CLASS = multi.SequentialMany

    def parse_node(self) -> Any:
        """The parsed node; one that the rewriting made stays off the trace and stands for the drawn one."""
        parsed = super().parse_node()  # type: ignore[misc]
        if self.node.get(HIDDEN):
            self.task.hidden = True
            self.task.bpmn_id = self.node.get(STANDS_FOR) or self.bpmn_id
        if thrown := thrown_by_instances(self.node):
            about, definition = thrown
            self.task.announces = announcement_of(about, definition)
            self.task.announces_each = instances_of(self.node).get("behavior") == "None"
        self.process_parser.unconnected.append(self)
        return parsed

    def connect(self, flows: Sequence[Any]) -> None:
        """Connect the parsed node with what its flows lead to; the only way out of a gateway is its default."""
        default = self.node.get("default")
        if len(flows) == 1 and isinstance(self.task, (ExclusiveGateway, InclusiveGateway)) and \
                self.parse_condition(flows[0]) is None:
            default = flows[0].get("id")
        for flow in flows:
            self.connect_outgoing(self._after(flow), flow, flow.get("id") == default)

    def _after(self, flow: Any) -> Any:
        name = flow.get("targetRef")
        split = self.spec.task_specs.get(f"{name}.BoundaryEventSplit")
        if split is not None:
            return split
        node = self.process_parser.get_node_by_id(name)
        if node is None:
            raise ValidationException(f"the flow leads to {name}, which is not there", node=flow)
        return self.process_parser.parse_node(node)

    def get_position(self, node: Any = None) -> dict[str, float]:
        return {"x": 0.0, "y": 0.0}

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


class TaskNode(Node, SpiffTaskParser):  # type: ignore[misc]
    pass


class UserNode(Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        task.form = form_of(self.node)
        prefix = f"{{{WANGGE}}}"
        task.props = {key.removeprefix(prefix): value for key, value in self.node.attrib.items()
                      if key.startswith(prefix)}
        return task


class RuleNode(Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        task.decision = decision_of(self.node)
        task.result, task.shape = self.node.get(RESULT), self.node.get(SHAPE) or ""
        return task

    @staticmethod
    def get_decision_ref(node: Any) -> str:
        return decision_of(node)


class ScriptNode(Node, ScriptTaskParser):  # type: ignore[misc]
    pass


class ServiceNode(Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        task.operation, task.result_variable, task.params = operation_of(self.node)
        return task


class EmbeddedNode(Node, SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        owner = self.process_parser.parser
        owner.create_parser(self.node, filename=self.process_parser.filename, lane=self.lane)
        owner.process_parsers[self.bpmn_id].parent = self.process_parser
        scripts = self.parse_extensions()
        return self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id,
                               prescript=scripts.get("preScript"), postscript=scripts.get("postScript"),
                               **self.bpmn_attributes)


class CallNode(Node, CallActivityParser):  # type: ignore[misc]
    """A call activity."""

    def create_task(self) -> Any:
        scripts = self.parse_extensions()
        task = self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=called_of(self.node),
                               prescript=scripts.get("preScript"), postscript=scripts.get("postScript"),
                               **self.bpmn_attributes)
        task.takes, task.gives = self.node.get(TAKES) != "none", self.node.get(GIVES) != "none"
        return task


class GatewayNode(Node, GatewayParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        task = super().create_task()
        if quantity := self.node.get(QUANTITY):
            task.quantity = int(quantity)
        return task


class ConditionalNode(Node, ConditionalGatewayParser):  # type: ignore[misc]
    pass
