"""Compensation runs where its order is plain: one scope, one token, handlers of their own."""

from __future__ import annotations

from typing import Any

from engine.processes.beginnings import is_compensation
from engine.processes.compensating import compensation_of, handler_of, is_compensating
from engine.processes.gate.drawing import Findings, Scope, definitions_of, forks, is_true, scope_of
from engine.processes.names import EVENTS, TASKS, local, tag

_MESSAGE = ("补偿只在试跑里、只在一个范围里一步接一步做过的活动之间执行（不分岔、没有调用、处理是任务、等待完成），"
            "办案的流程请把撤销的步骤画成普通任务")


def check_compensation(process: Any, findings: Findings) -> None:
    """Refuse compensation; where it can be run as the standard says only a dry run takes it."""
    found = [node for node in process.iter() if is_compensating(node) and node.get("id")]
    note = findings.unfinished if _is_plain(process, found) else findings.error
    for node in found:
        note(node, "compensate_event" if local(node.tag) in EVENTS else "compensation", _MESSAGE)


def _is_plain(process: Any, found: list[Any]) -> bool:
    """Whether all of it stands in one scope where one token runs, and every part is of the plain kind."""
    drawn_in = {node.getparent().get("id") for node in found}
    scopes = list(scope_of(process).all())
    scope = next((one for one in scopes if {one.node.get("id")} == drawn_in), None)
    if scope is None or local(scope.node.tag) not in ("process", "subProcess") or any(forks(one) for one in scopes) \
            or any(True for _ in process.iter(tag("callActivity"))):
        return False
    handlers = [handler_of(node) for node in found if local(node.tag) == "boundaryEvent"]
    drawn = [node.get("id") for node in found if local(node.tag) not in EVENTS]
    return sorted(drawn) == sorted("" if node is None else node.get("id") for node in handlers) \
        and all(_is_plain_part(node, scope) for node in found)


def _is_plain_part(node: Any, scope: Scope) -> bool:
    if local(node.tag) not in EVENTS:
        return bool(local(node.tag) in TASKS and not scope.incoming(node.get("id")) and not scope.attached(
            node.get("id")) and not scope.outgoing(node.get("id")) and not _repeats(node))
    if len(definitions_of(node)) != 1:
        return False
    if local(node.tag) == "boundaryEvent":
        activity = scope.nodes.get(node.get("attachedToRef") or "")
        return bool(activity is not None and not _repeats(activity) and not is_compensation(activity)
                    and len([one for one in scope.attached(activity.get("id"))
                             if compensation_of(one) is not None]) == 1)
    return local(node.tag) in ("intermediateThrowEvent", "endEvent") and _throws_plainly(node, scope)


def _throws_plainly(node: Any, scope: Scope) -> bool:
    definition = compensation_of(node)
    reference = definition.get("activityRef")
    undone = {event.get("attachedToRef") for event in scope.of("boundaryEvent") if compensation_of(event) is not None}
    return is_true(definition, "waitForCompletion", True) and (not reference or reference in undone)


def _repeats(activity: Any) -> bool:
    """Whether an activity runs several times, or takes or gives several tokens."""
    return any(local(child.tag).endswith("LoopCharacteristics") for child in activity) or any(
        activity.get(name, "1") != "1" for name in ("startQuantity", "completionQuantity"))
