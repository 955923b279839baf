"""What a diagram consists of, for people and for the compliance page: elements, lanes, forms, citations."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from engine.library import Source
from engine.processes.extensions import called_of, decision_of, operation_of
from engine.processes.forms import Form, form_of
from engine.processes.identifying import process_node
from engine.processes.names import BPMN, NODES, WANGGE, local, tag
from engine.processes.reading import read_xml


@dataclass(frozen=True, slots=True)
class ElementInfo:
    """One flow node. `calls` is the process, table or operation it uses; `attached_to` a boundary event's activity."""

    id: str
    name: str
    type: str
    lane: str | None
    cites: tuple[str, ...]
    form: Form | None
    props: dict[str, str] = field(hash=False)
    calls: str = ""
    attached_to: str = ""
    timer: str = ""


@dataclass(frozen=True, slots=True)
class DiagramInfo:
    """A process: its name, what it declares, and its elements in the order of the file."""

    id: str
    name: str
    documentation: str
    cites: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    elements: tuple[ElementInfo, ...]

    def element(self, name: str) -> ElementInfo | None:
        """The element with this id."""
        return next((element for element in self.elements if element.id == name), None)


def describe(source: Source) -> DiagramInfo:
    """What the diagram consists of; raises DiagramUnreadable."""
    return _described(source)


@lru_cache(maxsize=256)
def _described(source: Source) -> DiagramInfo:
    root = read_xml(source.content, source.file)
    process = process_node(root, source)
    lanes = {(ref.text or "").strip(): ref.getparent().get("name") for ref in process.iter(tag("flowNodeRef"))}
    nodes = [node for node in process.iter() if local(node.tag) in NODES and node.tag.startswith(f"{{{BPMN}}}")]
    return DiagramInfo(
        id=process.get("id") or "", name=process.get("name") or process.get("id") or "",
        documentation=(process.findtext(tag("documentation")) or "").strip(), cites=cites_of(process),
        inputs=tuple(node.get("id") or ""
                     for node in process.iterfind(f"./{tag('ioSpecification')}/{tag('dataInput')}")),
        outputs=tuple(node.get("id") or ""
                      for node in process.iterfind(f"./{tag('ioSpecification')}/{tag('dataOutput')}")),
        elements=tuple(_element(node, lanes) for node in nodes))


def cites_of(node: etree._Element) -> tuple[str, ...]:
    """The requirements and articles that an element cites, in the order written."""
    text = node.findtext(f"./{tag('extensionElements')}/{{{WANGGE}}}cites") or ""
    return tuple(filter(None, (part.strip() for part in text.split(";"))))


def _element(node: etree._Element, lanes: dict[str, str | None]) -> ElementInfo:
    kind = local(node.tag)
    prefix = f"{{{WANGGE}}}"
    timer = node.find(f"./{tag('timerEventDefinition')}/*")
    return ElementInfo(
        id=node.get("id") or "", name=node.get("name") or node.get("id") or "", type=kind,
        lane=_lane(node, lanes), cites=cites_of(node), form=form_of(node) if kind == "userTask" else None,
        props={key.removeprefix(prefix): value for key, value in node.attrib.items() if key.startswith(prefix)},
        calls=called_of(node) or decision_of(node) or operation_of(node)[0],
        attached_to=node.get("attachedToRef") or "", timer="" if timer is None else (timer.text or "").strip())


def _lane(node: etree._Element, lanes: dict[str, str | None]) -> str | None:
    current: etree._Element | None = node
    while current is not None:
        if current.get("id") in lanes:
            return lanes[current.get("id") or ""]
        current = current.getparent()
    return None
