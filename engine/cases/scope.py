"""Who sees which cases: the one place that narrows every question about them to the asker's jurisdiction.

`install` once; from then on a session with `session.info["actor"]` finds, changes and deletes only what this
actor may see, in every table that hangs on a case. A session without an actor (worker, commands) is whole.
Statements on `Model.__table__` and plain SQL pass by: outside this package nobody writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.cases.models import (
    Case,
    CaseWords,
    Contact,
    ContactRecord,
    Custody,
    Demand,
    EntryText,
    Follower,
    Rating,
    Request,
    Stop,
    Uncounted,
)
from engine.directory import Actor, PostView, is_within
from engine.worklist.models import Deadline, Measure, Task

NOBODY = Actor(person_id=0, account_id=None, name="")
"""Sees no case: what a web session starts with until it knows who asks."""

_BOUND: tuple[Any, ...] = (
    Task,
    Deadline,
    Measure,
    CaseWords,
    Custody,
    Contact,
    ContactRecord,
    Rating,
    Follower,
    Stop,
    Request,
    Demand,
    Uncounted,
    Attachment,
    Entry,
    EntryText,
)
_cases = Case.__table__.alias("seen_case")  # aliases of their own: a condition must not correlate by accident
_custody = Custody.__table__.alias("seen_custody")


def install(session_class: type[Session]) -> None:
    """Let every session of this class keep to its actor's scope; asking twice changes nothing."""
    if not event.contains(session_class, "do_orm_execute", _narrow):
        event.listen(session_class, "do_orm_execute", _narrow)


def act_as(session: Session, actor: Actor) -> None:
    """From now on this session sees what the actor sees."""
    session.info["actor"] = actor


@contextmanager
def seen_by(session: Session, actor: Actor) -> Iterator[None]:
    """Inside, a session that saw everything sees what the actor sees."""
    install(Session)
    act_as(session, actor)
    try:
        yield
    finally:
        session.info.pop("actor", None)


@contextmanager
def unscoped(session: Session) -> Iterator[None]:
    """Lift the scope inside a verb, after its case row was found and locked within the scope."""
    actor = session.info.pop("actor", None)
    try:
        yield
    finally:
        if actor is not None:
            session.info["actor"] = actor


@dataclass(frozen=True, slots=True)
class Reach:
    """What a session sees, roughly and never too little: all below these paths, and the cases with these row ids."""

    paths: tuple[str, ...]
    others: sa.Select[int] | None = None


def reach(session: Session) -> Reach:
    """How far this session's actor sees, for a question that shall not look further; the scope itself still holds.

    A path of "" is everywhere: a session without an actor, and a grid worker, who sees few cases of many kinds.
    """
    actor = session.info.get("actor")
    if actor is None or any(post.role == "grid_worker" for post in actor.posts):
        return Reach(("",))
    seeing = [post for post in actor.posts if post.role in ("seat", "supervisor", "clerk")]
    by_place = [post for post in seeing if _sees_its_place(post)]
    held = [_custody.c.organisation_id == post.organisation_id for post in seeing if not _sees_its_place(post)]
    held += [sa.and_(_custody.c.organisation_id == post.organisation_id, _custody.c.abroad)
             for post in by_place if post.holds_abroad]
    others = sa.select(_custody.c.case_id).where(sa.or_(*held)) if held else None
    return Reach(tuple({post.path for post in by_place}), others)


def _narrow(state: ORMExecuteState) -> None:
    actor = state.session.info.get("actor")
    if actor is None or state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    state.statement = narrowed(state.statement, actor)


def narrowed(statement: Any, actor: Actor) -> Any:
    """A statement, kept to what this actor sees."""
    return statement.options(*_criteria(actor))


@lru_cache(maxsize=4096)
def _criteria(actor: Actor) -> tuple[Any, ...]:
    """The conditions that go with every mention of a case-bound table, however it is joined or aliased."""
    ids = sa.select(_cases.c.id).where(_visible(actor, _cases))
    bound = [
        with_loader_criteria(model, _hangs_on(model, ids, actor), include_aliases=True) for model in _BOUND
    ]
    own = with_loader_criteria(Case, _visible(actor, Case), include_aliases=True)
    return (own, *bound)


def _hangs_on(model: Any, ids: sa.Select[Any], actor: Actor) -> sa.ColumnElement[bool]:
    within: sa.ColumnElement[bool] = model.case_id.in_(ids)
    if model is Attachment:  # a photo waits for its case, and only its sender sees it
        return sa.or_(within, sa.and_(model.case_id.is_(None), model.added_by == actor.person_id))
    return within


def _visible(actor: Actor, cases: Any) -> sa.ColumnElement[bool]:
    columns = cases.c if isinstance(cases, sa.FromClause) else cases
    rules = [rule for post in actor.posts for rule in _by_post(post, actor, columns)]
    return sa.or_(*dict.fromkeys(rules)) if rules else sa.false()


def _by_post(post: PostView, actor: Actor, case: Any) -> list[sa.ColumnElement[bool]]:
    """What one post opens; designers and the three administrators see no case."""
    if post.role == "grid_worker":
        of_grid = sa.and_(case.grid_id == post.grid_id, case.closed_at.is_(None))
        return [of_grid, case.reporter_id == actor.person_id]
    if post.role not in ("seat", "supervisor", "clerk"):
        return []
    if not _sees_its_place(post):
        return [sa.exists().where(_custody.c.case_id == case.id, _custody.c.organisation_id == post.organisation_id)]
    abroad = [case.id == sa.any_(_held_abroad(post.organisation_id))] if post.holds_abroad else []
    return [is_within(case.path, post.path), *abroad]


def _sees_its_place(post: PostView) -> bool:
    return post.role != "clerk" and post.organisation_kind == "centre"


def _held_abroad(organisation_id: int) -> sa.ColumnElement[Any]:
    """The few cases outside its own division that a centre held: an array that is made once a statement."""
    few = sa.select(_custody.c.case_id).where(_custody.c.organisation_id == organisation_id, _custody.c.abroad)
    return sa.func.array(few.scalar_subquery())
