"""The case file (卷宗): the rows that hang on a locked case, read once a command and kept in step with what happens.

Every act of one command shares it: those of the clock that were due before, and the person's. Nothing is flushed
until the act's entry is written, so what was added or closed is known here before the database knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from engine.cases.models import Case, Custody, Stop
from engine.errors import NotFound
from engine.processes.models import Instance, Timer
from engine.worklist.errors import TaskUnknown
from engine.worklist.models import Deadline, Measure, Task

T = TypeVar("T")
PENDING = (Measure.done_at.is_(None), Measure.cancelled_at.is_(None))


def _question(*tables: Any) -> Select[*tuple[Any, ...]]:
    """A question asked anew at every command; it is built once, for building one costs as much as asking it."""
    return select(*tables).execution_options(populate_existing=True)


_CASE = bindparam("case_id", type_=BigInteger)
_RUNNING = (
    _question(Instance, Timer, Stop).outerjoin(Timer, Timer.instance_id == Instance.id)
    .outerjoin(Stop, Stop.case_id == Instance.case_id).where(Instance.case_id == _CASE).order_by(Stop.id))
_TIMERS = (
    _question(Timer).join(Instance, Timer.instance_id == Instance.id).where(Instance.case_id == _CASE))
_TASKS = _question(Task).where(
    Task.case_id == _CASE, or_(Task.closed_at.is_(None), Task.id == bindparam("asked_for"))).order_by(Task.id)
_CLOCKS = (
    _question(Deadline, Measure).outerjoin(Measure, and_(Measure.deadline_id == Deadline.id, *PENDING))
    .where(Deadline.case_id == _CASE, Deadline.closed_at.is_(None)).order_by(Deadline.id, Measure.id))
_CUSTODY = _question(Custody).where(Custody.case_id == _CASE, Custody.until.is_(None)).order_by(Custody.id)


@dataclass(slots=True)
class _Running:
    """What the diagram and the clock stand at."""

    instance: Instance | None = None
    timers: list[Timer] | None = None
    stops: list[Stop] = field(default_factory=list)


class CaseFile:
    """The rows of a case, read when they are first asked for: tables that are needed together in one question.

    A row that is closed leaves by itself; what an act opens it adds. `asked_for` is a task that is read whether it
    is open or not. A case that `is_new` has nothing to be read.
    """

    def __init__(self, session: Session, case: Case, asked_for: int | None = None, is_new: bool = False) -> None:
        self.session, self.case, self.asked_for, self.is_new = session, case, asked_for, is_new
        self._added: list[Any] = []

    # the diagram and the clock ------------------------------------------------------------------------------------
    @property
    def instance(self) -> Instance:
        """The running diagram; raises NotFound."""
        found = self._running.instance
        if found is None:
            raise NotFound(case=self.case.id)
        return found

    @property
    def timers(self) -> list[Timer]:
        """The armed timers, in the order in which they fire."""
        if self._running.timers is None:
            self.session.flush()  # reading must not undo what the step has left to be written
            self._running.timers = _once(self._ask(_TIMERS), 0)
        return sorted(self._running.timers, key=lambda row: (row.due_at, row.interrupting, row.task, row.element))

    def due_timers(self, at: datetime) -> list[Timer]:
        """Those that are due at this instant."""
        return [timer for timer in self.timers if timer.due_at <= at]

    @property
    def stops(self) -> list[Stop]:
        """When the clock stood still, oldest first."""
        return [*self._running.stops, *self._new(Stop)]

    def has_stepped(self) -> None:
        """The diagram went on: which timers are armed is asked anew, should anybody want to know."""
        self._running.timers = None

    @cached_property
    def _running(self) -> _Running:
        rows = self._ask(_RUNNING)
        return _Running(next(iter(_once(rows, 0)), None), _once(rows, 1), _once(rows, 2))

    # the work -----------------------------------------------------------------------------------------------------
    def task(self, task_id: int) -> Task:
        """A task by its id, open or asked for; raises TaskUnknown."""
        found: Task | None = next((task for task in self._tasks if task.id == task_id), None)
        if found is None:
            raise TaskUnknown()
        return found

    @property
    def tasks(self) -> list[Task]:
        """The open tasks, oldest first."""
        return [task for task in [*self._tasks, *self._new(Task)] if task.closed_at is None]

    @property
    def deadlines(self) -> list[Deadline]:
        """The open deadlines, oldest first."""
        return [one for one in [*_once(self._clocks, 0), *self._new(Deadline)] if one.closed_at is None]

    @property
    def measures(self) -> list[Measure]:
        """What is planned around the open deadlines and not yet done, in the order in which it falls due."""
        every = [*_once(self._clocks, 1), *self._new(Measure)]
        pending = [one for one in every if one.done_at is None and one.cancelled_at is None]
        return sorted(pending, key=lambda one: (one.at, one.id or 0))

    @property
    def custody(self) -> list[Custody]:
        """Who holds, handles or helps now."""
        return [one for one in [*self._custody, *self._new(Custody)] if one.until is None]

    def add(self, row: Task | Deadline | Measure | Custody | Stop) -> None:
        """A row that the act opens."""
        self._added.append(row)
        self.session.add(row)

    @cached_property
    def _tasks(self) -> list[Task]:
        return _once(self._ask(_TASKS, asked_for=self.asked_for), 0)

    @cached_property
    def _clocks(self) -> Sequence[Any]:
        return self._ask(_CLOCKS)

    @cached_property
    def _custody(self) -> list[Custody]:
        return _once(self._ask(_CUSTODY), 0)

    def _ask(self, question: Select[*tuple[Any, ...]], **more: int | None) -> Sequence[Any]:
        return () if self.is_new else self.session.execute(question, {"case_id": self.case.id, **more}).all()

    def _new(self, model: type[T]) -> list[T]:
        return [row for row in self._added if isinstance(row, model)]


def _once(rows: Iterable[Any], place: int) -> list[Any]:
    """The different rows of one table among those of a join, in their order."""
    return list(dict.fromkeys(row[place] for row in rows if row[place] is not None))
