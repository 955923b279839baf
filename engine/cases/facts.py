"""What diagrams and tables may know of a case: plain facts, always as they are now, never stored in the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.cases.models import Case


class Facts(dict[str, Any]):
    """Facts that are there, and some that are asked for only where an expression mentions them."""

    def __init__(self, known: Mapping[str, Any], asked: Mapping[str, Callable[[], Any]]) -> None:
        super().__init__(known)
        self.asked = asked

    def __missing__(self, name: str) -> Any:
        if name not in self.asked:
            raise KeyError(name)
        return self.asked[name]()


def case_facts(case: Case, top: bool, asked: Mapping[str, Callable[[], Any]]) -> Facts:
    """The dict that expressions see as `case`; `asked`: facts that need a question of their own.

    `rework`: somebody handled it before and it comes back to them · `own_handled`: the holder itself handles ·
    `top`: nobody supervises the holder · `has_contact`: there is a resident to tell.
    """
    return Facts({
        "origin": case.origin,
        "channel": case.channel,
        "severity": case.severity,
        "urgency": case.urgency,
        "emergency": case.emergency,
        "settled": case.settled_text is not None,
        "has_contact": case.has_contact,
        "verified": case.verified,
        "level": case.level,
        "top": top,
        "stage": case.stage,
        "own_handled": case.handler_id == case.holder_id,
        "rework": case.handler_id is not None,
        "dispatched": case.dispatcher_id is not None,
        "returns": case.returns,
        "reworks": case.reworks,
        "reopened": case.reopened,
        "has_grid": case.grid_id is not None,
        "matter": case.matter_code,
        "outcome": case.outcome,
        "rating": case.rating,
    }, asked)
