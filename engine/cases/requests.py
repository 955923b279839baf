"""Requests of a handling unit (延期、挂账): who asked for what, who decides, what came of it.

The diagram `approve-request` runs beside the handling; the row is what people and pages ask. Who may ask and who
decides is the table `requests` (`asking`); never the asker (`wangge:not_by_asker`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import deadlines
from engine.cases import notifying
from engine.cases.act import Act
from engine.cases.asking import Ruling, deadline_of_work, get_asker, rule
from engine.cases.errors import ActInvalid, ActUnavailable
from engine.cases.limits import rulings
from engine.cases.models import Case, Request
from engine.cases.words import word
from engine.directory import Actor
from engine.worklist.models import Deadline, Task

APPROVAL = "approve-request"  # the process whose open task is a request that waits
MESSAGE = "ask"
KINDS = {"ask_extension": "extension", "ask_hold": "hold"}


# what is asked ------------------------------------------------------------------------------------------------------
def is_waiting(act: Act) -> bool:
    """Whether a request of this case waits to be decided."""
    return any(task.process == APPROVAL for task in act.file.tasks)


def check_extension(act: Act) -> None:
    """ActInvalid where the days are not whole; ActUnavailable where nothing is due."""
    days_of(act.form.get("days"))
    if deadline_of_work(act, get_asker(act).organisation_id) is None:
        raise ActUnavailable("现在没有可以延期的时限。")


def check_hold(act: Act) -> None:
    """ActInvalid where neither an end nor a condition is given, or the end is not in the future."""
    until = _instant(act.form.get("until"))
    if until is None and not act.form.get("condition"):
        raise ActInvalid(fields={"until": ["请填写挂账到什么时候，或者到什么条件。"]})
    if until is not None and until <= act.at:
        raise ActInvalid(fields={"until": ["挂账的结束时间应在将来。"]})


def days_of(value: Any) -> int:
    """Whole working days, one at least; raises ActInvalid."""
    if value is None or value != int(value) or value < 1:
        raise ActInvalid(fields={"days": ["请填写整数的工作日，至少 1 天。"]})
    return int(value)


def _instant(value: Any) -> datetime | None:
    return None if not value else value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def open_request(act: Act) -> tuple[Request, Ruling]:
    """The row of a request that is asked for in this act, with all that whoever decides has to know, and who that is.

    Raises ActUnavailable in the words of the table where it lets nobody ask.
    """
    form, kind, asker = act.form, KINDS[str(act.form["outcome"])], get_asker(act)
    deadline, before = deadline_of_work(act, asker.organisation_id), granted_before(act, kind)
    ruling = rule(act, kind, asker.capacity, deadline, before)
    ruling.require()
    made = Request(
        case_id=act.case.id, kind=kind, state="open", reason=str(form["reason"]), asked_at=act.at,
        asked_by=act.actor.label, asked_by_id=act.actor.person_id, organisation_id=asker.organisation_id,
        task_id=deadline.task_id if deadline else None, due_at=deadline.due_at if deadline else None,
        days=int(form["days"]) if kind == "extension" else None, until=_instant(form.get("until")),
        condition=form.get("condition"), before=before)
    act.session.add(made)
    act.notes |= {"request": kind} | ({"days": made.days} if made.days else {})
    return made, ruling


def granted_before(act: Act, kind: str) -> int:
    """How many extensions, or holds, this case has had, asked for or not."""
    return len(act.file.stops) if kind == "hold" else act.extensions


# what comes of it ---------------------------------------------------------------------------------------------------
def find_waiting(act: Act) -> Request | None:
    """The request of this case that waits to be decided."""
    act.session.flush()
    return act.session.scalars(
        select(Request).where(Request.case_id == act.case.id, Request.state == "open")).first()


def get_waiting(act: Act) -> Request:
    """The same; raises ActUnavailable when there is none any more."""
    found = find_waiting(act)
    if found is None:
        raise ActUnavailable("这件申请已经了结。")
    return found


def settle_request(act: Act, request: Request, state: str, until: datetime | None = None) -> None:
    """What was decided, by whom, with which words; the asker hears of it."""
    request.state, request.decided_at, request.granted_until = state, act.at, until
    request.decided_by, request.decided_by_id = act.actor.label, act.actor.person_id
    request.decision = act.form.get("reason") or act.form.get("note") or None
    if request.asked_by_id is not None:
        said = "{request}申请已撤销：办理已经结束" if state == "withdrawn" else "{request}申请{outcome}"
        notifying.tell_people(act, [request.asked_by_id], "request", said,
                              request=word("request", request.kind), outcome=word("request_state", state),
                              request_en=word("request", request.kind, "en").lower(),
                              outcome_en=word("request_state", state, "en").lower())


def withdraw_ended(act: Act, waiting: Collection[str]) -> None:
    """The diagram has ended the approval before anybody decided: the handling is over; `waiting`: what still runs."""
    if APPROVAL in waiting:
        return
    request = find_waiting(act)
    if request is not None:
        act.notes["withdrawn"] = request.kind
        settle_request(act, request, "withdrawn")


def extended_due(act: Act, deadline: Deadline, days: int) -> datetime:
    """The due time so many working days later, counted as the limit itself counts."""
    count = "hours" if deadline.count == "hours" else "next_day"
    return act.due_at(deadline.due_at, deadlines.Limit.parse(f"{days} work_day"), count, deadline.office).at


def held_until(act: Act, request: Request, days: int | None) -> datetime:
    """When a hold ends by itself: as granted, as asked, or by the row `hold_review` where only a condition was named.

    Raises ActInvalid where that moment has passed meanwhile.
    """
    if days is not None:
        until = act.due_at(act.at, deadlines.Limit.parse(f"{days} work_day"), "next_day").at
    elif request.until is not None:
        until = request.until
    else:
        until = rulings(act, "hold_review", act.at)[0].due.at
    if until <= act.at:
        raise ActInvalid(fields={"days": ["申请的结束时间已过，请写明准予几个工作日。"]})
    return until


# what is to be seen -------------------------------------------------------------------------------------------------
def list_requests(session: Session, case_id: int) -> list[Request]:
    """The requests of a case within the scope of the session, the newest first."""
    return list(session.scalars(select(Request).where(Request.case_id == case_id).order_by(Request.id.desc())))


def list_asked(session: Session, actor: Actor, most: int = 100) -> list[tuple[Request, Case, Task | None]]:
    """What the actor's organisations asked for, the newest first, each with its case and the task that waits for it."""
    rows = session.execute(
        select(Request, Case, Task)
        .join(Case, Case.id == Request.case_id)
        .outerjoin(Task, (Task.case_id == Case.id) & (Task.process == APPROVAL) & Task.closed_at.is_(None)
                   & (Request.state == "open"))
        .where(Request.organisation_id.in_([*actor.organisation_ids("clerk"), *actor.organisation_ids("seat")]))
        .order_by(Request.id.desc()).limit(most))
    return [(request, case, task) for request, case, task in rows]
