"""Where a case stands, told to the resident: whose turn it is in plain words, until when, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import processes
from engine.cases import queries
from engine.cases.models import STAGES, Case
from engine.cases.offers import is_reporters
from engine.cases.scope import unscoped
from engine.cases.words import Language
from engine.directory import RESIDENT
from engine.directory.models import Organisation
from engine.processes import Form
from engine.residents import telling
from engine.residents.looking import Visit, count_followers
from engine.worklist.models import Task

STEPS = STAGES[:-1]


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that the resident may answer: a rating, or what is missing; until when."""

    task: int
    version: int
    element: str
    name: str
    form: Form
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as its resident sees it; `words` and `result` are for whoever reported it, never for a follower."""

    number: str
    place: str
    words: str
    opened_at: datetime
    closed_at: datetime | None
    stage: str
    done: tuple[str, ...]
    sentences: tuple[str, ...]
    is_late: bool
    total_due_at: datetime | None
    result: str
    rating: str | None
    rated_at: datetime | None
    reopened: int
    seen_by: int
    asked: tuple[Asked, ...]
    is_follower: bool


def standing_of(session: Session, visit: Visit, at: datetime, language: Language = "zh") -> Standing:
    """The page of the resident's case."""
    with unscoped(session):
        case = visit.case
        every = list(session.scalars(select(Task).where(Task.case_id == case.id).order_by(Task.id)))
        waiting = [task for task in every if task.closed_at is None]
        mine = [] if visit.follower else [task for task in waiting if is_reporters(session, case, task)]
        rated = [task.closed_at for task in every if task.element == "rate" and task.closed_at and task.outcome]
        told = case.stage in ("feedback", "closed")
        names = _names(session, case)
        return Standing(
            number=case.number, place=case.place, words="" if visit.follower else case.description,
            opened_at=case.opened_at, closed_at=case.closed_at, stage=case.stage, done=_done(case),
            sentences=telling.sentences(case, waiting, names, _due(session, case, waiting), at, language),
            is_late=_is_late(case, waiting, at), total_due_at=None if told else case.total_due_at,
            result=(case.result_text or "") if told and visit.follower is None else "",
            rating=None if case.rating == "unreasonable" else case.rating,
            rated_at=rated[-1] if rated else None, reopened=case.reopened,
            seen_by=count_followers(session, case), asked=tuple(_asked(session, case, task) for task in mine),
            is_follower=visit.follower is not None)


def _done(case: Case) -> tuple[str, ...]:
    """The steps of the way that lie behind the case (GB 6.4)."""
    return STEPS if case.closed_at is not None else STEPS[:STEPS.index(case.stage)]


def _due(session: Session, case: Case, waiting: Sequence[Task]) -> datetime | None:
    """When the step that is on should be done; None while the clock stands or where nothing is promised."""
    if case.stopped_at is not None or case.closed_at is not None:
        return None
    dues = [task.due_at for task in waiting if task.due_at is not None]
    return min(dues) if dues else next((one.due_at for one in queries.open_deadlines(session, [case.id])), None)


def _is_late(case: Case, waiting: Sequence[Task], at: datetime) -> bool:
    return case.stopped_at is None and any(task.due_at is not None and task.due_at < at for task in waiting)


def _asked(session: Session, case: Case, task: Task) -> Asked:
    form = Form.from_json(task.form) if task.form else processes.DEFAULT_FORM
    allowed = Form(form.outcomes_for(RESIDENT.roles), tuple(one for one in form.fields if one.type == "longtext"))
    timers = processes.list_timers(session, processes.get_instance(session, case.id).id)
    until = next((timer.due_at for timer in timers if timer.hangs_on == task.token), None)
    return Asked(task.id, task.version, task.element, task.name, allowed, until)


def _names(session: Session, case: Case) -> telling.Names:
    """The units that a resident hears of: who holds it, who handles it, and the case it was joined to."""
    wanted = [case.holder_id, *([case.handler_id] if case.handler_id else [])]
    known = {row.id: row.name for row in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))}
    other = session.get(Case, case.duplicate_of) if case.duplicate_of else None
    return telling.Names(known[case.holder_id], known.get(case.handler_id or 0, ""), other.stage if other else "")
