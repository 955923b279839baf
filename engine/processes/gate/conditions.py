"""Conditional events are taken where every change that could make them true is seen, and by one token alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.expressions import ExpressionRefused, compile_expression
from engine.processes.beginnings import is_event_sub_process
from engine.processes.gate.drawing import Findings, Scope, forks, is_true, scope_of
from engine.processes.gate.setting import set_by
from engine.processes.names import FACTS, FORM, FUNCTIONS, SCOPES, local, tag

REFUSED = "这里的条件事件看不到后来的变化，请在网关上判断条件，或由让条件成立的那一支发出信号"
_ONLY_TRIED = "条件事件在边上、在事件子流程里只在试跑里执行，办案的流程请在网关上判断条件，或发出信号"
_KIND = f"./{tag('conditionalEventDefinition')}"


def check_condition(node: Any, findings: Findings) -> None:
    """One in the flow is looked at when the token arrives: nothing may be at work that could make it true later."""
    asked = _asked(node, findings)
    if asked is not None and (asked & {FORM, FACTS} or any(forks(around) for around in _all_around(node))):
        findings.error(node, "conditional_event", REFUSED)


def check_watching(node: Any, host: Any, findings: Findings) -> None:
    """One on an edge, or that begins an event sub-process: looked at after every step inside what it hangs on."""
    asked = _asked(node, findings)
    if host is None or asked is None:
        return  # one that hangs on nothing is said with the boundary events
    begins = node if local(node.tag) == "boundaryEvent" else node.getparent()
    if not asked & {FORM, FACTS} and _is_one_alone(node, begins) and _sees_changes(host, asked) \
            and not _repeats_itself(node, begins, asked) and not any(True for _ in _watching_too(node, host)):
        findings.unfinished(node, "conditional_event", _ONLY_TRIED)
    else:
        findings.error(node, "conditional_event", REFUSED)


def _asked(node: Any, findings: Findings) -> frozenset[str] | None:
    """The names that the condition asks for; None where there is none, and for one that cannot be read."""
    text = (node.findtext(f".//{tag('condition')}") or "").strip()
    if not text:
        findings.error(node, "event_without_condition", "条件事件没有写条件，请写上它等什么成立")
        return None
    try:
        return compile_expression(text, FUNCTIONS).names
    except ExpressionRefused:
        return None  # said with the texts


def _is_one_alone(node: Any, begins: Any) -> bool:
    """Whether only one token is at work besides what the event begins, and no instances with data of their own."""
    repeated = _process_of(node).iter(tag("multiInstanceLoopCharacteristics"), tag("standardLoopCharacteristics"))
    return not any(True for _ in repeated) and not any(forks(around, begins) for around in _all_around(node))


def _process_of(node: Any) -> Any:
    return next(node.iterancestors(tag("process")))


def _all_around(node: Any) -> Iterator[Scope]:
    return scope_of(_process_of(node)).all()


def _sees_changes(host: Any, asked: frozenset[str]) -> bool:
    """Whether what changes inside is seen: not in a called process, nor what a task that is at work is told."""
    if local(host.tag) in SCOPES:
        return not any(True for _ in host.iter(tag("callActivity")))
    return local(host.tag) != "callActivity" and not asked & set_by(host) and asked <= set_by(_process_of(host))


def _repeats_itself(node: Any, begins: Any, asked: frozenset[str]) -> bool:
    """Whether what it begins, without interrupting, sets what it asks for."""
    if is_true(node, "isInterrupting", True) and is_true(node, "cancelActivity", True):
        return False
    return bool(asked & set().union(*(set_by(one) for one in _reached(begins))))


def _reached(begins: Any) -> list[Any]:
    """An element and all that a token may get to from it."""
    scope = scope_of(begins.getparent())
    found: dict[str, Any] = {}
    names = [begins.get("id")]
    while names:
        name = names.pop()
        if name in scope.nodes and name not in found:
            found[name] = scope.nodes[name]
            names += [*scope.successors(name), *(event.get("id") for event in scope.attached(name))]
    return list(found.values())


def _watching_too(node: Any, host: Any) -> Iterator[Any]:
    """The other conditional events that watch the same, around it or inside: who comes first is open."""
    for other in _process_of(node).iter(tag("boundaryEvent"), tag("startEvent")):
        if other is not node and other.find(_KIND) is not None:
            theirs = host_of(other)
            if theirs is not None and (theirs is host or theirs in host.iterancestors()
                                       or host in theirs.iterancestors()):
                yield other


def host_of(node: Any) -> Any:
    """What a conditional event hangs on: an activity, or the scope around an event sub-process; None without one."""
    inside = node.getparent()
    if local(node.tag) == "boundaryEvent":
        return next((one for one in inside if one.get("id") and one.get("id") == node.get("attachedToRef")), None)
    return inside.getparent() if is_event_sub_process(inside) else None
