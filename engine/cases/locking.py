"""The lock of the case row: whoever acts on a case takes it first, and reads what hangs on the case after it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, Select, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg
from sqlalchemy.orm import Session

from engine import worklist
from engine.cases.errors import CaseUnknown
from engine.cases.models import Case
from engine.cases.scope import narrowed
from engine.db.hydrating import Question, ask_together, hydrate
from engine.directory import Actor
from engine.worklist.models import Task


def lock_case(session: Session, case_id: int) -> Case:
    """The case row, locked until the commit; CaseUnknown outside the session's scope."""
    case = _locked(session, _BY_ID, case_id)
    if case is None:
        raise CaseUnknown()
    return case


def lock_case_of_task(session: Session, task_id: int) -> Case:
    """The row of the case that a task belongs to, locked until the commit; TaskUnknown outside the scope.

    What hangs on the case is read after this: while we waited for the lock it may have changed.
    """
    case = _locked(session, _BY_TASK, task_id)
    if case is None:
        raise worklist.TaskUnknown()
    return case


def lock_with(session: Session, task_id: int, question: Question) -> tuple[Case, bytes]:
    """`lock_case_of_task`, and in the same round trip what is read after it."""
    row, found = ask_together(session, _question(session, _BY_TASK, task_id), question)
    if row is None or found is None:
        raise worklist.TaskUnknown()
    return _case_of(session, row), found


_DIALECT = psycopg()  # type: ignore[no-untyped-call]
_LOCKING = (
    select(cast(func.row_to_json(literal_column('"case"')), Text)).select_from(Case).with_for_update(of=Case))
_ASKED = bindparam("asked", type_=BigInteger)
_BY_ID = _LOCKING.where(Case.id == _ASKED)
_task = Task.__table__  # the plain table: the case alone is kept to the scope, and its task goes with it
_BY_TASK = _LOCKING.join(_task, _task.c.case_id == Case.id).where(_task.c.id == _ASKED)


def _locked(session: Session, statement: Select[str], asked: int) -> Case | None:
    (row,) = ask_together(session, _question(session, statement, asked))
    return None if row is None else _case_of(session, row)


def _case_of(session: Session, row: bytes) -> Case:
    return hydrate(session, Case, [orjson.loads(row)])[0]


def _question(session: Session, statement: Select[str], asked: int) -> Question:
    text, values = _written(statement, session.info.get("actor"))
    return text, {**values, "asked": asked}


@lru_cache(maxsize=4096)
def _written(statement: Select[str], actor: Actor | None) -> tuple[str, dict[str, Any]]:
    """The question as the driver takes it, within this scope, and its values: to write it costs more than to ask it."""
    compiled = (narrowed(statement, actor) if actor else statement).compile(dialect=_DIALECT)
    return str(compiled), dict(compiled.params)
