"""A diagram as the gate sees it: scopes, their nodes and flows, straight from the XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.library.findings import Finding, Severity
from engine.processes.beginnings import implicit_starts, is_event_sub_process, is_none_start, link_of
from engine.processes.names import BPMN, NODES, local, tag


@dataclass(slots=True)
class Findings:
    """The findings of one file, as they are made.

    What is to be `published` must say all that a case needs; a dry run also takes what the standard takes.
    """

    file: str
    published: bool = False
    found: list[Finding] = field(default_factory=list)

    def error(self, node: Any, code: str, message: str) -> None:
        """Something that keeps the diagram from running as drawn."""
        self._add(node, code, message, "error")

    def warning(self, node: Any, code: str, message: str) -> None:
        """Something that runs, and deserves a second look."""
        self._add(node, code, message, "warning")

    def unfinished(self, node: Any, code: str, message: str) -> None:
        """Something that runs as the standard says, but is not enough for a case: only a dry run takes it."""
        self._add(node, code, message, "error" if self.published else "warning")

    def _add(self, node: Any, code: str, message: str, severity: Severity) -> None:
        element = node if isinstance(node, str) else (node.get("id") or "")
        finding = Finding(self.file, element, code, message, severity)
        if finding not in self.found:
            self.found.append(finding)


@dataclass(slots=True)
class Scope:
    """A process or an embedded sub-process: what is drawn directly inside it."""

    node: Any
    nodes: dict[str, Any]
    flows: list[Any]
    inner: list[Scope]
    lost: list[Any]  # flows whose source was deleted: they carry nothing
    called: Mapping[str, Any] = field(default_factory=dict)  # the processes that share all data with their caller
    leaving: dict[str, list[Any]] = field(init=False)
    entering: dict[str, list[Any]] = field(init=False)
    after: dict[str, list[str]] = field(init=False)
    edges: dict[str, list[Any]] = field(init=False)
    noted: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # what a check found out of a node, by name

    def __post_init__(self) -> None:
        self.leaving = _by("sourceRef", self.flows)
        self.entering = _by("targetRef", self.flows)
        self.edges = _by("attachedToRef", self.of("boundaryEvent"))
        self.after = {name: [flow.get("targetRef") for flow in flows] for name, flows in self.leaving.items()}
        for throw in self.of("intermediateThrowEvent"):
            if link_of(throw) is not None:
                self.after.setdefault(throw.get("id"), []).extend(
                    catch.get("id") for catch in self.of("intermediateCatchEvent") if link_of(catch) == link_of(throw))

    def outgoing(self, name: str) -> list[Any]:
        """The flows that leave a node."""
        return self.leaving.get(name, [])

    def incoming(self, name: str) -> list[Any]:
        """The flows that enter a node."""
        return self.entering.get(name, [])

    def successors(self, name: str) -> list[str]:
        """The nodes after a node, a link's other end included."""
        return list(self.after.get(name, ()))

    def of(self, *kinds: str) -> list[Any]:
        """The nodes of these kinds, in the order of the file."""
        return [node for node in self.nodes.values() if local(node.tag) in kinds]

    def begins(self) -> list[Any]:
        """Where the tokens of the scope begin: its none start, else its start events, else what nothing leads to."""
        starts = self.of("startEvent")
        return [start for start in starts if is_none_start(start)][:1] or starts or implicit_starts(self.node)

    def attached(self, name: str) -> list[Any]:
        """The boundary events on an activity."""
        return self.edges.get(name, [])

    def all(self) -> Iterator[Scope]:
        """This scope and those inside it."""
        yield self
        for scope in self.inner:
            yield from scope.all()


def _by(attribute: str, nodes: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for node in nodes:
        found.setdefault(node.get(attribute), []).append(node)
    return found


def scope_of(node: Any, called: Mapping[str, Any] | None = None) -> Scope:
    """The scope that a process or sub-process element draws; `called` are processes by id, as far as it matters."""
    nodes, flows, inner = {}, [], []
    for child in node:
        kind = local(child.tag)
        if not isinstance(child.tag, str) or not child.tag.startswith(f"{{{BPMN}}}"):
            continue
        if kind in NODES:
            nodes[child.get("id") or ""] = child
        if kind == "sequenceFlow":
            flows.append(child)
        if kind in ("subProcess", "transaction", "adHocSubProcess"):
            inner.append(scope_of(child, called))
    lost = [flow for flow in flows if flow.get("sourceRef") not in nodes and flow.get("targetRef") in nodes]
    return Scope(node, nodes, [flow for flow in flows if flow not in lost], inner, lost, called or {})


def forks(scope: Scope, but: Any = None) -> bool:
    """Whether several tokens may be at work in a scope, what one element (`but`) begins left out."""
    many = [node for node in scope.nodes.values() if node.get("completionQuantity", "1") != "1"
            or (len(scope.outgoing(node.get("id"))) > 1
                and local(node.tag) not in ("exclusiveGateway", "eventBasedGateway"))]
    beside = [node for node in scope.nodes.values() if node is not but and (is_event_sub_process(node)
              or (local(node.tag) == "boundaryEvent" and not is_true(node, "cancelActivity", True)))]
    return bool(many or beside or len(scope.begins()) > 1
                or scope.node.find(f"./{tag('multiInstanceLoopCharacteristics')}") is not None)


def definitions_of(node: Any) -> list[Any]:
    """The event definitions drawn in an event."""
    return [child for child in node if local(child.tag).endswith("EventDefinition")]


def event_kind(node: Any) -> str:
    """What an event is about: none, timer, message … multiple."""
    found = definitions_of(node)
    if not found:
        return "none"
    return local(found[0].tag).removesuffix("EventDefinition") if len(found) == 1 else "multiple"


def is_true(node: Any, attribute: str, default: bool = False) -> bool:
    """A boolean attribute of the file."""
    value = node.get(attribute)
    return default if value is None else value.strip().lower() in ("true", "1")


def is_count(text: str) -> bool:
    """Whether a text is a number that may be counted to."""
    return text.isdecimal() and text.isascii() and len(text) < 10


def title(node: Any) -> str:
    """How a message names an element: its label, else its id."""
    return str(node.get("name") or node.get("id") or local(node.tag))


def child(node: Any, name: str) -> Any:
    """The first BPMN child of this name, or None."""
    return node.find(f"./{tag(name)}")
