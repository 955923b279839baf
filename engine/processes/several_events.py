"""Events with several definitions, drawn apart: thrown one after the other, waited for side by side."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from engine.processes.names import local, tag


def resolve_references(root: Any) -> None:
    """Put a copy of what an `eventDefinitionRef` names in its place."""
    drawn = {node.get("id"): node for node in root if local(node.tag).endswith("EventDefinition")}
    for reference in list(root.iter(tag("eventDefinitionRef"))):
        definition = drawn.get((reference.text or "").strip().rpartition(":")[2])
        if definition is not None:
            made = copy.deepcopy(definition)
            for node in made.iter():
                node.attrib.pop("id", None)
            reference.getparent().replace(reference, made)


def definitions_in(node: Any) -> list[Any]:
    """The event definitions drawn in an event."""
    return [child for child in node if local(child.tag).endswith("EventDefinition")]


def part(scope: Any, hidden: str, stands_for: str) -> None:
    """Draw every event with several definitions as several events with one."""
    for node in list(scope):
        several = definitions_in(node) if local(node.tag).endswith("Event") else []
        if len(several) < 2:
            continue
        parting = {"intermediateThrowEvent": _throw, "endEvent": _throw, "intermediateCatchEvent": _catch,
                   "boundaryEvent": _hang}.get(local(node.tag))
        if parting is not None:
            parting(_Drawing(scope, hidden, stands_for), node, several)


class _Drawing:
    """A scope to which hidden elements are added."""

    def __init__(self, scope: Any, hidden: str, stands_for: str) -> None:
        self.scope = scope
        self.hidden = hidden
        self.stands_for = stands_for

    def add(self, kind: str, name: str, node: Any, definition: Any = None) -> Any:
        """A hidden element that stands for a drawn one."""
        made = etree.SubElement(self.scope, tag(kind), {"id": name, self.hidden: "true",
                                                        self.stands_for: node.get("id")})
        if definition is not None:
            made.append(definition)
        return made

    def flow(self, source: str, target: str) -> None:
        """A sequence flow between two nodes."""
        etree.SubElement(self.scope, tag("sequenceFlow"), id=f"{source}.to.{target}", sourceRef=source,
                         targetRef=target)

    def lead_to(self, node: Any, name: str) -> None:
        """Let everything that leads to a node lead to another one."""
        for flow in self.scope.iterchildren(tag("sequenceFlow")):
            if flow.get("targetRef") == node.get("id"):
                flow.set("targetRef", name)


def _throw(drawing: _Drawing, node: Any, several: list[Any]) -> None:
    """All but the last are thrown by hidden events before it."""
    names = [f"{node.get('id')}.{number}" for number in range(len(several) - 1)]
    drawing.lead_to(node, names[0])
    for name, following, definition in zip(names, [*names[1:], node.get("id")], several, strict=False):
        drawing.add("intermediateThrowEvent", name, node, definition)
        drawing.flow(name, following)


def _catch(drawing: _Drawing, node: Any, several: list[Any]) -> None:
    """Behind a hidden gateway: any of the events lets it pass, or, parallel, all of them."""
    name = node.get("id")
    together = (node.get("parallelMultiple") or "").lower() in ("true", "1")
    drawing.lead_to(node, f"{name}.wait")
    drawing.add("parallelGateway" if together else "eventBasedGateway", f"{name}.wait", node)
    if together:
        drawing.add("parallelGateway", f"{name}.all", node)
        drawing.flow(f"{name}.all", name)
    for number, definition in enumerate(several):
        drawing.add("intermediateCatchEvent", f"{name}.{number}", node, definition)
        drawing.flow(f"{name}.wait", f"{name}.{number}")
        drawing.flow(f"{name}.{number}", f"{name}.all" if together else name)
    node.tag = tag("intermediateThrowEvent")


def _hang(drawing: _Drawing, node: Any, several: list[Any]) -> None:
    """A hidden boundary event for each; the drawn one becomes what they lead to."""
    for number, definition in enumerate(several):
        name = f"{node.get('id')}.{number}"
        made = drawing.add("boundaryEvent", name, node, definition)
        made.set("attachedToRef", node.get("attachedToRef"))
        made.set("cancelActivity", node.get("cancelActivity") or "true")
        drawing.flow(name, node.get("id"))
    node.tag = tag("intermediateThrowEvent")
    for attribute in ("attachedToRef", "cancelActivity"):
        node.attrib.pop(attribute, None)
