"""Compensation drawn as flows: a completed activity waits beside to be undone, and its handler follows.

Behind the activity stands a hidden event that waits for a compensation event of the scope, then the handler, then
a hidden mark that it is done. The compensation event goes on when all is undone (BPMN 2.0.2, 10.7, 13.5.5).
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.processes.beginnings import is_compensation
from engine.processes.names import WANGGE, tag

COMPENSATES, PART = f"{{{WANGGE}}}compensates", f"{{{WANGGE}}}part"
_DEFINITION = f"./{tag('compensateEventDefinition')}"


def compensation_of(event: Any) -> Any:
    """The compensation event definition of an event; None for other events."""
    return event.find(_DEFINITION)


def handler_of(event: Any) -> Any:
    """The activity that an association leads to from a compensation event on an edge; None when there is not one."""
    ends = {association.get("targetRef") for association in event.getparent().iterchildren(tag("association"))
            if association.get("sourceRef") == event.get("id")}
    found = [node for node in event.getparent() if node.get("id") in ends and is_compensation(node)]
    return found[0] if len(found) == 1 else None


def draw_compensation(scope: Any, hidden: str, stands_for: str) -> None:
    """Draw the handlers of a scope behind what they undo, and let its compensation events look for them."""
    for event in [node for node in scope.iterchildren(tag("boundaryEvent")) if compensation_of(node) is not None]:
        _hang_handler(scope, event, {hidden: "true", stands_for: event.get("id")})
    for kind in ("intermediateThrowEvent", "endEvent"):
        for event in list(scope.iterchildren(tag(kind))):
            definition = compensation_of(event)
            if definition is not None:
                event.tag = tag("intermediateThrowEvent")
                event.set(PART, "throw")
                event.set(COMPENSATES, definition.get("activityRef") or "")
                event.remove(definition)


def _hang_handler(scope: Any, event: Any, attributes: dict[str, str]) -> None:
    activity, handler, name = event.get("attachedToRef"), handler_of(event), event.get("id")
    if not any(flow.get("sourceRef") == activity for flow in scope.iterchildren(tag("sequenceFlow"))):
        etree.SubElement(scope, tag("endEvent"), {"id": f"{name}.end", **attributes})
        _flow(scope, activity, f"{name}.end")
    waits = etree.SubElement(scope, tag("intermediateThrowEvent"), {"id": f"{name}.undo", **attributes})
    waits.set(PART, "undo")
    waits.set(COMPENSATES, activity)
    etree.SubElement(scope, tag("intermediateThrowEvent"), {"id": f"{name}.done", PART: "done", **attributes})
    handler.attrib.pop("isForCompensation")
    _flow(scope, activity, f"{name}.undo")
    _flow(scope, f"{name}.undo", handler.get("id"))
    _flow(scope, handler.get("id"), f"{name}.done")
    for association in list(scope.iterchildren(tag("association"))):
        if association.get("sourceRef") == name:
            scope.remove(association)
    scope.remove(event)


def _flow(scope: Any, source: str, target: str) -> None:
    etree.SubElement(scope, tag("sequenceFlow"), id=f"{source}.to.{target}", sourceRef=source, targetRef=target)


def is_compensating(node: Any) -> bool:
    """Whether an element belongs to compensation: its events and the activities that undo."""
    return compensation_of(node) is not None or is_compensation(node)
