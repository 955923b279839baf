"""How a scope begins: with its none start event or a timer; without a start event, wherever nothing leads in."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.processes.names import NODES, local, tag

_NEVER_BEGIN = frozenset({"boundaryEvent", "endEvent"})


def is_event_sub_process(node: Any) -> bool:
    """Whether an element is an event sub-process."""
    return local(node.tag) == "subProcess" and (node.get("triggeredByEvent") or "").lower() in ("true", "1")


def is_compensation(node: Any) -> bool:
    """Whether an element is an activity that undoes another one."""
    return (node.get("isForCompensation") or "").strip().lower() in ("true", "1")


def link_of(node: Any) -> str | None:
    """The name of the link that an event throws or catches; None for other events."""
    definition = node.find(f"./{tag('linkEventDefinition')}")
    return None if definition is None else (definition.get("name") or node.get("name") or "")


def is_none_start(node: Any) -> bool:
    """Whether a start event waits for nothing."""
    return not any(local(child.tag).endswith(("EventDefinition", "eventDefinitionRef")) for child in node)


def implicit_starts(scope: Any) -> list[Any]:
    """Where a scope without a start event begins, as BPMN says: what nothing leads to and what undoes nothing."""
    entered = {flow.get("targetRef") for flow in scope.iterchildren(tag("sequenceFlow"))}
    nodes = [node for node in scope if local(node.tag) in NODES and isinstance(node.tag, str)]
    if any(local(node.tag) == "startEvent" for node in nodes):
        return []
    return [node for node in nodes if node.get("id") not in entered and local(node.tag) not in _NEVER_BEGIN
            and not is_event_sub_process(node) and not is_compensation(node)
            and not (local(node.tag) == "intermediateCatchEvent" and link_of(node) is not None)]


def begin(scope: Any, hidden: str) -> None:
    """Give a scope the one start that the parser wants; typed starts beside a none start begin other instances."""
    starts = scope.findall(f"./{tag('startEvent')}")
    if not starts:
        _begin_everywhere(scope, hidden)
    elif any(is_none_start(start) for start in starts):
        for start in starts:
            if not is_none_start(start):
                scope.remove(start)


def _begin_everywhere(scope: Any, hidden: str) -> None:
    first = implicit_starts(scope)
    name = f"{scope.get('id')}.begin"
    etree.SubElement(scope, tag("startEvent"), {"id": name, hidden: "true"})
    if not any(local(node.tag) in NODES for node in scope if node.get("id") != name):
        first = [etree.SubElement(scope, tag("endEvent"), {"id": f"{name}.end", hidden: "true"})]
    for node in first:
        etree.SubElement(scope, tag("sequenceFlow"), id=f"{name}.to.{node.get('id')}", sourceRef=name,
                         targetRef=node.get("id"))
