"""What BPMN draws in another way and means the same, rewritten before parsing.

A link throw becomes a flow to its catch. Conditional flows out of an activity get a hidden inclusive gateway.
A scope without a start event gets a hidden one; an event with several definitions becomes several events. An
activity that waits for several tokens, or gives several, gets hidden gateways around it. What undoes an activity
follows it behind a hidden event.
A scope with event sub-processes moves into a hidden sub-process; each event sub-process becomes a plain one
behind a hidden boundary event there. The drawing keeps its ids.
"""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from engine.processes.beginnings import begin, is_event_sub_process, link_of
from engine.processes.compensating import COMPENSATES, PART, draw_compensation
from engine.processes.extensions import script_of
from engine.processes.names import ACTIVITIES, DRAWING, SCOPES, WANGGE, local, tag
from engine.processes.quantities import QUANTITY, count_tokens
from engine.processes.several_events import part

HIDDEN = f"{{{WANGGE}}}hidden"
_CONDITION = tag("conditionExpression")
STANDS_FOR = f"{{{WANGGE}}}standsFor"
_MARKS = (HIDDEN, STANDS_FOR, QUANTITY, PART, COMPENSATES)  # only the rewriting may say so
_STAYS = frozenset({"documentation", "extensionElements", "ioSpecification", "laneSet", "incoming", "outgoing",
                    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})


def rewritten(root: Any) -> Any:
    """A copy of the file in which every construct is one that the parser knows."""
    root = copy.deepcopy(root)
    for drawn in list(root.iterchildren(tag("dataStore"), f"{{{DRAWING}}}BPMNDiagram")):
        root.remove(drawn)
    for declared in list(root.iter(tag("ioSpecification"))):
        if local(declared.getparent().tag) != "process":  # a remark, or refused
            declared.getparent().remove(declared)
    etree.strip_attributes(root, *_MARKS)
    _name_flows(root)
    scopes = [node for node in root.iter(*(tag(name) for name in SCOPES)) if node.get("id")]
    for scope in scopes:
        _drop_flows_from_nowhere(scope)
        begin(scope, HIDDEN)
        part(scope, HIDDEN, STANDS_FOR)
        _pass_empty_scripts(scope)
        _join_links(scope)
        draw_compensation(scope, HIDDEN, STANDS_FOR)
        count_tokens(scope, HIDDEN, STANDS_FOR)
        _gather_conditions(scope)
        _part_twins(scope)
    inner_first = reversed(scopes)
    for scope in inner_first:
        triggered = [node for node in scope if is_event_sub_process(node)]
        if triggered:
            _enclose(scope, triggered)
    return root


def _name_flows(root: Any) -> None:
    """The parser looks for flows by their ids, which the standard does not ask for."""
    for number, flow in enumerate(root.iter(tag("sequenceFlow"))):
        if not flow.get("id"):
            flow.set("id", f"{flow.get('sourceRef')}.to.{flow.get('targetRef')}.{number}")


def _drop_flows_from_nowhere(scope: Any) -> None:
    """A flow whose source was deleted carries nothing."""
    drawn = {node.get("id") for node in scope}
    for flow in scope.findall(f"./{tag('sequenceFlow')}"):
        if flow.get("sourceRef") not in drawn:
            scope.remove(flow)


def _pass_empty_scripts(scope: Any) -> None:
    """A script task without a script is a plain task (BPMN 2.0.2, 10.3.3)."""
    for node in scope.iterchildren(tag("scriptTask")):
        if not script_of(node):
            node.tag = tag("task")


def _join_links(scope: Any) -> None:
    catches = {link_of(node): node for node in scope.iterchildren(tag("intermediateCatchEvent"))
               if link_of(node) is not None}
    throws = [node for node in scope.iterchildren(tag("intermediateThrowEvent")) if link_of(node) is not None]
    for throw in throws:
        catch = catches.get(link_of(throw))
        if catch is not None:
            _flow(scope, throw.get("id"), catch.get("id"))
    for node in [*throws, *catches.values()]:
        node.tag = tag("intermediateThrowEvent")
        for definition in node.findall(f"./{tag('linkEventDefinition')}"):
            node.remove(definition)


def _gather_conditions(scope: Any) -> None:
    """Put an inclusive gateway behind every activity with a conditional flow; flows without one are always taken.

    Beside a default flow they part from the activity itself: it is taken when none of the conditions holds.
    """
    leaving: dict[str, list[Any]] = {}
    for flow in scope.iterchildren(tag("sequenceFlow")):
        leaving.setdefault(flow.get("sourceRef"), []).append(flow)
    for node in [node for node in scope if local(node.tag) in ACTIVITIES]:
        outgoing = leaving.get(node.get("id"), [])
        if not any(flow.find(f"./{_CONDITION}") is not None for flow in outgoing):
            continue
        gateway = etree.SubElement(scope, tag("inclusiveGateway"), {
            "id": f"{node.get('id')}.ways", HIDDEN: "true", STANDS_FOR: node.get("id")})
        default = node.attrib.pop("default", None)
        if default:
            gateway.set("default", default)
        for flow in outgoing:
            plain = flow.get("id") != default and flow.find(f"./{_CONDITION}") is None
            if plain and default:
                continue
            flow.set("sourceRef", gateway.get("id"))
            if plain:
                etree.SubElement(flow, _CONDITION).text = "True"
        _flow(scope, node.get("id"), gateway.get("id"))


def _part_twins(scope: Any) -> None:
    """Of several flows between the same nodes each but the first gets a hidden event: joins must tell them apart."""
    seen: set[tuple[str, str]] = set()
    for number, flow in enumerate(scope.findall(f"./{tag('sequenceFlow')}")):
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        if (source, target) in seen:
            twin = _hidden_event(scope, "intermediateThrowEvent", f"{source}.{target}.{number}")
            flow.set("targetRef", twin.get("id"))
            _flow(scope, twin.get("id"), target)
        seen.add((source, target))


def _flow(scope: Any, source: str, target: str) -> None:
    etree.SubElement(scope, tag("sequenceFlow"), id=f"{source}.to.{target}", sourceRef=source, targetRef=target)


def _enclose(scope: Any, triggered: list[Any]) -> None:
    """Move the body of a scope into a hidden sub-process that the event sub-processes hang on."""
    name = scope.get("id")
    body = etree.Element(tag("subProcess"), {"id": f"{name}.body", HIDDEN: "true"})
    for node in list(scope):
        if local(node.tag) not in _STAYS and node not in triggered:
            body.append(node)
    scope.append(body)
    _hidden_event(scope, "startEvent", f"{name}.start")
    _hidden_event(scope, "endEvent", f"{name}.end")
    _flow(scope, f"{name}.start", f"{name}.body")
    _flow(scope, f"{name}.body", f"{name}.end")
    for node in triggered:
        _hang(scope, body, node)


def _hidden_event(scope: Any, kind: str, name: str) -> Any:
    return etree.SubElement(scope, tag(kind), {"id": name, HIDDEN: "true"})


def _hang(scope: Any, body: Any, node: Any) -> None:
    start = node.find(f"./{tag('startEvent')}")
    interrupting = (start.get("isInterrupting") or "true").lower() in ("true", "1")
    trigger = _hidden_event(scope, "boundaryEvent", f"{start.get('id')}.trigger")
    trigger.set("attachedToRef", body.get("id"))
    trigger.set("cancelActivity", str(interrupting).lower())
    trigger.set(STANDS_FOR, start.get("id"))
    for definition in [child for child in start if local(child.tag).endswith("EventDefinition")]:
        trigger.append(definition)
    node.attrib.pop("triggeredByEvent")
    _flow(scope, trigger.get("id"), node.get("id"))
    end = f"{node.get('id')}.end"
    _hidden_event(scope, "endEvent", end)
    _flow(scope, node.get("id"), end)
