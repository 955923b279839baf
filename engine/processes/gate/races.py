"""Who hears a signal or a message is refused where it is open, or where the drawing says that another one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.processes.beginnings import is_event_sub_process
from engine.processes.extensions import called_of
from engine.processes.gate.drawing import Findings, Scope, forks, is_true, title
from engine.processes.gate.events import declared_event
from engine.processes.names import local, tag

_AROUND = ("startEvent", "boundaryEvent")  # wait while what they hang on is at work
_WAITS = (*_AROUND, "intermediateCatchEvent", "receiveTask")
_THROWS = ("intermediateThrowEvent", "endEvent", "sendTask")


def check_races(scope: Scope, called: Mapping[str, Any], findings: Findings) -> None:
    """Refuse an interrupting event and another one inside what it interrupts, or calls, that wait for the same."""
    for inner in scope.all():
        for event, interrupted in _interrupting(inner):
            wanted = _told(event)
            for other in _among(_with_called(interrupted, called), _WAITS):
                if wanted & _told(other):
                    findings.error(event, "race", f"「{title(event)}」和它要中断的「{title(other)}」等的是同一条消息或"
                                   "信号，谁先收到没有规定，请分成两条")


def check_message_flows(scope: Scope, called: Mapping[str, Any], findings: Findings) -> None:
    """Refuse a message that a drawn flow takes to, or brings from, another participant and that is heard here too.

    One token alone cannot stand at a pause and throw: a question and its answer may then have one name.
    """
    flows = scope.node.getroottree().getroot().iter(tag("messageFlow"))
    drawn = {flow.get(end) for flow in flows for end in ("sourceRef", "targetRef")}
    waits = _WAITS if any(forks(one) for one in scope.all()) else _AROUND
    everywhere = _with_called([scope.node], called)
    heard = [(node, name) for node in _among(everywhere, waits) for name in _told(node) if name[0] == "message"]
    for thrower in _among([scope.node], _THROWS) if drawn else ():
        for catcher, name in heard:
            if name in _told(thrower) and drawn & {thrower.get("id"), catcher.get("id")}:
                findings.error(thrower, "message_flow", f"「{title(thrower)}」和「{title(catcher)}」是同一条消息，"
                               "消息流却画在它们和别的参与者之间，在这里会被自己收到，请用两条消息")


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


def _with_called(elements: list[Any], called: Mapping[str, Any]) -> list[Any]:
    """These elements and the processes that are called from inside them, also by each other."""
    found, names = list(elements), set()
    for element in found:
        for name in [called_of(call) for call in element.iter(tag("callActivity"))]:
            if name in called and name not in names:
                names.add(name)
                found.append(called[name])
    return found


def _among(elements: list[Any], kinds: tuple[str, ...]) -> Iterator[Any]:
    """The events and tasks of these kinds; a start event waits only in an event sub-process."""
    for element in elements:
        yield from (node for node in element.iter(*(tag(kind) for kind in kinds))
                    if local(node.tag) != "startEvent" or is_event_sub_process(node.getparent()))


def _told(event: Any) -> set[tuple[str, str]]:
    """The messages and signals of an event, or of a message task: the kind, and the name or else the id."""
    if local(event.tag) in ("receiveTask", "sendTask"):
        found = [("message", event.get("messageRef"))]
    else:
        found = [(kind, definition.get(f"{kind}Ref")) for kind in ("message", "signal")
                 for definition in event.iterchildren(tag(f"{kind}EventDefinition"))]
    declared = [(kind, reference, declared_event(event, kind, reference)) for kind, reference in found if reference]
    return {(kind, reference if one is None else one.get("name") or reference) for kind, reference, one in declared}
