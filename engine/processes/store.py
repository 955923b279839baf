"""Rows of the engine: an instance is written when its state changed, its timers as a difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.db import bell, writing
from engine.errors import NotFound
from engine.library import Source
from engine.processes.models import Instance, Timer
from engine.processes.values import ArmedTimer, Step


def store(session: Session, case_id: int, source: Source, release_id: int | None, step: Step,
          at: datetime) -> Instance:
    """The row of a new instance, which has its number; `save` writes its timers."""
    instance = Instance(case_id=case_id, definition_id=source.definition_id, definition_version=source.version,
                        definition_sha256=source.sha256, pack=source.pack, release_id=release_id,
                        state=step.state, status="running", started_at=at)
    _end(instance, step, at)
    session.add(instance)
    writing.identify(session, instance)
    return instance


def save(session: Session, instance: Instance, timers: Iterable[Timer], step: Step, at: datetime) -> list[Timer]:
    """Write what a step changed: the state if it differs, timers that came or went; the rows of what is armed now.

    `timers` are the rows before the step. Due times are never touched.
    """
    if instance.state != step.state:
        instance.state = step.state
    _end(instance, step, at)
    armed, kept = {(timer.task, timer.element): timer for timer in step.timers}, []
    for row in timers:
        if armed.pop((row.task, row.element), None) is not None:
            kept.append(row)
        elif row in session.new:  # set and cleared within one act
            session.expunge(row)
        else:
            session.delete(row)
    new = [_row(instance.id, timer) for timer in armed.values()]
    session.add_all(new)
    if any(row.due_at <= at for row in new):
        bell.ring(session, bell.DUE)  # due at once: the worker need not wait for its tick
    return [*kept, *new]


def get_instance(session: Session, case_id: int) -> Instance:
    """The instance of a case; raises NotFound."""
    found = session.scalars(select(Instance).where(Instance.case_id == case_id)).one_or_none()
    if found is None:
        raise NotFound(case=case_id)
    return found


def list_timers(session: Session, instance_id: int) -> Sequence[Timer]:
    """The armed timers of an instance by instant; at one instant those that do not interrupt first, then by key."""
    return session.scalars(
        select(Timer).where(Timer.instance_id == instance_id)
        .order_by(Timer.due_at, Timer.interrupting, Timer.task, Timer.element)).all()


def _end(instance: Instance, step: Step, at: datetime) -> None:
    if instance.status == "running" and (step.done or step.failed is not None):
        instance.status = "done" if step.done else "failed"
        instance.failure = step.failed
        instance.ended_at = at


def _row(instance_id: int, timer: ArmedTimer) -> Timer:
    return Timer(instance_id=instance_id, task=timer.task, element=timer.element, hangs_on=timer.on,
                 due_at=timer.due, interrupting=timer.interrupting)
