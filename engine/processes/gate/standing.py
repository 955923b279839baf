"""Whether a parallel join may wait for a token that never comes: the ways of the tokens, played through.

Tokens lie on flows. Every choice is tried (conditions may hold or not, events may happen or not); where no node
can take its tokens any more and some are left, they stand at parallel joins for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.processes.gate.drawing import Findings, Scope, event_kind, is_true, title
from engine.processes.names import local, tag

MOST_MARKINGS = 3_000
MOST_TOKENS = 12
Marking = tuple[str, ...]  # the flows on which tokens lie, sorted, one entry a token


def check_standing(scope: Scope, findings: Findings) -> None:
    """Warn of parallel joins that may wait for ever; scopes with inclusive gateways are not judged."""
    for inner in scope.all():
        if not inner.of("parallelGateway") or inner.of("inclusiveGateway") or _has_conditions(inner):
            continue
        for name in sorted(_stuck_joins(inner)):
            node = inner.nodes[name]
            findings.warning(node, "may_stand_still", f"并行网关「{title(node)}」可能等不到所有的分支，案件会停在这里："
                             "前面分开时是二选一的，请用排他网关汇合")


def _has_conditions(scope: Scope) -> bool:
    return any(flow.find(f"./{tag('conditionExpression')}") is not None
               and local(scope.nodes[flow.get("sourceRef")].tag) != "exclusiveGateway" for flow in scope.flows)


def _stuck_joins(scope: Scope) -> set[str]:
    net = _Net(scope)
    stuck: set[str] = set()
    seen: set[Marking] = set()
    work = [net.begin()]
    while work and len(seen) < MOST_MARKINGS:
        marking = work.pop()
        if marking in seen or len(marking) > MOST_TOKENS:
            continue
        seen.add(marking)
        following = net.step(marking)
        if following is None:
            stuck |= {net.targets[flow] for flow in marking}
        else:
            work += following
    return stuck


class _Net:
    """The flows of a scope and what the nodes do with the tokens on them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.outgoing: dict[str, list[str]] = {name: [] for name in scope.nodes}
        self.incoming: dict[str, list[str]] = {name: [] for name in scope.nodes}
        self.targets: dict[str, str] = {}
        for name in scope.nodes:
            for number, target in enumerate(scope.successors(name)):
                flow = f"{name} {number} {target}"
                self.outgoing[name].append(flow)
                self.incoming[target].append(flow)
                self.targets[flow] = target

    def begin(self) -> Marking:
        """The tokens behind the start."""
        return tuple(sorted(flow for node in self.scope.begins() for flow in self.outgoing[node.get("id")]))

    def step(self, marking: Marking) -> list[Marking] | None:
        """Where one node may lead that can go on; None when nobody can and tokens are left.

        One node is enough: what it takes, no other can take.
        """
        for flow in marking:
            name = self.targets[flow]
            taken = self.incoming[name] if self._joins(name) else [flow]
            rest = list(marking)
            for one in taken:
                if one not in rest:
                    break
                rest.remove(one)
            else:
                return [tuple(sorted([*([] if ends else rest), *given])) for given, ends in self._gives(name)]
        return None if marking else []

    def _joins(self, name: str) -> bool:
        return local(self.scope.nodes[name].tag) == "parallelGateway"

    def _gives(self, name: str) -> Iterator[tuple[list[str], bool]]:
        """Each way a node may go on: the flows that get a token, and whether all other tokens end."""
        node: Any = self.scope.nodes[name]
        if local(node.tag) in ("exclusiveGateway", "eventBasedGateway"):
            yield from (([flow], False) for flow in self.outgoing[name])
            return
        ends = local(node.tag) == "endEvent" and event_kind(node) in ("terminate", "error")
        yield self.outgoing[name], ends
        for event in self.scope.attached(name):
            after = self.outgoing[event.get("id")]
            yield (after if is_true(event, "cancelActivity", True) else [*self.outgoing[name], *after]), False
