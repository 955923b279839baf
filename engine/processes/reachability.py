"""Whether a token somewhere in the scope can still reach an inclusive join: BPMN's own rule."""

from __future__ import annotations

from typing import Any

from engine.processes.tokens import Token


def may_still_arrive(gateway: Any, scope: Any, arrived: set[str]) -> bool:
    """Whether a live token can come in by a flow that has none, and could not come in by one that has."""
    missing = set(gateway._inputs) - arrived
    if not missing:
        return False
    leads_to_missing = _sources(gateway, missing)
    leads_to_arrived = _sources(gateway, arrived)
    return any(_position(task) in leads_to_missing and _position(task) not in leads_to_arrived
               for task in scope.tasks.values() if task.live and task.task_spec is not gateway)


def _position(task: Token) -> str:
    spec = task.task_spec
    name: str = spec.name
    if task.triggered and task.parent is not None:
        name = task.parent.task_spec.name
    return name


def _sources(gateway: Any, flows: set[str]) -> set[str]:
    """Every node from which a path leads into one of these flows without passing the gateway itself."""
    specs = gateway._wf_spec.task_specs
    found: set[str] = set()
    stack = list(flows)
    while stack:
        name = stack.pop()
        if name in found or name == gateway.name:
            continue
        found.add(name)
        stack.extend(specs[name]._inputs)
    return found
