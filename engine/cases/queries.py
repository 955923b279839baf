"""Every read of the cases' lists: a page is a constant number of statements, however many rows it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from engine.cases.filters import PAGE, Cursor, Order
from engine.cases.models import Case, Demand, Stop
from engine.cases.queues import Of
from engine.directory.models import Division, Grid, Organisation, Person
from engine.matters.models import Matter
from engine.worklist.models import Deadline, Task

COUNT_UP_TO = 1_000
Asked = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]
Where = Sequence[ColumnElement[bool]]
Holder, Handler, TaskOrganisation = aliased(Organisation), aliased(Organisation), aliased(Organisation)

_ANSWER_BY = select(func.min(Demand.reply_by)).where(
    Demand.case_id == Case.id, Demand.kind == "supervise", Demand.replied_at.is_(None),
    Demand.withdrawn_at.is_(None)).correlate(Case).scalar_subquery()
_CASE = (
    Case.id, Case.number, Case.title, Case.class_name, Matter.name.label("matter"), Case.place,
    Division.name.label("community"), Grid.name.label("grid"), Case.origin, Case.channel,
    Case.urgency, Case.severity, Case.emergency, Case.stage, Case.outcome, Case.holder_id,
    Holder.name.label("holder"), Handler.name.label("handler"), Case.opened_at, Case.closed_at,
    Case.dispatched_at, Case.due_at, Case.returns, Case.reworks, Case.reopened, Case.urged,
    Case.supervised, case((and_(Case.supervised > 0, Case.closed_at.is_(None)), _ANSWER_BY)).label("answer_by"),
    Case.stopped_at, Case.stopped_until,
)
_TASK = (
    Task.id, Task.case_id, Task.element, Task.name, Task.stage, Task.role, Task.organisation_id,
    TaskOrganisation.name.label("organisation"), Task.assignee_id, Person.name.label("assignee"),
    Task.opened_at, Task.due_at, Task.version,
)


def list_rows(session: Session, of: Of, where: Where, order: Order, cursor: Cursor | None, limit: int = PAGE,
              counted: bool = True, shares: Sequence[Where] = ()) -> list[Found]:
    """The case columns and `task_id` of a page and one row more, in order, read the cursor's way.

    `shares`: conditions that divide what `where` finds, each answered by an index in this order; the page is then
    chosen among the first rows of each.

    Each row says `total`, how many rows there are in all up to a thousand; None when that was not asked for.
    """
    task_id = (Task.id if of == "tasks" else literal(None)).label("task_id")
    total = (count_statement(of, where).scalar_subquery() if counted else literal(None)).label("total")
    statement = select(*_CASE, task_id, *_keys(of, order), total)
    if shares:
        statement = statement.where(among_first(of, shares, order, cursor, limit))
    return list(session.execute(page_of(_joined(statement, of).where(*where), of, order, cursor, limit)).all())


def among_first(of: Of, shares: Sequence[Where], order: Order, cursor: Cursor | None,
                limit: int) -> ColumnElement[bool]:
    """Whether a row is among the first of its share: each share is read in order and no further than a page."""
    first = [page_of(_bare(of).where(*share), of, order, cursor, limit).subquery() for share in shares]
    return (Task if of == "tasks" else Case).id.in_(union_all(*(select(part.c.id) for part in first)))


def _bare(of: Of) -> Asked:
    """Row ids; the open tasks of a list belong to open cases, whose places stand in an index of their own."""
    if of == "cases":
        return select(Case.id)
    return select(Task.id).join(Case, Case.id == Task.case_id).where(Case.closed_at.is_(None))


def _joined(statement: Asked, of: Of) -> Asked:
    """The case with the names that a row shows; for a list of tasks, from the task on."""
    if of == "tasks":
        statement = statement.select_from(Task).join(Case, Case.id == Task.case_id)
    else:
        statement = statement.select_from(Case)
    return (statement.join(Division, Division.code == Case.division_code)
            .join(Holder, Holder.id == Case.holder_id)
            .outerjoin(Handler, Handler.id == Case.handler_id)
            .outerjoin(Matter, Matter.code == Case.matter_code)
            .outerjoin(Grid, Grid.id == Case.grid_id))


def _keys(of: Of, order: Order) -> tuple[Any, Any]:
    row = Task if of == "tasks" else Case
    key = row.due_at if order == "due" else Case.opened_at
    return key.label("page_key"), row.id.label("page_id")


def page_of(statement: Asked, of: Of, order: Order, cursor: Cursor | None, limit: int) -> Asked:
    """The statement with order and bounds of a page and one row more, read the cursor's way."""
    row = Task if of == "tasks" else Case
    key: InstrumentedAttribute[Any] = row.due_at if order == "due" else Case.opened_at
    ahead = (order != "newest") != bool(cursor and cursor.backwards)
    if cursor is not None:
        statement = statement.where(_beyond(key, row.id, cursor, ahead))
    if ahead:
        statement = statement.order_by(key.asc().nulls_last(), row.id.asc())
    else:
        statement = statement.order_by(key.desc().nulls_first(), row.id.desc())
    return statement.limit(limit + 1)


def _beyond(key: InstrumentedAttribute[Any], row: InstrumentedAttribute[int], cursor: Cursor,
            ahead: bool) -> ColumnElement[bool]:
    """Rows after the cursor in this direction; a row without a due time comes last."""
    if ahead:
        if cursor.key is None:
            return and_(key.is_(None), row > cursor.id)
        return or_(tuple_(key, row) > tuple_(literal(cursor.key), literal(cursor.id)), key.is_(None))
    if cursor.key is None:
        return or_(key.is_not(None), row < cursor.id)
    return tuple_(key, row) < tuple_(literal(cursor.key), literal(cursor.id))


def count_statement(of: Of, where: Iterable[ColumnElement[bool]], shares: Sequence[Where] = (),
                    most: int = COUNT_UP_TO) -> Asked:
    """How many rows these conditions find, counted no further than `most`; `shares` divide what they find."""
    if shares:
        parts = [_bare(of).where(*share).limit(most).subquery() for share in shares]
        rows = union_all(*(select(part.c.id) for part in parts)).limit(most)
        return select(func.count()).select_from(rows.subquery())
    return select(func.count()).select_from(_bare(of).where(*where).limit(most).subquery())


def list_ids(session: Session, of: Of, where: Where, order: Order, most: int) -> list[int]:
    """The row ids of a whole list in its order, at one moment: of tasks for a list of tasks, else of cases."""
    return list(session.scalars(page_of(_bare(of).where(*where), of, order, None, most - 1)))


def list_named(session: Session, of: Of, ids: Sequence[int], order: Order) -> list[Found]:
    """The case columns and `task_id` of the rows with these ids, in order."""
    row = Task if of == "tasks" else Case
    return list_rows(session, of, [row.id.in_(ids)], order, None, len(ids), counted=False)


def open_deadlines(session: Session, cases: Sequence[int]) -> list[Deadline]:
    """The open deadlines of these cases, the earliest first."""
    if not cases:
        return []
    return list(session.scalars(select(Deadline).where(
        Deadline.case_id.in_(cases), Deadline.closed_at.is_(None)).order_by(Deadline.due_at, Deadline.id)))


def list_stops(session: Session, cases: Sequence[int]) -> list[Stop]:
    """The stops of the clock of these cases, in order."""
    if not cases:
        return []
    return list(session.scalars(select(Stop).where(Stop.case_id.in_(cases)).order_by(Stop.since)))


def open_tasks(session: Session, cases: Sequence[int]) -> list[Found]:
    """The open tasks of these cases with the names of organisation and assignee."""
    if not cases:
        return []
    return list(session.execute(
        select(*_TASK).select_from(Task).join(TaskOrganisation, TaskOrganisation.id == Task.organisation_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(Task.case_id.in_(cases), Task.closed_at.is_(None)).order_by(Task.id)).all())


def find_case(session: Session, number: str) -> Case | None:
    """The case with this number, within the scope of the session."""
    return session.scalars(select(Case).where(Case.number == number)).first()


def list_similar(session: Session, *, division: str, since: datetime, matter: str | None,
                 class_name: str | None, words: ColumnElement[bool] | None, but: int | None,
                 limit: int = 40) -> list[Found]:
    """A community's open cases reported since then that share a matter, a class or words, newest first."""
    alike = [Case.matter_code == matter] if matter else []
    alike += [Case.class_name == class_name] if class_name else []
    alike += [words] if words is not None else []
    if not alike:
        return []
    statement = select(
        Case.id, Case.number, Case.title, Case.description, Case.place, Case.matter_code, Case.stage,
        Case.opened_at, Case.lat, Case.lng, Case.urged).where(
        Case.closed_at.is_(None), Case.division_code == division, Case.opened_at >= since, or_(*alike))
    if but is not None:
        statement = statement.where(Case.id != but)
    return list(session.execute(statement.order_by(Case.opened_at.desc(), Case.id.desc()).limit(limit)).all())


def now_key(row: Found, position: int, backwards: bool) -> str:
    """The cursor that begins beside this row."""
    return Cursor(row.page_key, row.page_id, position, backwards).text()
