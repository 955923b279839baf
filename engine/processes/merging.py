"""How the data of branches meet: each branch's changes against the data of the fork, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.processes.tokens import Token

TOLD = "told"  # names whose values an event brought itself
UNSTORED = "unstored"  # of an event that comes from a state without its data
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
    return together(arrivals, [arrival.data for arrival in arrivals])


def together(tokens: Sequence[Token], known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What tokens of one scope know together, each with the data that it knows.

    What a handler only found when its event happened is no change of its own where it meets what it ran beside.
    """
    if len(tokens) == 1:
        return dict(known[0])
    common = common_ancestor(tokens)
    result = dict(common.data)
    for token, data in zip(tokens, known, strict=True):
        result.update(changes(_found_by(token, common, tokens), data))
    return result


def _found_by(token: Token, common: Token, tokens: Sequence[Token]) -> dict[str, Any]:
    """The data against which a token's changes count."""
    for above in token.ancestors():
        if above is common:
            break
        if is_known_what_it_found(above) and any(_runs_beside(other, above) for other in tokens):
            told = above.internal_data.get(TOLD, ())
            return {name: value for name, value in above.data.items() if name not in told}
    return common.data


def is_known_what_it_found(token: Token) -> bool:
    """Whether a token is an event beside which a handler began; earlier versions did not store what it found."""
    return bool(token.task_spec.beside and UNSTORED not in token.internal_data)


def _runs_beside(token: Token, event: Token) -> bool:
    """Whether a token is on the way beside which a handler began with this event."""
    return any(above._parent == event._parent and not above.task_spec.beside for above in (token, *token.ancestors()))


def handlers_around(token: Token) -> int:
    """In how many handlers that do not interrupt a token is."""
    return sum(above.task_spec.beside for above in token.ancestors())


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
