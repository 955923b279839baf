"""The deadlines of a case and what follows them: opened with a task, moved by stops and extensions, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from engine import deadlines
from engine.cases.act import Act
from engine.cases.limits import Ruling, rulings, total
from engine.cases.measures import Planned, cancel_measures, plan_after, plan_measures, share_of
from engine.worklist.models import Deadline, Task


def open_deadline(act: Act, task: Task, stage: str) -> Deadline | None:
    """The deadline of a task: the earliest of its limits, and never later than what is left of the total clock.

    Once nothing is left of the total clock the task has its own limit (requirements part 3). None without a row.
    """
    found = rulings(act, stage)
    if not found:
        return None
    ruling, left = found[0], act.case.total_due_at
    capped = left is not None and act.at < left < ruling.due.at
    made = _deadline(act, ruling, ruling.due.opened_at, left if capped and left else ruling.due.at)
    made.task, made.organisation_id, made.capped = task, task.organisation_id, capped
    task.due_at, task.warn_at = made.due_at, made.warn_at
    plan_measures(act, made, ruling.due)
    return made


def open_total(act: Act) -> None:
    """Set the total clock when the case is classified; classified again, it is counted anew."""
    last, parts = total(act)
    if last is None:
        return
    close_deadlines(act, list_open(act, "total"))
    made = _deadline(act, last, act.case.opened_at, last.due.at, "total")
    made.parts = [part.as_part() for part in parts]
    made.limit = " + ".join(part.limit for part in parts)
    act.case.total_due_at = made.due_at


def _deadline(act: Act, ruling: Ruling, opened_at: datetime, due_at: datetime, stage: str | None = None) -> Deadline:
    stage = stage or ruling.stage
    source = act.source(ruling.answer.definition_id, "dmn")
    made = Deadline(
        case_id=act.case.id,
        task_id=None,
        organisation_id=act.case.holder_id,
        stage=stage,
        opened_at=opened_at,
        limit=ruling.limit,
        count=ruling.count,
        office=act.holder.office,
        warn_at=share_of(ruling.due, opened_at, due_at, _warning_share(act, stage)),
        due_at=due_at,
        first_due_at=due_at,
        provisional=ruling.due.provisional,
        capped=False,
        parts=None,  # named even where there are none: rows of one shape are written together
        table_id=source.definition_id,
        pack=source.pack,
        table_version=source.version,
        row=ruling.fired.number,
        cites=ruling.fired.cites,
    )
    act.file.add(made)
    return made


def _warning_share(act: Act, stage: str) -> float:
    """The share of the limit at which the lamp turns yellow, by the table `lamp` (the reminder: `supervision`)."""
    return float(act.ask("lamp", {"stage": stage, "urgency": act.case.urgency}).one["warn_percent"]) / 100


def list_open(act: Act, stage: str | None = None) -> list[Deadline]:
    """The open deadlines of the case, oldest first."""
    return [one for one in act.file.deadlines if stage in (None, one.stage)]


def close_deadlines(act: Act, ended: Sequence[Deadline]) -> None:
    """The work is done or void; what was planned around these deadlines is cancelled."""
    for deadline in ended:
        deadline.closed_at = act.at
    cancel_measures(ended)


def close_task_deadlines(act: Act, tasks: Sequence[Task]) -> None:
    """Close the deadlines of these tasks."""
    close_deadlines(act, [one for one in act.file.deadlines if one.task in tasks])


def close_all(act: Act) -> None:
    """No clock runs any more: the check has passed, or the case is closed."""
    close_deadlines(act, act.file.deadlines)


def settle_lamp(act: Act) -> None:
    """Bring the case row's own due time up to date: the earliest open deadline, none while stopped."""
    running = act.file.deadlines if act.case.stopped_at is None else []
    act.case.due_at = min((one.due_at for one in running), default=None)
    act.case.warn_at = min((one.warn_at for one in running), default=None)


def recount(act: Act) -> list[dict[str, Any]]:
    """Count every open deadline anew, after a stop or a change of the calendar; what moved, as plain facts."""
    moved = []
    for deadline in list_open(act):
        due = counted(act, deadline)
        new = due.at + extended_by(deadline)
        if deadline.capped and act.case.total_due_at is not None:
            new = min(new, act.case.total_due_at)
        if new != deadline.due_at:
            moved.append(
                {"stage": deadline.stage, "from": deadline.due_at.isoformat(), "to": new.isoformat()}
            )
        deadline.provisional = due.provisional
        move_deadline(act, deadline, new)
    return moved


def counted(act: Act, deadline: Deadline) -> deadlines.Due:
    """The due time of a deadline as its limit gives it now, stops included, extensions and caps left out."""
    return counted_parts(act, deadline)[-1]


def counted_parts(act: Act, deadline: Deadline) -> list[deadlines.Due]:
    """The same for each part of a total clock, one after the other; one part for every other deadline."""
    opened_at, found = deadline.opened_at, []
    for part in deadline.parts or [{"limit": deadline.limit, "count": deadline.count}]:
        found.append(act.due_at(opened_at, deadlines.Limit.parse(part["limit"]), part["count"], deadline.office))
        opened_at = found[-1].at
    return found


def extended_by(deadline: Deadline) -> timedelta:
    """How much later the deadline is than its limit alone, by the extensions granted."""
    steps = (
        datetime.fromisoformat(one["to"]) - datetime.fromisoformat(one["from"])
        for one in deadline.extended or []
    )
    return sum(steps, timedelta())


def extend_deadline(act: Act, deadline: Deadline, until: datetime, **said: Any) -> None:
    """Grant a later due time; the total clock follows where it would end before. `said`: what is kept with it."""
    step = {"at": act.at.isoformat(), "from": deadline.due_at.isoformat(), "to": until.isoformat(),
            "by": act.actor.label, **said}
    deadline.extended = [*(deadline.extended or []), step]
    move_deadline(act, deadline, until)
    for whole in list_open(act, "total"):
        if whole.due_at < until:
            move_deadline(act, whole, until)
    settle_lamp(act)


def move_deadline(act: Act, deadline: Deadline, due_at: datetime) -> None:
    """Move a deadline, its task, its lamp and its pending measures together."""
    deadline.due_at = due_at
    deadline.warn_at = share_of(counted(act, deadline), deadline.opened_at, due_at, _warning_share(act, deadline.stage))
    if deadline.task_id is not None:
        task = act.file.task(deadline.task_id)
        task.due_at, task.warn_at = deadline.due_at, deadline.warn_at
    if deadline.stage == "total":
        act.case.total_due_at = due_at
    else:
        cancel_measures([deadline])
        plan_measures(act, deadline, counted(act, deadline))


def pass_over_measures(act: Act, at: datetime) -> None:
    """Whatever is due now around the deadlines of the case is not done; what comes later is."""
    while (deadline := act.file.next_measure(at)) is not None:
        plan_after(act, deadline, counted(act, deadline), Planned.of(deadline))
