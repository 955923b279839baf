"""What diagrams and tables may know of a case: plain facts, always as they are now, never stored in the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from engine.cases.models import Case

_PLAIN: Mapping[str, Callable[[Case], Any]] = {
    "origin": attrgetter("origin"),
    "channel": attrgetter("channel"),
    "severity": attrgetter("severity"),
    "urgency": attrgetter("urgency"),
    "emergency": attrgetter("emergency"),
    "settled": lambda case: case.settled_text is not None,
    "has_contact": attrgetter("has_contact"),
    "verified": attrgetter("verified"),
    "level": attrgetter("level"),
    "stage": attrgetter("stage"),
    "own_handled": lambda case: case.handler_id == case.holder_id,
    "rework": lambda case: case.handler_id is not None,
    "dispatched": lambda case: case.dispatcher_id is not None,
    "returns": attrgetter("returns"),
    "reworks": attrgetter("reworks"),
    "reopened": attrgetter("reopened"),
    "has_grid": lambda case: case.grid_id is not None,
    "matter": attrgetter("matter_code"),
    "outcome": attrgetter("outcome"),
    "rating": attrgetter("rating"),
}
LISTED = (*_PLAIN, "top")


class Facts(Mapping[str, Any]):
    """The mapping that expressions see as `case`; each fact is looked up when it is mentioned.

    `rework`: somebody handled it before and it comes back to them · `own_handled`: the holder itself handles ·
    `top`: nobody supervises the holder · `has_contact`: there is a resident to tell. `asked` names the facts that
    need a question of their own: of these `top` is listed with the others, the rest only answer.
    """

    def __init__(self, case: Case, asked: Mapping[str, Callable[[], Any]]) -> None:
        self._case, self._asked = case, asked

    def __getitem__(self, name: str) -> Any:
        read = _PLAIN.get(name)
        return self._asked[name]() if read is None else read(self._case)

    def __contains__(self, name: object) -> bool:
        return name in _PLAIN or name in self._asked

    def __iter__(self) -> Iterator[str]:
        return iter(LISTED)

    def __len__(self) -> int:
        return len(LISTED)
