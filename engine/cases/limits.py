"""Which limit rules a stage of a case: the table is asked, the earliest due time wins and explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine import deadlines
from engine.cases.act import Act
from engine.decisions import Answer, Fired


@dataclass(frozen=True, slots=True)
class Ruling:
    """A limit, the row and version it comes from, and the due time that it gives here."""

    stage: str
    limit: str
    count: str
    due: deadlines.Due
    answer: Answer
    fired: Fired

    def as_part(self) -> dict[str, Any]:
        """The ruling as a part of a total clock: plain values, shown in the explanation."""
        return {
            "stage": self.stage,
            "limit": self.limit,
            "count": self.count,
            "row": self.fired.number,
            "cites": self.fired.cites,
            "due": self.due.at.isoformat(),
        }


def rulings(act: Act, stage: str, opened_at: datetime | None = None) -> list[Ruling]:
    """Every limit that the table `limits` gives for this stage of the case, earliest due first.

    Counted from `opened_at` when it is given, else from where the row says: task, dispatch or report.
    """
    matter = act.matter
    answer = act.ask(
        "limits",
        {
            "stage": stage,
            "urgency": act.case.urgency, "top": act.facts["top"],
            "matter_limit": matter.handle_limit if matter else None,
            "matter_count": matter.count if matter else None,
        },
    )
    found = [
        _ruling(act, stage, answer, fired, outputs, opened_at)
        for fired, outputs in zip(answer.rows, answer.outputs, strict=True)
    ]
    return sorted(found, key=lambda ruling: (ruling.due.at, ruling.fired.number))


def _ruling(
    act: Act, stage: str, answer: Answer, fired: Fired, outputs: Mapping[str, Any], opened_at: datetime | None
) -> Ruling:
    limit = _times(deadlines.Limit.parse(outputs["limit"]), Decimal(str(outputs.get("times") or 1)))
    start = {"dispatch": act.case.dispatched_at, "report": act.case.opened_at}.get(
        outputs.get("start") or "task"
    )
    due = act.due_at(opened_at or start or act.at, limit, outputs["count"])
    return Ruling(stage, str(limit), outputs["count"], due, answer, fired)


def _times(limit: deadlines.Limit, times: Decimal) -> deadlines.Limit:
    """A multiple or a part of a limit; a part of a month is counted in days."""
    if times == 1:
        return limit
    if limit.unit == "calendar_month" and limit.amount * times % 1:
        return deadlines.Limit(limit.amount * times * 30, "calendar_day")
    return deadlines.Limit(limit.amount * times, limit.unit)


def total(act: Act) -> tuple[Ruling | None, list[Ruling]]:
    """The total clock that no hop resets: (its last part, all parts); (None, []) when nothing is limited.

    A `total` row of the table, else the limits of accept, sign, handle and check one after the other, counted
    from the report (requirements part 3).
    """
    own = rulings(act, "total", act.case.opened_at)
    if own:
        return own[0], own[:1]
    moment, parts = act.case.opened_at, []
    for stage in ("accept", "sign", "handle", "check"):
        found = rulings(act, stage, moment)
        if found:
            parts.append(found[0])
            moment = found[0].due.at
    return (parts[-1] if parts else None), parts
