"""A worker at an errand: one step in one transaction, the next in another, round about among all that wait.

Whoever holds the errand's advisory lock works on it; the lock goes with the transaction, so a worker that is killed
leaves nothing half done and nothing taken. How far a long step is, is told on a connection of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import clock, directory
from engine.directory import Actor
from engine.errands.models import Errand
from engine.errors import Unavailable, WanggeError

MOST_ATTEMPTS = 3
_LOOKED_AT = 20  # errands that may be in other workers' hands before we find a free one
_LOCKS = 7_740
_TOLD_EVERY = 0.25  # seconds


class ErrandBroken(Unavailable):
    """这项工作几次都没有做完，原因已经记录；请告诉系统管理员。"""

    code = "errand_broken"


class _CalledOff(Exception):
    """Whoever asked does not want it any more."""


@dataclass
class Work:
    """What a step needs: whose errand it is, what it asks, when; the session sees what its asker sees."""

    session: Session
    errand: Errand
    actor: Actor
    at: datetime
    _told: float = field(default=-1.0, repr=False)

    def tell(self, done: int, total: int | None = None) -> None:
        """Say how far this step is, before anything is committed; breaks off when the errand was called off."""
        if clock.stopwatch() - self._told < _TOLD_EVERY and done != total:
            return
        self._told = clock.stopwatch()
        free = sa.select(Errand.id).where(Errand.id == self.errand.id).with_for_update(skip_locked=True)
        said = sa.update(Errand).where(Errand.id.in_(free)).values(
            done=done, total=sa.func.coalesce(total, Errand.total)).returning(Errand.ended_at)
        with _beside(self.session) as connection:
            ended = connection.scalars(said).all()
        if any(ended):
            raise _CalledOff


Step = Callable[[Work], bool]
"""One step of a kind of errand, in one transaction; True when it was the last. It may set `done` and `total` of the
errand, assign (not change) `result`, `file` and `file_name`, and refuse with any WanggeError."""


def do_some(session: Session, at: datetime, kinds: Mapping[str, Step],
            within: Callable[[Session, Actor], AbstractContextManager[None]] = lambda *_: nullcontext()) -> int:
    """One step of the errand that waited longest and that nobody works on; 1, or 0 where there is none.

    `within` narrows the session to what an actor may see.
    """
    errand_id = _take(session)
    if errand_id is None:
        return 0
    attempts = _note_beginning(session, errand_id, at)
    errand = session.get_one(Errand, errand_id, populate_existing=True)
    if errand.ended_at is not None:
        return 0
    if attempts > MOST_ATTEMPTS or errand.kind not in kinds:
        _fail(session, errand, ErrandBroken(), at)
        return 1
    try:
        with session.begin_nested():
            _do(session, errand, kinds[errand.kind], at, within)
    except _CalledOff:
        return 1
    except Unavailable:
        errand.attempts = 0  # tried again at the next tick, however often
        return 0
    except WanggeError as refused:
        _fail(session, errand, refused, at)
    errand.attempts = 0
    session.flush()
    return 1


def _take(session: Session) -> int | None:
    waiting = sa.select(Errand.id).where(Errand.ended_at.is_(None)).order_by(Errand.attended_at, Errand.id)
    for errand_id in session.scalars(waiting.limit(_LOOKED_AT)).all():
        if session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCKS, errand_id % 2**31))):
            return errand_id
    return None


def _do(session: Session, errand: Errand, step: Step, at: datetime, within: Any) -> None:
    actor = directory.find_actor_of(session, errand.person_id, at)
    if actor is None:
        raise directory.ActorGone
    with within(session, actor):
        is_over = step(Work(session, errand, actor, at))
    session.flush()
    session.refresh(errand, ["ended_at"], with_for_update=True)
    if errand.ended_at is not None:
        raise _CalledOff
    if is_over:
        _end(errand, "done", at)
        session.flush()


def _fail(session: Session, errand: Errand, why: WanggeError, at: datetime) -> None:
    """It failed, unless whoever asked has called it off meanwhile: then it stays so."""
    session.refresh(errand, with_for_update=True)
    if errand.ended_at is None:
        _end(errand, "failed", at, _words(why))


def _end(errand: Errand, state: str, at: datetime, problem: dict[str, Any] | None = None) -> None:
    errand.state, errand.ended_at, errand.problem = state, at, problem


def _words(refused: WanggeError) -> dict[str, Any]:
    facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int | None)}
    return {"code": refused.code, "message": refused.message, "facts": facts}


def _note_beginning(session: Session, errand_id: int, at: datetime) -> int:
    begun = sa.update(Errand).where(Errand.id == errand_id).values(
        attempts=Errand.attempts + 1, attended_at=at).returning(Errand.attempts)
    with _beside(session) as connection:
        return connection.scalar(begun) or 0


@contextmanager
def _beside(session: Session) -> Iterator[sa.Connection]:
    """A connection whose work is seen at once; the session's own where that is part of something larger."""
    bind = session.get_bind()
    if isinstance(bind, sa.Connection):
        yield bind
        return
    with bind.begin() as connection:
        yield connection
