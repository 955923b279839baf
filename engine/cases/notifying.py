"""Who is told what, in words without personal data: the case number and its matter, never a name or a place."""

from __future__ import annotations

from sqlalchemy import select

from engine import notices
from engine.cases.act import Act
from engine.cases.words import WORDS
from engine.directory.models import Duty
from engine.worklist.models import Task


def people_of(act: Act, organisation_id: int, *roles: str, grid_id: int | None = None) -> notices.Holders:
    """The people who hold one of these roles there now."""
    return notices.Holders(organisation_id, roles, act.at, grid_id)


def on_duty(act: Act, organisation_id: int) -> list[int] | notices.Holders:
    """The duty roster of a centre at this moment; its seats when nobody is on it."""
    rostered = list(
        act.session.scalars(
            select(Duty.person_id).where(
                Duty.organisation_id == organisation_id, Duty.since <= act.at, Duty.until > act.at
            )
        )
    )
    return rostered or people_of(act, organisation_id, "seat")


def tell_offered(act: Act, task: Task) -> None:
    """Those to whom a task is offered hear of it."""
    people = (
        [task.assignee_id]
        if task.assignee_id
        else people_of(act, task.organisation_id, task.role, grid_id=task.grid_id)
    )
    notices.put(
        act.session,
        recipients=people,
        kind="task",
        case_id=act.case.id,
        at=act.at,
        subject=_about(act, "待办：{task}", task=task.name, **_in_english("task", task.element)),
    )


def _about(act: Act, said: str, **facts: str | int) -> notices.Said:
    """A sentence about this case: it begins with the number."""
    return notices.Said("{number} " + said, {"number": act.case.number, **facts})


def _in_english(kind: str, key: str) -> dict[str, str]:
    """The English word beside a fact, where the office's table has it."""
    pair = WORDS[kind].get(key)
    return {f"{kind}_en": pair[1]} if pair else {}


def tell_people(act: Act, people: list[int] | notices.Holders, kind: str, said: str, **facts: str | int) -> None:
    """These people hear of something."""
    notices.put(
        act.session,
        recipients=people,
        kind=kind,
        case_id=act.case.id,
        at=act.at,
        subject=_about(act, said, **facts),
    )


def tell_organisation(act: Act, organisation_id: int, kind: str, said: str, **facts: str | int) -> None:
    """The seats and clerks of an organisation hear of something."""
    people = people_of(act, organisation_id, "seat", "clerk")
    notices.put(
        act.session,
        recipients=people,
        kind=kind,
        case_id=act.case.id,
        at=act.at,
        subject=_about(act, said, **facts),
    )


def tell_reporter(act: Act, kind: str, said: str, **facts: str | int) -> None:
    """The grid worker who reported follows the case at every level (E15)."""
    if act.case.reporter_id is not None:
        notices.put(
            act.session,
            recipients=[act.case.reporter_id],
            kind=kind,
            case_id=act.case.id,
            at=act.at,
            subject=_about(act, said, **facts),
        )
