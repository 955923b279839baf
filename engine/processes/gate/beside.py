"""Branches side by side have their own copy of the data: what one sets, another does not see before the join."""

from __future__ import annotations

from typing import Any

from engine.expressions import ExpressionRefused, compile_assignments, compile_expression
from engine.processes.extensions import operation_of
from engine.processes.gate.drawing import Findings, Scope, is_true, title
from engine.processes.names import FACTS, FORM, FUNCTIONS, local, tag

_ASKING = ("conditionExpression", "timeDate", "timeDuration", "timeCycle", "loopCardinality", "loopCondition",
           "completionCondition")


def check_beside(scope: Scope, findings: Findings) -> None:
    """Refuse a branch that asks for what only a branch beside it sets."""
    for inner in scope.all():
        for node in inner.nodes.values():
            branches = _branches(node, inner)
            if len(branches) > 1:
                _check_branches(branches, inner, findings)


def _branches(node: Any, scope: Scope) -> list[set[str]]:
    """The nodes of each branch that a node opens, those left out that several branches reach."""
    name = node.get("id")
    if local(node.tag) in ("exclusiveGateway", "eventBasedGateway"):
        return []
    starts = scope.successors(name)
    beside = [event.get("id") for event in scope.attached(name) if not is_true(event, "cancelActivity", True)]
    if beside:
        starts = [name, *beside]
    if len(starts) < 2:
        return []
    reached = [_reached(start, name, scope) for start in starts]
    return [own.difference(*(other for other in reached if other is not own)) for own in reached]


def _reached(start: str, fork: str, scope: Scope) -> set[str]:
    found: set[str] = set()
    stack = [start]
    while stack:
        name = stack.pop()
        if name in found or name not in scope.nodes or (name == fork and found):
            continue
        found.add(name)
        stack += scope.successors(name)
        stack += [event.get("id") for event in scope.attached(name) if is_true(event, "cancelActivity", True)]
    return found


def _check_branches(branches: list[set[str]], scope: Scope, findings: Findings) -> None:
    sets = [{name for node in branch for name in _set_by(scope.nodes[node])} for branch in branches]
    for number, branch in enumerate(branches):
        others: set[str] = set().union(*(names for other, names in enumerate(sets) if other != number))
        foreign = others - sets[number] - {FORM, FACTS}
        for node in sorted(branch):
            asked = sorted(_asked_by(node, scope) & foreign)
            if asked:
                names = "、".join(asked)
                findings.error(node, "asks_beside",
                               f"「{title(scope.nodes[node])}」问的「{names}」是并行的另一支才设的，汇合以前看不到，"
                               "请把它移到汇合之后")


def _set_by(node: Any) -> set[str]:
    found: set[str] = set()
    for script in node.iter(tag("script")):
        try:
            found.update(compile_assignments(script.text or "", FUNCTIONS).targets)
        except ExpressionRefused:
            continue
    for task in node.iter(tag("serviceTask")):
        found.add(operation_of(task)[1] or "")
    found |= {(output.text or "").strip() for output in node.iter(tag("loopDataOutputRef"))}
    return found - {""}


def _asked_by(name: str, scope: Scope) -> set[str]:
    node = scope.nodes[name]
    found: set[str] = set()
    texts = [child.text or "" for kind in _ASKING for child in node.iter(tag(kind))]
    texts += [child.text or "" for flow in scope.outgoing(name) for child in flow.iter(tag("conditionExpression"))]
    texts += [text for task in node.iter(tag("serviceTask")) for text in operation_of(task)[2].values()]
    for text in texts:
        try:
            found |= compile_expression(text, FUNCTIONS).names
        except ExpressionRefused:
            continue
    for script in node.iter(tag("script")):
        try:
            found |= compile_assignments(script.text or "", FUNCTIONS).names
        except ExpressionRefused:
            continue
    return found | {(ref.text or "").strip() for ref in node.iter(tag("loopDataInputRef"))}
