"""Who held a case from when to when, and how each stretch ended."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cases import notifying
from engine.cases.act import Act
from engine.cases.models import Custody
from engine.directory.models import Organisation


def take(act: Act, organisation: Organisation, capacity: str) -> None:
    """The organisation holds, handles or helps from now on."""
    act.file.add(
        Custody(
            case_id=act.case.id,
            organisation_id=organisation.id,
            capacity=capacity,
            level=organisation.division.level,
            abroad=not f"{act.case.path}.".startswith(f"{organisation.division.path}."),
            since=act.at,
        )
    )


def end(act: Act, capacities: Sequence[str], outcome: str) -> None:
    """The open stretches of these capacities end here, with this outcome; none before it began (clocks step back)."""
    for row in act.file.custody:
        if row.capacity in capacities:
            row.until, row.outcome, row.due_at = max(row.since, act.at), outcome, act.case.due_at


def hand_over(act: Act, target: Organisation, direction: str) -> None:
    """Custody goes to another centre: up or down the ladder, or up by itself because nobody accepted."""
    case, left = act.case, act.holder
    end(act, ("holder", "handler", "assistant"), direction)
    take(act, target, "holder")
    case.holder_id, case.level, case.stage = target.id, target.division.level, "assign"
    attending = act.centre_at(case.path, case.attention_level)
    if attending is None or len(target.division.path) < len(attending.division.path):
        case.attention_level = target.division.level
    case.handler_id, case.dispatched_at, case.handled_by_id, case.returns = None, None, None, 0
    act.notes |= {
        "from": left.code,
        "from_name": left.name,
        "to": target.code,
        "to_name": target.name,
        "direction": direction,
    }
    notifying.tell_reporter(act, "moved", "已转到{target}", target=target.name)
