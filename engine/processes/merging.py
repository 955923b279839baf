"""How the data of branches meet: each branch's changes against the data of the fork, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.processes.tokens import Token

_ABSENT = object()


def merged(base: Mapping[str, Any], branches: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The base with every branch's changes; an untouched copy undoes nobody's change, the later change wins."""
    result = dict(base)
    for branch in branches:
        for name, value in branch.items():
            if differs(base, name, value):
                result[name] = value
    return result


def differs(before: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a value is new or another one; 1 and True are two."""
    old = before.get(name, _ABSENT)
    return bool(old != value) or type(old) is not type(value)


def meeting(arrivals: Sequence[Token]) -> dict[str, Any]:
    """The data with which the token goes on that several arrivals of one scope become."""
    if len(arrivals) == 1:
        return arrivals[0].data
    return merged(common_ancestor(arrivals).data, [arrival.data for arrival in arrivals])


def common_ancestor(tasks: Sequence[Token]) -> Token:
    """The nearest task from which all these branches part."""
    shared = [task.id for task in tasks[0].ancestors()]
    for other in tasks[1:]:
        theirs = {task.id for task in other.ancestors()}
        shared = [key for key in shared if key in theirs]
    found: Token = tasks[0].workflow.tasks[shared[0]]
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any], without: Iterable[str] = ()) -> dict[str, Any]:
    """What is new or different afterwards, some names left out."""
    skipped = set(without)
    return {name: value for name, value in after.items()
            if name not in skipped and differs(before, name, value)}
