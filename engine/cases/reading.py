"""The lists of cases and tasks: pages of a queue, counts of all queues, a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, and_, case, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from engine import notices
from engine.cases import queries
from engine.cases.contents import Around, read_around
from engine.cases.errors import CaseUnknown
from engine.cases.filters import PAGE, Cursor, Filters, Order, Page, conditions
from engine.cases.finding import with_words
from engine.cases.lamps import clock_of
from engine.cases.models import Case
from engine.cases.queues import SHARES, Asker, Of, Queue, find_queue, queues_of
from engine.cases.rows import CaseRow
from engine.directory import Actor, is_within
from engine.directory.models import Division, Grid, Organisation
from engine.errors import NotFound
from engine.worklist.models import Task

COUNT_UP_TO = queries.COUNT_UP_TO
_COPIED = tuple(field.name for field in fields(CaseRow) if field.name not in ("clock", "task", "waiting"))


class QueueUnknown(NotFound):
    """没有这个队列，或您的岗位没有它。"""

    code = "queue_unknown"


def get_case(session: Session, number: str) -> Case:
    """The case with this number; raises CaseUnknown, out of scope too."""
    case = queries.find_case(session, number)
    if case is None:
        raise CaseUnknown(number=number)
    return case


def number_of(session: Session, case_id: int) -> str:
    """The number of the case with this row id, within the scope of the session; raises CaseUnknown."""
    number = session.scalar(select(Case.number).where(Case.id == case_id))
    if number is None:
        raise CaseUnknown()
    return number


def list_places(session: Session, path: str, most: int = 500) -> list[tuple[str, str]]:
    """Code and name of the communities at or below this path."""
    asked = select(Division.code, Division.name).where(is_within(Division.path, path), Division.level == "community")
    return [(code, name) for code, name in session.execute(asked.order_by(Division.path).limit(most))]


def name_of(session: Session, kind: str, key: str) -> str:
    """What a division (by its code), a body or a grid (by its row) is called; the key itself where there is none."""
    named: dict[str, tuple[Any, Any]] = {
        "division": (Division, key), "grid": (Grid, int(key) if key.isdigit() else 0),
        "holder": (Organisation, int(key) if key.isdigit() else 0)}
    model, row = named.get(kind, named["holder"])
    found = session.get(model, row)
    return found.name if found else key


def list_units(session: Session, holder_id: int, at: datetime) -> list[tuple[str, str, str]]:
    """Who a centre may hand a case to: (code, name, "same" | "below" | "above"), its own level's units first.

    Only bodies that are in force at that moment.
    """
    holder = aliased(Organisation)
    here = select(Division.code, Division.path, Division.parent_code).join(
        holder, holder.division_code == Division.code).where(holder.id == holder_id).subquery()
    unit = Organisation.kind != "centre"
    place = case((Organisation.division_code == here.c.code, "same"),
                 (Organisation.division_code == here.c.parent_code, "above"), else_="below")
    asked = (
        select(Organisation.code, Organisation.name, place.label("place"))
        .join(Division, Division.code == Organisation.division_code)
        .join(here, or_(and_(unit, Organisation.division_code.in_([here.c.code, here.c.parent_code])),
                        and_(~unit, Division.parent_code == here.c.code)))
        .where(or_(Organisation.valid_from.is_(None), Organisation.valid_from <= at),
               or_(Organisation.valid_to.is_(None), Organisation.valid_to > at))
        .order_by(Division.path, Organisation.id))
    order = ("same", "below", "above")
    return sorted((tuple(row) for row in session.execute(asked)), key=lambda row: order.index(row[2]))


def list_where(session: Session, where: Sequence[ColumnElement[bool]], at: datetime, cursor: str | None = None,
               limit: int = PAGE, order: Order = "due", counted: bool = True) -> Page[CaseRow]:
    """One page of the cases that conditions of another room let through, the most urgent first.

    Not `counted` it need not look at more than it shows: for lists that grow with the years. The page is then chosen
    by the index of the order alone, and only its rows are read.
    """
    chosen, shares = (where, ()) if counted else ((), [where])
    return _page(session, "cases", chosen, order, at, cursor, limit, counted=counted, shares=shares)


def list_cases(session: Session, filters: Filters, at: datetime, cursor: str | None = None, limit: int = PAGE,
               order: Order = "newest") -> Page[CaseRow]:
    """One page of all cases within the scope of the session; nobody counts them."""
    where = conditions(filters, at)
    if not filters.text:
        return list_where(session, where, at, cursor, limit, order, counted=False)
    begin = Cursor.parse(cursor)
    until = None if begin and begin.backwards else begin.key if begin else at
    page: Page[CaseRow] = Page(())
    for words in with_words(session, filters.text, order, until):
        page = list_where(session, [*where, words], at, cursor, limit, order, counted=False)
        if page.next:
            break
    return page


def queue(session: Session, actor: Actor, key: str, at: datetime, filters: Filters | None = None,
          cursor: str | None = None, order: Order | None = None, limit: int = PAGE,
          total: int | None = None) -> Page[CaseRow]:
    """One page of a queue; `total` where its rows are counted already. QueueUnknown where no role of the actor has it.
    """
    found = get_queue(actor, key)
    more = _filtered(session, filters, at)
    ask = Asker(actor, at)
    shares = _shares(found, ask, more)
    return _page(session, found.of, [found.where(ask), *more], order or found.order, at, cursor, limit,
                 total, found.counted, shares)


def _filtered(session: Session, filters: Filters | None, at: datetime) -> list[ColumnElement[bool]]:
    if filters is None:
        return []
    words = with_words(session, filters.text) if filters.text else ()
    return [*conditions(filters, at), *words]


def _shares(queue: Queue, ask: Asker, more: queries.Where = ()) -> list[queries.Where]:
    """The conditions of a queue of offered tasks, one's own and those free to take; [] for any other queue."""
    shares = SHARES if queue.of == "tasks" and queue.is_shared else ()
    return [[queue.where(replace(ask, share=share)), *more] for share in shares]


def count_new(session: Session, actor: Actor, key: str, since: datetime, at: datetime,
              filters: Filters | None = None) -> int:
    """How many rows came into a queue since a list of it was made; raises QueueUnknown."""
    found = get_queue(actor, key)
    where = [found.where(Asker(actor, at)), *_filtered(session, filters, at), _came(found.of, since, at)]
    return session.scalar(queries.count_statement(found.of, where)) or 0


def _came(of: Of, since: datetime, at: datetime) -> ColumnElement[bool]:
    """Opened since then, or moved from one lamp to the next."""
    if of == "tasks":
        return Task.opened_at > since
    turned = [and_(moment > since, moment <= at) for moment in (Case.warn_at, Case.due_at, Case.stopped_at)]
    return or_(Case.opened_at > since, *turned)


def list_my_tasks(session: Session, actor: Actor, at: datetime, filters: Filters | None = None,
                  cursor: str | None = None, limit: int = PAGE) -> Page[CaseRow]:
    """One page of every task that this person may take, whatever the role."""
    where = [Asker(actor, at).offered(), *_filtered(session, filters, at)]
    return _page(session, "tasks", where, "due", at, cursor, limit)


def get_queue(actor: Actor, key: str) -> Queue:
    """The actor's queue of this name; raises QueueUnknown."""
    found = find_queue(actor, key)
    if found is None:
        raise QueueUnknown(key=key)
    return found


UNREAD = "unread"


def queue_counts(session: Session, actor: Actor, at: datetime) -> dict[str, int]:
    """How many rows each counted queue of the actor has, up to a thousand, and how many notices under UNREAD.

    In one statement: every page asks it.
    """
    ask = Asker(actor, at)
    counted = {queue.key: queries.count_statement(queue.of, [queue.where(ask)], _shares(queue, ask))
               for queue in queues_of(actor) if queue.counted}
    if actor.person_id is not None:
        counted[UNREAD] = notices.unread_count(actor.person_id)
    if not counted:
        return {}
    columns = [one.scalar_subquery().label(f"c{place}") for place, one in enumerate(counted.values())]
    return dict(zip(counted, session.execute(select(*columns)).one(), strict=True))


def pulse(session: Session, person_id: int | None) -> tuple[datetime | None, int]:
    """When somebody last acted on any case, and how many notices this person has: while both stand still, so do counts.

    Save that lamps turn by themselves, and that what is committed late may bear an earlier moment.
    """
    moved = literal_column("(SELECT max(at) FROM entry)", DateTime(True))
    moment, waiting = session.execute(select(moved, notices.unread_count(person_id or 0).scalar_subquery())).one()
    return moment, waiting


@dataclass(frozen=True)
class Whole:
    """A whole list, not a page of it: of what, which rows, in which order."""

    of: Of
    where: Sequence[ColumnElement[bool]]
    order: Order


def whole_queue(session: Session, actor: Actor, key: str, at: datetime, filters: Filters,
                order: Order | None = None) -> Whole:
    """All of a queue; raises QueueUnknown."""
    found = get_queue(actor, key)
    return Whole(found.of, [found.where(Asker(actor, at)), *_filtered(session, filters, at)], order or found.order)


def whole_search(session: Session, at: datetime, filters: Filters, order: Order) -> Whole:
    """Everything within the scope of the session that the filters let through."""
    return Whole("cases", _filtered(session, filters, at), order)


def count_whole(session: Session, whole: Whole, most: int) -> int:
    """How many rows a whole list has, counted no further than `most`."""
    return session.scalar(queries.count_statement(whole.of, whole.where, most=most)) or 0


def list_whole(session: Session, whole: Whole, at: datetime, most: int,
               portion: int = 500) -> Iterator[tuple[CaseRow, ...]]:
    """The first rows of a whole list as it is at this moment, a portion at a time."""
    ids = queries.list_ids(session, whole.of, whole.where, whole.order, most)
    for start in range(0, len(ids), portion):
        yield _rows(session, queries.list_named(session, whole.of, ids[start:start + portion], whole.order), at)


def _page(session: Session, of: Of, where: Sequence[ColumnElement[bool]], order: Order, at: datetime,
          cursor: str | None, limit: int, total: int | None = None, counted: bool = True,
          shares: Sequence[queries.Where] = ()) -> Page[CaseRow]:
    begin = Cursor.parse(cursor)
    found = queries.list_rows(session, of, where, order, begin, limit, counted and total is None, shares)
    more, found = len(found) > limit, found[:limit]
    if counted and total is None:
        total = _total(session, of, where, found, begin)
    backwards = begin is not None and begin.backwards
    if backwards:
        found.reverse()
    first = _position(begin, len(found))
    has_next, has_previous = (True, more) if backwards else (more, begin is not None)
    return Page(
        items=_rows(session, found, at),
        next=queries.now_key(found[-1], first + len(found), False) if has_next and found else None,
        previous=queries.now_key(found[0], first, True) if has_previous and found else None,
        first=first + 1 if found else 0, total=first + len(found) if total is None else total,
        is_more=total is None and has_next)


def _total(session: Session, of: Of, where: Sequence[ColumnElement[bool]], found: Sequence[queries.Found],
           begin: Cursor | None) -> int:
    """What the rows say; behind the last page there is none that could."""
    if found:
        return int(found[0].total)
    return 0 if begin is None else session.scalar(queries.count_statement(of, where)) or 0


def _position(begin: Cursor | None, size: int) -> int:
    if begin is None:
        return 0
    return max(0, begin.position - size) if begin.backwards else begin.position


def _rows(session: Session, found: Sequence[queries.Found], at: datetime) -> tuple[CaseRow, ...]:
    around = read_around(session, list({row.id for row in found}))
    return tuple(_row(session, row, around[row.id], at) for row in found)


def _row(session: Session, row: queries.Found, around: Around, at: datetime) -> CaseRow:
    own = [one for one in around.deadlines if one.task_id == row.task_id] if row.task_id else []
    deadline = next(iter(own or around.deadlines), None)
    return CaseRow(
        **{name: getattr(row, name) for name in _COPIED},
        clock=clock_of(session, deadline, around.stops, at, row.stopped_at, row.stopped_until),
        task=next((task for task in around.waiting if task.id == row.task_id), None), waiting=tuple(around.waiting))


def numbers_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The numbers of these cases, as far as they lie within the scope of the session."""
    if not ids:
        return {}
    rows = session.execute(select(Case.id, Case.number).where(Case.id.in_(ids)))
    return {case_id: number for case_id, number in rows}
