"""Offering, claiming, releasing and closing human tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory import Actor
from engine.worklist.errors import NotYourTask, OwnWork, StaleVersion, TaskClaimed, TaskTaken, TaskUnknown
from engine.worklist.models import Task


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom a task is offered: an organisation's people in a role, a grid's worker, or one person."""

    organisation_id: int
    role: str
    grid_id: int | None = None
    assignee_id: int | None = None
    excluded_id: int | None = None


def get_task(session: Session, task_id: int) -> Task:
    """The task, if it lies within the scope of the session; TaskUnknown otherwise."""
    task = session.scalars(select(Task).where(Task.id == task_id)).first()
    if task is None:
        raise TaskUnknown()
    return task


def open_task(
    *,
    case_id: int,
    instance_id: int,
    token: int,
    element: str,
    process: str,
    name: str,
    stage: str,
    offer: Offer,
    form: dict[str, Any] | None,
    at: datetime,
) -> Task:
    """A new task row; the caller adds it to the session."""
    return Task(
        case_id=case_id,
        instance_id=instance_id,
        token=token,
        element=element,
        process=process,
        name=name,
        stage=stage,
        organisation_id=offer.organisation_id,
        role=offer.role,
        grid_id=offer.grid_id,
        assignee_id=offer.assignee_id,
        excluded_id=offer.excluded_id,
        form=form,
        opened_at=at,
        version=1,
    )


def list_open(session: Session, case_id: int) -> list[Task]:
    """The open tasks of a case, oldest first."""
    return list(
        session.scalars(
            select(Task).where(Task.case_id == case_id, Task.closed_at.is_(None)).order_by(Task.id)
        )
    )


def is_offered(task: Task, actor: Actor) -> bool:
    """True when one of the actor's posts is among those that the task is offered to."""
    if task.assignee_id is not None and task.assignee_id == actor.person_id:
        return True
    return any(
        post.organisation_id == task.organisation_id
        and post.role == task.role
        and (task.grid_id is None or post.grid_id == task.grid_id)
        for post in actor.posts
    )


def require_open(task: Task, entry: int | None = None) -> None:
    """TaskTaken, naming the winner, when the task is closed."""
    if task.closed_at is not None:
        raise TaskTaken(
            f"「{task.name}」已由{task.closed_by}办理。",
            winner=task.closed_by,
            outcome=task.outcome,
            at=task.closed_at,
            entry=entry,
        )


def require_actor(task: Task, actor: Actor) -> None:
    """The actor may do this task: offered to them, not claimed by somebody else, not their own work."""
    if not is_offered(task, actor):
        raise NotYourTask()
    if task.excluded_id is not None and task.excluded_id == actor.person_id:
        raise OwnWork()
    if task.assignee_id is not None and task.assignee_id != actor.person_id:
        raise TaskClaimed(winner_id=task.assignee_id, at=task.claimed_at)


def require_version(task: Task, version: int | None) -> None:
    """StaleVersion when the actor looked at an older state of the task."""
    if version is not None and version != task.version:
        raise StaleVersion(version=task.version)


def claim(task: Task, actor: Actor, at: datetime) -> None:
    """The actor takes the task; again by the same person changes nothing."""
    require_open(task)
    require_actor(task, actor)
    if task.assignee_id is None:
        task.assignee_id, task.claimed_at, task.version = actor.person_id, at, task.version + 1


def release(task: Task, actor: Actor) -> None:
    """The actor gives the task back to everybody it is offered to."""
    require_open(task)
    require_actor(task, actor)
    if task.claimed_at is not None:
        task.assignee_id, task.claimed_at, task.version = None, None, task.version + 1


def close(task: Task, outcome: str, by: str, by_id: int | None, at: datetime) -> None:
    """The task is over; who or what ended it stays with it."""
    task.closed_at, task.outcome, task.closed_by, task.closed_by_id = at, outcome, by, by_id
    task.version += 1
