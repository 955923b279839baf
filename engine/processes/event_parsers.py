"""How events are read: an event's own child says what it throws or waits for."""

from __future__ import annotations

from typing import Any

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
from SpiffWorkflow.spiff.parser.task_spec import SpiffTaskParser

from engine.processes import undoing
from engine.processes.announcing import Announcement, announcement_of
from engine.processes.compensating import COMPENSATES, PART
from engine.processes.conditions import Condition
from engine.processes.names import tag
from engine.processes.node_parsers import Node
from engine.processes.timers import HostTimer

_TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


class EventNode(Node, SpiffTaskParser, EventDefinitionParser):  # type: ignore[misc]
    """An event: its own child says what it throws or waits for."""

    def get_description(self) -> str:
        return ""

    def parse_timer_event(self, event: Any) -> HostTimer:
        for name, form in _TIMES.items():
            found = event.find(f"./{tag(name)}")
            if found is not None:
                return HostTimer(self.bpmn_id, form, found.text or "")
        return HostTimer(self.bpmn_id, "date", "")

    def parse_message_event(self, event: Any) -> Announcement:
        return announcement_of("message", event)

    def parse_signal_event(self, event: Any) -> Announcement:
        return announcement_of("signal", event)

    def parse_error_event(self, event: Any) -> Announcement:
        return announcement_of("error", event)

    def parse_escalation_event(self, event: Any) -> Announcement:
        return announcement_of("escalation", event)

    def parse_conditional_event(self, event: Any) -> Condition:
        return Condition(event.findtext(f"./{tag('condition')}") or "")

    def parse_cancel_event(self, event: Any) -> Announcement:
        return Announcement("cancel", "cancel")


class StartNode(EventNode, StartEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return StartEventParser.create_task(self)


class EndNode(EventNode, EndEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        definition = self.get_event_definition([f".//bpmn:{kind}EventDefinition" for kind in (
            "message", "error", "escalation", "terminate", "signal", "cancel")])
        task = self._create_task(definition)
        task.connect(self.spec.end)
        return task


class CatchNode(EventNode, IntermediateCatchEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return IntermediateCatchEventParser.create_task(self)


class ThrowNode(EventNode, IntermediateThrowEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        part = undoing.PARTS.get(self.node.get(PART))
        if part is None:
            return IntermediateThrowEventParser.create_task(self)
        task = part(self.spec, self.bpmn_id, **self.bpmn_attributes)
        task.activity = self.node.get(COMPENSATES) or ""
        return task


class BoundaryNode(EventNode, BoundaryEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return BoundaryEventParser.create_task(self)


class _MessageTaskNode(EventNode):
    """A task that is an event to SpiffWorkflow and still has its scripts before and after."""

    def _create_task(self, event_definition: Any, *about: Any, **more: Any) -> Any:
        task = super()._create_task(event_definition, *about, **more)
        scripts = self.parse_extensions()
        task.prescript, task.postscript = scripts.get("preScript"), scripts.get("postScript")
        return task


class SendNode(_MessageTaskNode, SendTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return SendTaskParser.create_task(self)


class ReceiveNode(_MessageTaskNode, ReceiveTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        """A receive task waits for a message also when it does not say for which."""
        if not self.node.get("messageRef"):
            return self._create_task(Announcement("message", ""))
        return ReceiveTaskParser.create_task(self)
