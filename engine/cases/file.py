"""The case file (卷宗): the rows that hang on a locked case, read once a command and kept in step with what happens.

Every act of one command shares it: those of the clock that were due before, and the person's. Nothing is flushed
until the act's entry is written, so what was added or closed is known here before the database knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from engine.cases.models import Case, Custody, Stop
from engine.errors import NotFound
from engine.processes.models import Instance, Timer
from engine.worklist.errors import TaskUnknown
from engine.worklist.models import Deadline, Task

_OPEN: dict[type[Any], ColumnElement[bool]] = {
    Task: Task.closed_at.is_(None),
    Deadline: Deadline.closed_at.is_(None),
    Custody: Custody.until.is_(None),
    Stop: true(),  # the ended ones count as well: they are the time that stood still
}


class CaseFile:
    """The rows of a case, each table read when it is first asked for.

    A row that is closed leaves by itself; what an act opens it adds. `asked_for` is a task that is read whether it
    is open or not.
    """

    def __init__(self, session: Session, case: Case, asked_for: int | None = None) -> None:
        self.session, self.case, self.asked_for = session, case, asked_for
        self._kept: dict[type[Any], list[Any]] = {}

    @property
    def instance(self) -> Instance:
        """The running diagram; raises NotFound."""
        return self._engine_rows[0]

    @property
    def timers(self) -> list[Timer]:
        """The armed timers, in the order in which they fire."""
        return sorted(self._engine_rows[1], key=lambda row: (row.due_at, row.interrupting, row.task, row.element))

    def due_timers(self, at: datetime) -> list[Timer]:
        """Those that are due at this instant."""
        return [timer for timer in self.timers if timer.due_at <= at]

    def has_stepped(self) -> None:
        """The diagram went on: which timers are armed is asked anew, should anybody want to know."""
        self.__dict__.pop("_engine_rows", None)

    @cached_property
    def _engine_rows(self) -> tuple[Instance, list[Timer]]:
        self.session.flush()  # reading must not undo what the step before has left to be written
        rows = self.session.execute(
            select(Instance, Timer).outerjoin(Timer, Timer.instance_id == Instance.id)
            .where(Instance.case_id == self.case.id).execution_options(populate_existing=True)).all()
        if not rows:
            raise NotFound(case=self.case.id)
        return rows[0].Instance, [row.Timer for row in rows if row.Timer is not None]

    def task(self, task_id: int) -> Task:
        """A task by its id, open or asked for; raises TaskUnknown."""
        found: Task | None = next((task for task in self._all(Task) if task.id == task_id), None)
        if found is None:
            raise TaskUnknown()
        return found

    @property
    def tasks(self) -> list[Task]:
        """The open tasks, oldest first."""
        return [task for task in self._all(Task) if task.closed_at is None]

    @property
    def deadlines(self) -> list[Deadline]:
        """The open deadlines, oldest first."""
        return [deadline for deadline in self._all(Deadline) if deadline.closed_at is None]

    @property
    def custody(self) -> list[Custody]:
        """Who holds, handles or helps now."""
        return [stretch for stretch in self._all(Custody) if stretch.until is None]

    @property
    def stops(self) -> list[Stop]:
        """When the clock stood still, oldest first."""
        return self._all(Stop)

    def add(self, row: Task | Deadline | Custody | Stop) -> None:
        """A row that the act opens."""
        kept: list[Any] = self._all(type(row))
        kept.append(row)
        self.session.add(row)

    def _all(self, model: Any) -> list[Any]:
        if model not in self._kept:
            self._kept[model] = list(self._read(model))
        return self._kept[model]

    def _read(self, model: Any) -> Sequence[Any]:
        if self.case.id is None:
            return ()
        wanted = _OPEN[model]
        if model is Task and self.asked_for is not None:
            wanted = or_(wanted, Task.id == self.asked_for)
        return self.session.scalars(
            select(model).where(model.case_id == self.case.id, wanted).order_by(model.id)
            .execution_options(populate_existing=True)).all()
