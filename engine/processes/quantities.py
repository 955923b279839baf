"""Activities that wait for several tokens, or give several: hidden gateways around them count."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.processes.names import ACTIVITIES, WANGGE, local, tag

QUANTITY = f"{{{WANGGE}}}quantity"


def count_tokens(scope: Any, hidden: str, stands_for: str) -> None:
    """Draw what `startQuantity` and `completionQuantity` say of the activities of a scope."""
    for node in [node for node in scope if local(node.tag) in ACTIVITIES]:
        taken, given = (int(node.get(name) or 1) for name in ("startQuantity", "completionQuantity"))
        drawing = _Around(scope, node, {hidden: "true", stands_for: node.get("id")})
        if taken > 1:
            drawing.collect(taken)
        if given > 1:
            drawing.multiply(given)


class _Around:
    """Hidden elements before and behind one activity."""

    def __init__(self, scope: Any, node: Any, attributes: dict[str, str]) -> None:
        self.scope = scope
        self.node = node
        self.name = node.get("id")
        self.attributes = attributes

    def collect(self, count: int) -> None:
        """A gateway before it that lets one token through for so many, whichever way they come."""
        name = f"{self.name}.all"
        for flow in self.scope.iterchildren(tag("sequenceFlow")):
            if flow.get("targetRef") == self.name:
                flow.set("targetRef", name)
        self._add("parallelGateway", name).set(QUANTITY, str(count))
        self._flow(name, self.name)

    def multiply(self, count: int) -> None:
        """So many ways behind it, which meet in a task that passes each token on as the activity would."""
        forks, meets = f"{self.name}.more", f"{self.name}.each"
        leaving = [flow for flow in self.scope.iterchildren(tag("sequenceFlow"))
                   if flow.get("sourceRef") == self.name]
        each = self._add("task", meets)
        if default := self.node.attrib.pop("default", None):
            each.set("default", default)
        for flow in leaving:
            flow.set("sourceRef", meets)
        self._add("parallelGateway", forks)
        self._flow(self.name, forks)
        for number in range(count):
            self._add("intermediateThrowEvent", f"{forks}.{number}")
            self._flow(forks, f"{forks}.{number}")
            self._flow(f"{forks}.{number}", meets)

    def _add(self, kind: str, name: str) -> Any:
        return etree.SubElement(self.scope, tag(kind), {"id": name, **self.attributes})

    def _flow(self, source: str, target: str) -> None:
        etree.SubElement(self.scope, tag("sequenceFlow"), id=f"{source}.to.{target}", sourceRef=source,
                         targetRef=target)
