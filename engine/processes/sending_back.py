"""Sending a token back to a human task that the case has passed, so that a person decides how it goes on.

The token whose work is in trouble is taken away, with everything below it, and one new token is set at the target,
in the same scope and under the same parent; what runs beside it goes on. The target must be a place where the
diagram could have put a lone token by itself: one that can be reached from the start of its scope without passing
a fork. So a join never waits for a branch that is gone. Where several branches of a scope are on their way to a
join, only the task in trouble itself can be begun anew. A task inside a scope that has ended is reached through the
activity that opens this scope, from its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.library import Source
from engine.processes.announcing import is_boundary
from engine.processes.bundle import Bundle
from engine.processes.elements import EventGateway, Exclusive, Inclusive, Parallel
from engine.processes.merging import merged
from engine.processes.running import run
from engine.processes.scopes import Instance
from engine.processes.shelf import bundle_of
from engine.processes.state import load
from engine.processes.tokens import Token
from engine.processes.values import Host, Step

_CHOOSING = (Exclusive, EventGateway, BoundaryEventSplit)


class NoWayBack(Conflict):
    """这个事件没有可以送回的环节。"""

    code = "no_way_back"


@dataclass(frozen=True, slots=True)
class Place:
    """An element to which a token may be sent back. `is_own`: the task in trouble itself, begun anew."""

    process: str
    element: str
    name: str
    is_own: bool = False

    @property
    def key(self) -> str:
        """The place as it stands in a form."""
        return f"{self.process}#{self.element}"


def ways_back(source: Source, state: bytes, host: Host, been: Sequence[tuple[str, str]],
              trouble: int | None) -> tuple[Place, ...]:
    """Where the token in trouble may be sent, nearest first, the task in trouble itself last.

    `been`: the human tasks (process, element) that the case has been through, the last one first. `trouble`: the
    key of the task, or None when nothing waits any more.
    """
    instance = load(bundle_of(source), state, host)
    found = [way.place for way in _ways(instance, been, trouble)]
    return tuple(dict.fromkeys(found))


def send_back(source: Source, state: bytes, host: Host, been: Sequence[tuple[str, str]], trouble: int | None,
              key: str) -> tuple[Step, Place]:
    """Put the token at the place with this key and run to the next wait; raises NoWayBack, ProcessBroken."""
    instance = load(bundle_of(source), state, host)
    way = next((way for way in _ways(instance, been, trouble) if way.place.key == key), None)
    if way is None:
        raise NoWayBack()
    return run(instance, lambda: _replace(way)), way.place


@dataclass(frozen=True, slots=True)
class _Way:
    """A place in a live scope, and the token there that gives way to a new one (None: every token of the scope)."""

    place: Place
    scope: Any
    holder: Token | None


def _ways(instance: Instance, been: Sequence[tuple[str, str]], trouble: int | None) -> Iterator[_Way]:
    standing = list(_scopes_around(instance, trouble))
    for process, element in been:
        for scope, holder in standing:
            spec = _leads_to(scope.bundle, scope.spec, process, element, instance.host, frozenset())
            if spec is not None and (holder is None or spec.bpmn_id != holder.task_spec.bpmn_id):
                if _may_stand_alone(scope, spec) and not _is_awaited(scope, holder):
                    yield _Way(_place(scope, spec), scope, holder)
                break
    scope, holder = standing[0]
    if holder is not None and holder.task_spec.manual and not holder.triggered:
        yield _Way(_place(scope, holder.task_spec, is_own=True), scope, holder)


def _place(scope: Any, spec: Any, is_own: bool = False) -> Place:
    name = " ".join((spec.bpmn_name or spec.bpmn_id).split())
    return Place(scope.bundle.definition_id, spec.bpmn_id, name, is_own)


def _scopes_around(instance: Instance, trouble: int | None) -> Iterator[tuple[Any, Token | None]]:
    """The scopes from the innermost one out, each with the token there that holds the trouble."""
    token = instance.every.get(trouble) if trouble is not None else None
    if token is None or not token.live:
        yield from ((scope, None) for scope in sorted(instance.subprocesses.values(), key=lambda one: -one.depth))
        yield instance, None
        return
    while True:
        while token.triggered and token.parent is not None:
            token = token.parent  # one of several instances: the activity as a whole
        yield token.workflow, token
        if token.workflow.parent_task_id is None:
            return
        token = instance.every[token.workflow.parent_task_id]


def _leads_to(bundle: Bundle, spec: Any, process: str, element: str, host: Host, seen: frozenset[str]) -> Any:
    """The node of a scope that is this element, or opens the scope in which it lies; None when there is none."""
    if bundle.definition_id == process and (found := _node(spec, element)) is not None:
        return found
    for node in spec.task_specs.values():
        inner = _opened(bundle, node, host, seen)
        if inner is not None and _leads_to(*inner, process, element, host, seen | {inner[0].definition_id}) is not None:
            return node
    return None


def _opened(bundle: Bundle, node: Any, host: Host, seen: frozenset[str]) -> tuple[Bundle, Any] | None:
    """The scope that a node opens; None for other nodes, and for a process that calls itself."""
    if not hasattr(node, "calls"):
        return None
    if not node.calls:
        return bundle, bundle.embedded[node.spec]
    if node.spec in seen:
        return None
    called = bundle.library(host.source(node.spec, "bpmn"))
    return called, called.spec


def _node(spec: Any, element: str) -> Any:
    found = spec.task_specs.get(element)
    return found if found is not None and found.bpmn_id == element else None


def _may_stand_alone(scope: Any, target: Any) -> bool:
    """Whether a token comes from the start of the scope to the target without passing a fork."""
    specs, seen, left = scope.spec.task_specs, set[str](), [scope.spec.start]
    while left:
        node = left.pop()
        if node.name == target.name:
            return True
        if node.name in seen or (len(node._outputs) > 1 and not isinstance(node, _CHOOSING)):
            continue
        seen.add(node.name)
        left += [specs[name] for name in node._outputs]
    return False


def _is_awaited(scope: Any, holder: Token | None) -> bool:
    """Whether other branches of the scope may wait at a join for the one in trouble."""
    joins = any(isinstance(node, (Parallel, Inclusive)) and len(node._inputs) > 1
                for node in scope.spec.task_specs.values())
    others = (task for task in scope.tasks.values() if task.live and task is not holder and not is_boundary(task))
    return joins and holder is not None and any(True for _ in others)


def _replace(way: _Way) -> None:
    scope, holder = way.scope, way.holder
    if holder is None:
        parent, gone = scope.task_tree, [task for task in scope.tasks.values() if task.live]
        data = merged({}, [task.data for task in gone])
    else:
        parent, gone, data = holder.parent, [holder], dict(holder.data)
        if parent is not None and isinstance(parent.task_spec, BoundaryEventSplit):
            gone += [task for task in parent.children if is_boundary(task) and task._state == TaskState.WAITING]
            parent = parent.parent
    for task in gone:
        task.cancel()
    specs = scope.spec.task_specs
    spec = specs.get(f"{way.place.element}.BoundaryEventSplit") or specs[way.place.element]
    token = (parent or scope.task_tree)._add_child(spec, TaskState.FUTURE)
    token.data = data
    spec._update(token)
