"""Who held a case from when to when, and how each stretch ended."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engine.cases import following, notifying
from engine.cases.act import Act
from engine.cases.models import Case, Custody
from engine.directory.models import Organisation
from engine.errors import Conflict


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


def link_duplicate(act: Act, number: str) -> None:
    """This case is the same as another one; its reporter is told, and whoever follows it hears when the other ends.

    Where that is over already they hear so now: nothing comes later that would tell them.
    """
    other = act.session.scalars(select(Case).where(Case.number == number)).first()
    if other is None or other.id == act.case.id:
        raise Conflict(f"没有编号为「{number}」的另一个事件，不能并为重复件。")
    act.case.duplicate_of = other.id
    act.notes["duplicate_of"] = other.number
    notifying.tell_reporter(act, "duplicate", "与 {other} 为同一事件，已合并跟踪", other=other.number)
    if _is_over(act, other):
        following.tell_followers(act, "closed")


def _is_over(act: Act, case: Case) -> bool:
    """Whether a case is closed, and what it was joined to in its turn."""
    passed: set[int] = set()
    while case.duplicate_of is not None and case.id not in passed:
        passed.add(case.id)
        case = act.session.get_one(Case, case.duplicate_of)
    return case.closed_at is not None
