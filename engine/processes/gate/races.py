"""One signal or message for an interrupting event and for what it interrupts: whether the other still hears is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.processes.beginnings import is_event_sub_process
from engine.processes.gate.drawing import Findings, Scope, is_true, title
from engine.processes.gate.events import declared_event
from engine.processes.names import local, tag

_WAITS = ("startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask")


def check_races(scope: Scope, findings: Findings) -> None:
    """Refuse an interrupting event and another one inside what it interrupts that wait for the same."""
    for inner in scope.all():
        for event, interrupted in _interrupting(inner):
            wanted = _waits_for(event)
            for other in _waiting(interrupted):
                if wanted & _waits_for(other):
                    findings.error(event, "race", f"「{title(event)}」和它要中断的「{title(other)}」等的是同一条消息或"
                                   "信号，谁先收到没有规定，请分成两条")


def _interrupting(scope: Scope) -> Iterator[tuple[Any, list[Any]]]:
    """Each interrupting event of a scope, with the elements that it ends."""
    for event in scope.of("boundaryEvent"):
        activity = scope.nodes.get(event.get("attachedToRef") or "")
        if activity is not None and is_true(event, "cancelActivity", True):
            beside = [other for other in scope.attached(activity.get("id")) if other is not event]
            yield event, [activity, *beside]
    for handler in scope.nodes.values():
        if is_event_sub_process(handler):
            rest = [node for node in scope.nodes.values() if node is not handler]
            yield from ((start, rest) for start in handler.iterchildren(tag("startEvent"))
                        if is_true(start, "isInterrupting", True))


def _waiting(elements: list[Any]) -> Iterator[Any]:
    for element in elements:
        yield from element.iter(*(tag(kind) for kind in _WAITS))


def _waits_for(event: Any) -> set[tuple[str, str]]:
    """The messages and signals that an event or a receive task waits for: the kind, and the name or else the id."""
    if local(event.tag) == "receiveTask":
        found = [("message", event.get("messageRef"))]
    else:
        found = [(kind, definition.get(f"{kind}Ref")) for kind in ("message", "signal")
                 for definition in event.iterchildren(tag(f"{kind}EventDefinition"))]
    declared = [(kind, reference, declared_event(event, kind, reference)) for kind, reference in found if reference]
    return {(kind, reference if one is None else one.get("name") or reference) for kind, reference, one in declared}
