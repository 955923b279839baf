"""The case file (卷宗): the rows that hang on a locked case, read once a command and kept in step with what happens.

Every act of one command shares it: those of the clock that were due before, and the person's. Nothing is flushed
until the act's entry is written, so what was added or closed is known here before the database knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import orjson
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import directory
from engine.cases.locking import lock_with
from engine.cases.models import Case, Custody, Stop
from engine.db import writing
from engine.db.hydrating import Question, ask, hydrate
from engine.directory.models import Organisation
from engine.errors import NotFound
from engine.matters.models import Matter
from engine.processes.models import Instance, Timer
from engine.worklist.errors import TaskUnknown
from engine.worklist.models import Deadline, Measure, Task

T = TypeVar("T")

_CONTENT = """
SELECT json_build_object(
  'instance', (SELECT json_agg(i) FROM instance i WHERE i.case_id = c.id),
  'timer', (SELECT json_agg(t) FROM timer t JOIN instance i ON i.id = t.instance_id WHERE i.case_id = c.id),
  'stop', (SELECT json_agg(s ORDER BY s.id) FROM stop s WHERE s.case_id = c.id),
  'task', (SELECT json_agg(t ORDER BY t.id) FROM task t WHERE t.case_id = c.id AND t.id = ANY(
    ARRAY(SELECT o.id FROM task o WHERE o.case_id = c.id AND o.closed_at IS NULL) || %(asked_for)s::bigint)),
  'deadline', (SELECT json_agg(d ORDER BY d.id) FROM deadline d WHERE d.case_id = c.id AND d.closed_at IS NULL),
  'custody', (SELECT json_agg(h ORDER BY h.id) FROM custody h WHERE h.case_id = c.id AND h.until IS NULL),
  'matter', (SELECT json_agg(m) FROM unnest(c.matter_code || %(named)s::text[]) AS code, LATERAL (
    SELECT * FROM matter WHERE matter.code = code.code LIMIT 1) AS m),
  'directory', {directory},
  'numbers', {numbers}
)::text FROM (
  SELECT * FROM "case" WHERE id = coalesce(%(case_id)s::bigint, (
    SELECT asked.case_id FROM task asked WHERE asked.id = %(asked_for)s::bigint))) AS c
"""
_MOSTLY_OPENED = {"task_id_seq": 1, "custody_id_seq": 1, "deadline_id_seq": 2, "measure_id_seq": 1,
                  "contact_record_id_seq": 1}
_DRAWN = ", ".join("'{}', json_build_array({})".format(name, ", ".join([f"nextval('{name}')"] * some))
                   for name, some in _MOSTLY_OPENED.items())
_READ = _CONTENT.replace("{directory}", directory.VERSION)
_ONLY_READ = _READ.replace("{numbers}", "json_build_object()")
_WITH_NUMBERS = _READ.replace("{numbers}", f"json_build_object({_DRAWN})")
_TABLES: tuple[type[Any], ...] = (Matter, Instance, Timer, Stop, Task, Deadline, Custody)


class CaseFile:
    """The rows of a case, all of them read in one question when the first is asked for.

    With them come the matters whose codes are `named`. A row that is closed leaves by itself; what an act opens it
    adds. `asked_for` is a task that is read whether it is open or not. A case that `is_new` has nothing to be read;
    for all others the read brings numbers for the rows that an act mostly opens, unless `only_read`.
    """

    def __init__(self, session: Session, case: Case, asked_for: int | None = None, is_new: bool = False,
                 named: Iterable[str] = (), only_read: bool = False, content: bytes | None = None) -> None:
        self.session, self.case, self.asked_for, self.is_new = session, case, asked_for, is_new
        self.named, self.only_read, self._come = list(named), only_read, content
        self._added: list[Any] = []
        self._armed: list[Timer] | None = None

    # the diagram and the clock ------------------------------------------------------------------------------------
    @property
    def instance(self) -> Instance:
        """The running diagram; raises NotFound."""
        for found in self._read(Instance):
            return found
        raise NotFound(case=self.case.id)

    @property
    def timers(self) -> list[Timer]:
        """The armed timers, in the order in which they fire."""
        armed = self._read(Timer) if self._armed is None else self._armed
        return sorted(armed, key=lambda row: (row.due_at, row.interrupting, row.task, row.element))

    @timers.setter
    def timers(self, armed: list[Timer]) -> None:
        self._armed = armed

    def due_timers(self, at: datetime) -> list[Timer]:
        """Those that are due at this instant."""
        return [timer for timer in self.timers if timer.due_at <= at]

    @property
    def stops(self) -> list[Stop]:
        """When the clock stood still, oldest first."""
        return [*self._read(Stop), *self._new(Stop)]

    # the work -----------------------------------------------------------------------------------------------------
    def task(self, task_id: int) -> Task:
        """A task by its id, open or asked for; raises TaskUnknown."""
        found: Task | None = next((task for task in self._read(Task) if task.id == task_id), None)
        if found is None:
            raise TaskUnknown()
        return found

    @property
    def tasks(self) -> list[Task]:
        """The open tasks, oldest first."""
        return [task for task in [*self._read(Task), *self._new(Task)] if task.closed_at is None]

    @property
    def deadlines(self) -> list[Deadline]:
        """The open deadlines, oldest first."""
        return [one for one in [*self._read(Deadline), *self._new(Deadline)] if one.closed_at is None]

    def next_measure(self, at: datetime) -> Deadline | None:
        """The open deadline whose next measure has waited longest of those due at this instant."""
        due = [one for one in self.deadlines if one.next_at is not None and one.next_at <= at]
        return min(due, key=lambda one: (one.next_at, one.id or 0), default=None)

    @property
    def custody(self) -> list[Custody]:
        """Who holds, handles or helps now."""
        return [one for one in [*self._read(Custody), *self._new(Custody)] if one.until is None]

    @cached_property
    def bodies(self) -> directory.Bodies:
        """The directory as it was when the case was read."""
        return directory.Bodies(self.session, self._docs.get("directory"))

    @property
    def organisations(self) -> list[Organisation]:
        """Who holds and handles the case, and the centres on the way down to its place, each once."""
        case, bodies = self.case, self.bodies
        held = (bodies.get(key, soon=case.path) for key in (case.holder_id, case.handler_id) if key is not None)
        found = [*(one for one in held if one is not None), *bodies.centres(case.path)]
        return list({one.id: one for one in found}.values())

    @property
    def matters(self) -> list[Matter]:
        """The matter of the case when it was read, if it had one, and those that were named."""
        return self._read(Matter)

    def add(self, row: Task | Deadline | Measure | Custody | Stop) -> None:
        """A row that the act opens."""
        self._added.append(row)
        writing.add(self.session, row)

    def read_anew(self) -> None:
        """Forget what was read and added: a savepoint was rolled back."""
        self._added, self._armed, self._come = [], None, None
        for name in ("_docs", "_content", "bodies"):
            self.__dict__.pop(name, None)

    def _read(self, model: type[T]) -> list[T]:
        return self._content.get(model, [])

    @cached_property
    def _docs(self) -> dict[str, Any]:
        """What the one question brings, by table."""
        if self.is_new:
            return {}
        docs: dict[str, Any] = orjson.loads(self._come) if self._come else ask(self.session, *self._question)
        writing.reserve(self.session, docs["numbers"])
        return docs

    @cached_property
    def _content(self) -> dict[type[Any], list[Any]]:
        found = {model: hydrate(self.session, model, self._docs.get(model.__tablename__)) for model in _TABLES}
        _relate(found[Deadline], "task_id", "task", {one.id: one for one in found[Task]})
        return found

    @property
    def _question(self) -> Question:
        return (_ONLY_READ if self.only_read else _WITH_NUMBERS,
                {"case_id": self.case.id, "asked_for": self.asked_for, "named": self.named})

    def _new(self, model: type[T]) -> list[T]:
        return [row for row in self._added if isinstance(row, model)]


def open_file(session: Session, task_id: int, named: Iterable[str] = ()) -> CaseFile:
    """Lock the case of a task, and read its file in the same round trip; raises TaskUnknown outside the scope."""
    codes = list(named)
    asked = {"case_id": None, "asked_for": task_id, "named": codes}
    case, content = lock_with(session, task_id, (_WITH_NUMBERS, asked))
    return CaseFile(session, case, asked_for=task_id, named=codes, content=content)


def _relate(rows: Iterable[Any], key: str, relation: str, others: Mapping[Any, Any]) -> None:
    """Each row knows the other row that it names, where that was read with it."""
    for row in rows:
        if (other := others.get(getattr(row, key))) is not None:
            set_committed_value(row, relation, other)
