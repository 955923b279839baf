"""What two versions of a diagram have different, element by element; where things are drawn does not count."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from lxml import etree

from engine.library import Source
from engine.processes.describing import ElementInfo, describe
from engine.processes.forms import DEFAULT_FORM, Form
from engine.processes.identifying import process_node
from engine.processes.names import BPMN, NODES, WANGGE, local, tag
from engine.processes.reading import read_xml

Kind = Literal["added", "removed", "changed"]
_OWN = f"{{{WANGGE}}}"
_LEADS = ("from", "to", "attached", "default")  # compared by id, told by name
_SAID_ELSEWHERE = ("id", "name", "default", "sourceRef", "targetRef", "attachedToRef", f"{_OWN}nameEn")
_DRAWN_ELSEWHERE = frozenset({tag("incoming"), tag("outgoing"), f"{_OWN}form", f"{_OWN}cites", tag("documentation"),
                              tag("conditionExpression"), tag("timerEventDefinition"), tag("script"),
                              tag("sequenceFlow"), tag("flowNodeRef"), tag("laneSet"), tag("ioSpecification")})


class Detail(NamedTuple):
    """One property that differs; `of` is the outcome or field of a form that it belongs to, else empty."""

    what: str
    of: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One element that was added, removed or changed. `type` is its BPMN kind, «process» the diagram itself."""

    element: str
    name: str
    type: str
    kind: Kind
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    type: str
    says: Mapping[tuple[str, str], str]


def compare(before: Source, after: Source) -> tuple[Change, ...]:
    """Every element that differs, in the order of the new diagram, the removed ones last; raises DiagramUnreadable."""
    old, new = _parts(before), _parts(after)
    found = [Change(key, part.name, part.type, "added") for key, part in new.items() if key not in old]
    for key, part in new.items():
        if key in old and (details := _details(old[key], part, old, new)):
            found.append(Change(key, part.name, part.type, "changed", details))
    order = {key: place for place, key in enumerate(new)}
    found.sort(key=lambda one: order[one.element])
    return (*found, *(Change(key, part.name, part.type, "removed") for key, part in old.items() if key not in new))


def _details(old: _Part, new: _Part, before: Mapping[str, _Part], after: Mapping[str, _Part]) -> tuple[Detail, ...]:
    keys = dict.fromkeys([*old.says, *new.says])
    found = [Detail(what, of, old.says.get((what, of), ""), new.says.get((what, of), "")) for what, of in keys
             if old.says.get((what, of), "") != new.says.get((what, of), "")]
    named = [one if one.what not in _LEADS else one._replace(before=_name(before, one.before),
                                                             after=_name(after, one.after))
             for one in found if one.what != "rest"]
    return tuple(named or [one._replace(before="", after="") for one in found])


def _name(parts: Mapping[str, _Part], key: str) -> str:
    return parts[key].name if key in parts else key


@lru_cache(maxsize=64)
def _parts(source: Source) -> dict[str, _Part]:
    """Everything of a diagram that says something, by id: the process, its nodes, its flows."""
    root = read_xml(source.content, source.file)
    process = process_node(root, source)
    info = describe(source)
    nodes = {node.get("id") or "": node for node in process.iter()
             if local(node.tag) in NODES and node.tag.startswith(f"{{{BPMN}}}")}
    whole = {("name", ""): info.name, ("documentation", ""): info.documentation, ("cites", ""): "; ".join(info.cites),
             ("inputs", ""): "、".join(info.inputs), ("outputs", ""): "、".join(info.outputs)}
    found = {info.id: _Part(info.name, "process", whole)}
    found |= {one.id: _Part(_called(nodes[one.id]), one.type, _said_of(one, nodes[one.id])) for one in info.elements}
    return found | {flow.get("id") or "": _flow(flow, nodes) for flow in process.iter(tag("sequenceFlow"))}


def _said_of(one: ElementInfo, node: Any) -> dict[tuple[str, str], str]:
    said = {("type", ""): one.type, ("name", ""): node.get("name") or "", ("lane", ""): one.lane or "",
            ("calls", ""): one.calls, ("timer", ""): one.timer, ("cites", ""): "; ".join(one.cites),
            ("attached", ""): one.attached_to,
            ("default", ""): _default(node),
            ("documentation", ""): (node.findtext(tag("documentation")) or "").strip(),
            ("script", ""): (node.findtext(tag("script")) or "").strip()}
    said |= {("prop", name): value for name, value in one.props.items() if name != "nameEn"}
    return said | _form(one.form or DEFAULT_FORM) | {("rest", ""): _rest(node)}


def _form(form: Form) -> dict[tuple[str, str], str]:
    if form is DEFAULT_FORM:
        return {}
    said = {("outcome", one.id): one.label for one in form.outcomes}
    for one in form.fields:
        extra = [one.label, one.type, "必填" if one.required else "", f"≤ {one.max}" if one.max is not None else "",
                 " ".join(one.when), " ".join(f"{option.id}={option.label}" for option in one.options)]
        said["field", one.id] = " · ".join(part for part in extra if part)
    return said


def _flow(flow: Any, nodes: Mapping[str, Any]) -> _Part:
    ends = [_called(nodes.get(flow.get(end) or "")) or flow.get(end) or "" for end in ("sourceRef", "targetRef")]
    said = {("from", ""): flow.get("sourceRef") or "", ("to", ""): flow.get("targetRef") or "",
            ("name", ""): flow.get("name") or "",
            ("condition", ""): (flow.findtext(tag("conditionExpression")) or "").strip()}
    return _Part(" → ".join(ends), "sequenceFlow", said)


def _called(node: Any) -> str:
    return "" if node is None else (node.get("name") or node.get("id") or "").replace("\n", "")


def _default(node: Any) -> str:
    """Where a gateway leads when no condition holds."""
    for flow in node.getparent().iterfind(tag("sequenceFlow")):
        if flow.get("id") == node.get("default"):
            return str(flow.get("targetRef") or "")
    return ""


def _rest(node: Any) -> str:
    """Everything else that the node says, in one canonical text: whoever changes it is told that something changed."""
    kept = copy.deepcopy(node)
    for name in _SAID_ELSEWHERE:
        kept.attrib.pop(name, None)
    for name in [name for name in kept.attrib if name.startswith(_OWN)]:
        del kept.attrib[name]
    for child in list(kept.iter()):
        inner = child is not kept and (child.tag in _DRAWN_ELSEWHERE or local(child.tag) in NODES)
        if inner and child.getparent() is not None:
            child.getparent().remove(child)
        child.tail = None
        child.text = (child.text or "").strip() or None
    if not len(kept) and not kept.attrib:
        return ""
    return str(etree.tostring(kept, method="c14n", exclusive=True), "utf-8")
