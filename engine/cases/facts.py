"""What diagrams and tables may know of a case: plain facts, always as they are now, never stored in the state."""

from __future__ import annotations

from typing import Any

from engine.cases.models import Case


def case_facts(case: Case, top: bool) -> dict[str, Any]:
    """The dict that expressions see as `case`.

    `rework`: somebody handled it before and it comes back to them · `own_handled`: the holder itself handles ·
    `top`: nobody supervises the holder · `has_contact`: there is a resident to tell.
    """
    return {
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
    }
