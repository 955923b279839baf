"""Starts, sequence flows and reachability: every token knows where to go."""

from __future__ import annotations

from typing import Any

from engine.processes.beginnings import is_compensation, is_event_sub_process, is_none_start, link_of
from engine.processes.compensating import compensation_of
from engine.processes.gate.drawing import Findings, Scope, is_true, title
from engine.processes.names import ACTIVITIES, EVENTS, SCOPES, local, tag

_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check_flows(scope: Scope, findings: Findings) -> None:
    """Check the start, every flow and every node of a scope and of those inside it."""
    for inner in scope.all():
        if local(inner.node.tag) in SCOPES:
            _check_start(inner, findings)
        for flow in inner.flows:
            _check_flow(flow, inner, findings)
        for flow in inner.lost:
            to = title(inner.nodes[flow.get("targetRef")])
            findings.warning(flow, "flow_from_nowhere", f"顺序流的起点已经不在，到「{to}」的这条流不起作用，请删除")
        for node in inner.of(*ACTIVITIES):
            _check_default(node, inner, findings)
        for node in inner.of(*_CHOOSING):
            _check_choice(node, inner, findings)
        _check_reachable(inner, findings)


def _check_start(scope: Scope, findings: Findings) -> None:
    starts = scope.of("startEvent")
    if not starts:
        _check_begin(scope, findings)
    plain = [start for start in starts if is_none_start(start)]
    for extra in plain[1:] or ([] if plain else starts[1:]):
        findings.error(extra, "several_starts", "只能有一个开始事件，请用一个开始事件加排他网关分开")
    for other in starts if plain else ():
        if not is_none_start(other):
            findings.warning(other, "start_elsewhere",
                             f"开始事件「{title(other)}」不会用到：流程从空白开始事件开始，由它开始的是另一个实例")


def _check_begin(scope: Scope, findings: Findings) -> None:
    is_process = local(scope.node.tag) == "process"
    if is_event_sub_process(scope.node) or (not scope.nodes and is_process) or (scope.nodes and not scope.begins()):
        findings.error(scope.node, "no_start", f"「{title(scope.node)}」没有开始事件，请画一个空白开始事件")
    else:
        findings.unfinished(
            scope.node, "implicit_start",
            f"「{title(scope.node)}」没有开始事件，从没有进入顺序流的元素开始，请画一个空白开始事件")


def _check_flow(flow: Any, scope: Scope, findings: Findings) -> None:
    source, target = scope.nodes.get(flow.get("sourceRef")), scope.nodes.get(flow.get("targetRef"))
    if source is None or target is None:
        findings.error(flow, "broken_flow", "顺序流的一端没有连到同一层的元素上，请重新连接")
        return
    if local(target.tag) in ("startEvent", "boundaryEvent"):
        findings.error(flow, "flow_into_start", f"顺序流不能进入「{title(target)}」")
    if any(is_event_sub_process(node) for node in (source, target)):
        findings.error(flow, "flow_at_event_sub_process", "事件子流程不能连顺序流，它由事件开始")
    if local(source.tag) == "endEvent":
        findings.error(flow, "flow_out_of_end", f"顺序流不能从结束事件「{title(source)}」出来")
    if flow.find(f"./{tag('conditionExpression')}") is not None and local(source.tag) not in _CHOOSING | ACTIVITIES:
        findings.error(flow, "conditional_flow", f"「{title(source)}」后面的顺序流不能带条件，请在它后面画一个排他网关")
    if source.get("default") and local(source.tag) not in _CHOOSING | ACTIVITIES:
        findings.error(source, "default_flow", f"「{title(source)}」不能有默认顺序流，请在它后面画一个排他网关")


def _check_default(node: Any, scope: Scope, findings: Findings) -> None:
    """The default flow of an activity is taken when no condition of the others holds (BPMN 2.0.2, 8.3.13, 13.3.1)."""
    others = [flow for flow in scope.outgoing(node.get("id")) if flow.get("id") != node.get("default")]
    conditional = [flow for flow in others if flow.find(f"./{tag('conditionExpression')}") is not None]
    if node.get("default") and others and not conditional:
        findings.error(node, "default_beside_plain", f"「{title(node)}」有默认出口，其余的出口却都不带条件，"
                       "请给其余出口写上条件，或在它后面画网关")
    if conditional and len(scope.outgoing(node.get("id"))) == 1:
        findings.error(conditional[0], "conditional_alone", f"「{title(node)}」只有这一个出口，它不能带条件："
                       "条件不成立时无路可走，请删除条件，或再画一个出口")


def _check_choice(node: Any, scope: Scope, findings: Findings) -> None:
    outgoing = scope.outgoing(node.get("id"))
    default = node.get("default")
    if default and default not in {flow.get("id") for flow in outgoing}:
        findings.error(node, "default_missing", f"网关「{title(node)}」的默认出口不是它的出口")
    if len(outgoing) < 2:
        return
    for flow in outgoing:
        condition = flow.find(f"./{tag('conditionExpression')}")
        if flow.get("id") != default and (condition is None or not (condition.text or "").strip()):
            findings.error(flow, "no_condition", f"网关「{title(node)}」的这个出口没有条件，也不是默认出口")
        if flow.get("id") == default and condition is not None:
            findings.warning(flow, "default_with_condition", "默认出口上的条件不起作用，请删除")
    if not default:
        findings.warning(node, "no_default", f"网关「{title(node)}」没有默认出口：条件都不成立时案件会停住")


def _may_be_unreached(node: Any, scope: Scope) -> bool:
    """Whether a node may be left aside: beside a start event whatever works must be led to (BPMN 2.0.2, 10.5.2)."""
    led_to = scope.incoming(node.get("id")) or node.get("id") in {flow.get("targetRef") for flow in scope.lost}
    return bool(led_to or local(node.tag) in ("startEvent", "boundaryEvent", "endEvent") or link_of(node) is not None)


def _check_reachable(scope: Scope, findings: Findings) -> None:
    reached: set[str] = set()
    stack = [node.get("id") for node in scope.begins()]
    while stack:
        name = stack.pop()
        if name in reached or name not in scope.nodes:
            continue
        reached.add(name)
        stack += scope.successors(name)
        stack += [event.get("id") for event in scope.attached(name)]
    for name, node in scope.nodes.items():
        if name in reached:
            if not scope.successors(name):
                _check_end(node, findings)
        elif not is_true(node, "triggeredByEvent") and not is_compensation(node):
            note = findings.warning if _may_be_unreached(node, scope) else findings.error
            note(node, "unreachable", f"没有路能走到「{title(node)}」，它不会执行，请连上或删除")


def _check_end(node: Any, findings: Findings) -> None:
    """Where no way leads on a branch ends, unless a gateway has to choose one."""
    kind = local(node.tag)
    if kind == "endEvent" or (kind == "boundaryEvent" and compensation_of(node) is not None):
        return
    if kind in ACTIVITIES | EVENTS:
        findings.warning(node, "implicit_end", f"「{title(node)}」后面没有结束事件，走到这里这一支就结束")
    elif kind == "parallelGateway":
        findings.unfinished(node, "gateway_without_exit", f"网关「{title(node)}」没有出口，汇合以后这一支就结束")
    else:
        findings.error(node, "gateway_without_exit", f"网关「{title(node)}」没有出口")
