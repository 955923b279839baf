"""Claimed work that changes hands without its holder: absence, leaving, or a head who frees what lies too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine import directory, worklist
from engine.cases.errors import ActNotAllowed
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.locking import lock_case_of_task
from engine.cases.scope import unscoped
from engine.directory.models import Post
from engine.worklist.models import Task


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many tasks went to the deputy, and how many back to everybody they are offered to."""

    to_deputy: int
    to_queue: int


def count_claimed(session: Session, person_ids: Sequence[int]) -> dict[int, int]:
    """How many open tasks each of these people holds; a number alone, so it passes the scope."""
    with unscoped(session):
        held = select(Task.assignee_id, func.count()).where(
            Task.assignee_id.in_(list(person_ids)), Task.closed_at.is_(None)).group_by(Task.assignee_id)
        return {person: count for person, count in session.execute(held) if person is not None}


def hand_over(session: Session, person_id: int, deputy: directory.Actor | None, by: directory.Actor,
              at: datetime) -> HandedOver:
    """Everything this person holds goes to the deputy where it is offered to them too, else back to the queue.

    Each task keeps its due time; an entry of its case says who took it from whom.
    """
    to_deputy = to_queue = 0
    with unscoped(session):
        held = select(Task.id).where(Task.assignee_id == person_id, Task.closed_at.is_(None))
        for task_id in session.scalars(held.order_by(Task.case_id, Task.id)).all():
            taker = _pass_on(session, task_id, person_id, deputy, by, at)
            to_deputy, to_queue = to_deputy + (taker is True), to_queue + (taker is False)
    return HandedOver(to_deputy, to_queue)


def free_orphaned(session: Session, at: datetime, most: int = 50) -> int:
    """What somebody claimed in a post that they no longer hold goes back to the queue; how many tasks."""
    holds = select(Post.id).where(
        Post.person_id == Task.assignee_id, Post.organisation_id == Task.organisation_id, Post.role == Task.role,
        or_(Task.grid_id.is_(None), Post.grid_id == Task.grid_id), directory.held(Post, at)).exists()
    lost = select(Task.id, Task.assignee_id).where(
        Task.assignee_id.is_not(None), Task.claimed_at.is_not(None), Task.closed_at.is_(None), ~holds)
    found = session.execute(lost.order_by(Task.case_id, Task.id).limit(most)).all()
    freed = [_pass_on(session, task, person, None, directory.CLOCK, at) for task, person in found if person is not None]
    return sum(taker is False for taker in freed)


def free_task(session: Session, actor: directory.Actor, task_id: int, at: datetime) -> Task:
    """The head frees what somebody below has claimed: it goes back to everybody it is offered to.

    The head is a supervisor of the centre that the task lies in, or of one above. Raises TaskUnknown, ActNotAllowed.
    """
    task = worklist.get_task(session, task_id)
    if not may_free(session, actor, task):
        raise ActNotAllowed("只有本中心或上级中心的督查员能放回别人认领的任务。")
    assert task.assignee_id is not None
    with unscoped(session):
        _pass_on(session, task_id, task.assignee_id, None, actor, at)
    return task


def may_free(session: Session, actor: directory.Actor, task: Task) -> bool:
    """Whether this task is claimed by somebody else and lies below the supervisor who asks."""
    if task.assignee_id in (None, actor.person_id) or task.closed_at is not None:
        return False
    return actor.is_above(directory.get_organisation(session, task.organisation_id).division.path, "supervisor")


def _pass_on(session: Session, task_id: int, person_id: int, deputy: directory.Actor | None, by: directory.Actor,
             at: datetime) -> bool | None:
    """True: to the deputy; False: to the queue; None: somebody was faster. The scope is lifted already."""
    case = lock_case_of_task(session, task_id)
    with session.no_autoflush:
        file = CaseFile(session, case, asked_for=task_id)
        task = file.task(task_id)
        if task.closed_at is not None or task.assignee_id != person_id:
            return None
        act = Host(session, case, by, at, file=file)
        fits = deputy is not None and _is_fit(task, deputy)
        task.assignee_id, task.claimed_at = (deputy.person_id, at) if deputy and fits else (None, None)
        task.version += 1
        whose = directory.find_person(session, person_id)
        act.record("hand_over" if fits else "free", element=task.element, task=task.name,
                   whose=whose.name if whose else "", to=deputy.name if deputy and fits else "")
    return fits


def _is_fit(task: Task, deputy: directory.Actor) -> bool:
    """Whether one of the deputy's own posts is among those the task is offered to, and it is not their own work."""
    return worklist.is_offered(task, deputy) and task.excluded_id != deputy.person_id
