"""The lock of the case row: whoever acts on a case takes it first, and reads what hangs on the case after it."""

from __future__ import annotations

import orjson
from sqlalchemy import BigInteger, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.orm import Session

from engine import worklist
from engine.cases.errors import CaseUnknown
from engine.cases.models import Case
from engine.db.hydrating import hydrate
from engine.db.session import ONCE_BUILT
from engine.worklist.models import Task


def lock_case(session: Session, case_id: int) -> Case:
    """The case row, locked until the commit; CaseUnknown outside the session's scope."""
    row = session.scalars(_BY_ID, {"asked": case_id}).first()
    if row is None:
        raise CaseUnknown()
    return _read(session, row)


def lock_case_of_task(session: Session, task_id: int) -> Case:
    """The row of the case that a task belongs to, locked until the commit; TaskUnknown outside the scope.

    What hangs on the case is read after this: while we waited for the lock it may have changed.
    """
    row = session.scalars(_BY_TASK, {"asked": task_id}).first()
    if row is None:
        raise worklist.TaskUnknown()
    return _read(session, row)


# built once, for building them costs as much as asking
_LOCKING = (
    select(cast(func.row_to_json(literal_column('"case"')), Text)).select_from(Case).with_for_update(of=Case)
    .execution_options(**ONCE_BUILT))
_ASKED = bindparam("asked", type_=BigInteger)
_BY_ID = _LOCKING.where(Case.id == _ASKED)
_BY_TASK = _LOCKING.join(Task, Task.case_id == Case.id).where(Task.id == _ASKED)


def _read(session: Session, row: str) -> Case:
    return hydrate(session, Case, [orjson.loads(row)])[0]
