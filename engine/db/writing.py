"""The one write: all rows that an act has changed go to the database in a single statement.

SQLAlchemy's flush sends one statement for every kind of row, and its bookkeeping costs more than the database does.
It is forestalled here by one data-modifying statement with a part for each table, whose rows travel as JSON; foreign
keys are checked when it ends, so that the order of the tables does not matter. Whatever it cannot say (a value that
is SQL, a table with collections) is left to SQLAlchemy's own flush. The outcome is the same, and
`tests/engine/db/test_one_write.py` holds the two to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from typing import Any

import orjson
import sqlalchemy as sa
from psycopg.errors import DivisionByZero
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import dialect as postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import MANYTOONE, Mapper, Session
from sqlalchemy.orm.attributes import instance_dict, instance_state

from engine.db import Base
from engine.db.pipelines import together

_BESIDE, _RESERVED, _LAST = "rows_beside", "numbers_reserved", "write_is_last"
_ORDER = ("delete", "update", "insert", "part")
_COUNTED = frozenset({"delete", "update"})
_DIALECT = postgresql()  # type: ignore[no-untyped-call]
Doc = dict[str, Any]
What = tuple[str, str]  # how, to which table: ("insert", "task"); or ("part", its name)
Shape = tuple[tuple[str, str, int], ...]  # the same with the size of its list, in the order in which it is done
FEW = 8  # rows


class RowsGone(RuntimeError):
    """Fewer rows were written than the act had changed: somebody removed them without the lock of the case."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What must be known of a table: its columns by attribute, its key, and which attributes follow a relationship."""

    table: sa.Table
    columns: Mapping[str, str]
    keys: tuple[str, ...]
    sequence: str | None
    links: tuple[tuple[str, str, str], ...]
    defaults: Mapping[str, Any]
    elsewhere: frozenset[str]  # what the server or a function gives when nobody else does

    def key_of(self, row: Any) -> Doc:
        values = instance_dict(row)
        return {self.columns[key]: values[key] for key in self.keys}


@dataclass(slots=True)
class _Work:
    """What waits in a session, by table."""

    added: dict[_Plan, list[Any]] = field(default_factory=lambda: defaultdict(list))
    changed: dict[_Plan, list[Any]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[_Plan, list[Any]] = field(default_factory=lambda: defaultdict(list))


class _Unfit(Exception):
    """Something that the one write cannot say."""


_PARTS: dict[str, str] = {}


def part(name: str, statement: str) -> str:
    """Register a statement that may go with the one write: it inserts what it makes of `rows(doc jsonb)`; its name."""
    _PARTS[name] = statement
    return name


def put_beside(session: Session, name: str, row: Doc) -> None:
    """A row for a registered part; it goes with the next flush, at the latest with the commit."""
    session.info.setdefault(_BESIDE, []).append((("part", name), row))


def insert_beside(session: Session, model: type[Base], row: Doc) -> None:
    """A new row, columns by name, for which nobody asks the session in this act; it goes as `put_beside` says.

    Nothing is noted in the session, and no default of the model is filled in.
    """
    session.info.setdefault(_BESIDE, []).append((("insert", model.__tablename__), row))


def add(session: Session, *rows: Any) -> None:
    """`Session.add` for new rows that nothing hangs on which is new itself, for that is not looked for."""
    for row in rows:
        session._save_impl(instance_state(row))


def install() -> None:
    """Let every session write this way; asking twice changes nothing."""
    if not event.contains(Session, "before_flush", _before_flush):
        event.listen(Session, "before_flush", _before_flush)
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "before_commit", _before_commit)
        event.listen(Session, "after_soft_rollback", _forget_beside)


def identify(session: Session, *rows: Any) -> None:
    """Give new rows (all of the session when none is named) their numbers before they are written."""
    wanted: dict[_Plan, list[Any]] = defaultdict(list)
    for row in rows or session.new:
        plan = _plan_of(row.__class__)
        if plan is not None and plan.sequence and instance_dict(row).get(plan.keys[0]) is None:
            wanted[plan].append(row)
    _number(session, wanted)


def reserve(session: Session, numbers: Mapping[str, Sequence[int]]) -> None:
    """Numbers drawn beforehand, by sequence; new rows take them first, and what is left goes with the transaction.

    Kept longer they would be smaller than those that others drew for the same case in between.
    """
    session.info[_RESERVED] = {name: list(drawn) for name, drawn in numbers.items()}


def _before_flush(session: Session, context: Any, instances: Any) -> None:
    try:
        work = _work_of(session)
        identify(session)
        docs = _with(_docs(work), session.info.get(_BESIDE, ()))
        payload = _as_json(docs)
    except (_Unfit, TypeError):  # the latter: a value that is SQL, which JSON does not know
        return
    session.info.pop(_BESIDE, None)
    settle = partial(_settle, session, work)
    if docs:
        _send(session, docs, payload, session.info.pop(_LAST, False), settle)
    else:  # rows may have been touched without changing
        settle()


def _after_flush(session: Session, context: Any) -> None:
    """SQLAlchemy's own flush had to do it: what hangs on its rows comes after them."""
    _write_beside(session)


def _before_commit(session: Session) -> None:
    """Write what waits; where it is the session's own transaction that ends, it ends in the same round trip."""
    is_last = session.get_nested_transaction() is None and isinstance(session.get_bind(), sa.Engine)
    session.info[_LAST] = is_last
    try:
        session.flush()
    finally:
        session.info.pop(_LAST, None)
        session.info.pop(_RESERVED, None)
    _write_beside(session, is_last)  # where there was nothing else to write


def _write_beside(session: Session, is_last: bool = False) -> None:
    if beside := session.info.pop(_BESIDE, ()):
        docs = _with({}, beside)
        _send(session, docs, _as_json(docs), is_last, _nothing)


def _forget_beside(session: Session, previous: Any) -> None:
    session.info.pop(_BESIDE, None)
    session.info.pop(_RESERVED, None)


def _work_of(session: Session) -> _Work:
    work = _Work()
    for rows, kind in ((session.new, work.added), (session.deleted, work.removed), (session.dirty, work.changed)):
        for row in rows:
            plan = _plan_of(row.__class__)
            if plan is None:
                raise _Unfit
            kind[plan].append(row)
    return work


@cache
def _plan_of(model: type[Any]) -> _Plan | None:
    mapper: Mapper[Any] = sa.inspect(model)
    table = mapper.local_table
    if not isinstance(table, sa.Table) or any(one.direction is not MANYTOONE for one in mapper.relationships):
        return None
    columns = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs}
    if len(columns) != len(table.c):
        return None
    keys = tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
    numbered = table.autoincrement_column is not None
    links = tuple(
        (relation.key, mapper.get_property_by_column(local).key, relation.mapper.get_property_by_column(remote).key)
        for relation in mapper.relationships for local, remote in relation.local_remote_pairs or ())
    scalars = {key: one.default.arg for key, one in columns.items() if one.default is not None
               and one.default.is_scalar}
    given = {key for key, one in columns.items() if one.default is not None or one.server_default is not None}
    return _Plan(table, {key: one.name for key, one in columns.items()}, keys,
                 f"{table.name}_{keys[0]}_seq" if numbered else None, links, scalars, frozenset(given - scalars.keys()))


def _number(session: Session, wanted: Mapping[_Plan, list[Any]]) -> None:
    """Give each of these rows a number: one that was reserved, or one of as many as are drawn in one question."""
    reserved = session.info.get(_RESERVED, {})
    missing: dict[_Plan, list[Any]] = {}
    for plan, rows in wanted.items():
        numbers = reserved.get(plan.sequence, [])
        for row in rows:
            if numbers:
                setattr(row, plan.keys[0], numbers.pop(0))
            else:
                missing.setdefault(plan, []).append(row)
    if missing:
        _draw(session, missing)


def _draw(session: Session, wanted: Mapping[_Plan, list[Any]]) -> None:
    counts = tuple(len(rows) for rows in wanted.values())
    drawn = session.connection().exec_driver_sql(_drawing(tuple(plan.sequence for plan in wanted)), counts).one()
    for (plan, rows), numbers in zip(wanted.items(), drawn, strict=True):
        for row, number in zip(rows, numbers, strict=True):
            setattr(row, plan.keys[0], number)


@cache
def _drawing(sequences: tuple[str | None, ...]) -> str:
    return "SELECT " + ", ".join(
        f"ARRAY(SELECT nextval('{name}') FROM generate_series(1, %s))" for name in sequences)


def _docs(work: _Work) -> dict[What, list[Doc]]:
    for kind in (work.added, work.changed):
        for plan, rows in kind.items():
            _follow(plan, rows)
    docs: dict[What, list[Doc]] = {
        ("delete", plan.table.name): [plan.key_of(row) for row in rows] for plan, rows in work.removed.items()}
    for plan, rows in work.changed.items():
        docs["update", plan.table.name] = [doc for row in rows if (doc := _changes(plan, row))]
    for plan, rows in work.added.items():
        docs["insert", plan.table.name] = [_values(plan, row) for row in rows]
    return docs


def _in_order(what: What) -> tuple[int, str]:
    """What goes makes room for what comes; always the same order, so that few shapes are prepared."""
    return _ORDER.index(what[0]), what[1]


def _follow(plan: _Plan, rows: Iterable[Any]) -> None:
    """A row that hangs on another takes over its number."""
    for relation, local, remote in plan.links:
        for row in rows:
            other = instance_dict(row).get(relation)
            if other is not None and instance_dict(row).get(local) != (number := getattr(other, remote)):
                setattr(row, local, number)


def _values(plan: _Plan, row: Any) -> Doc:
    values = instance_dict(row)
    if not plan.elsewhere <= values.keys():
        raise _Unfit
    for key, value in plan.defaults.items():
        if key not in values:
            setattr(row, key, value)
    columns = plan.columns
    return {columns[key]: value for key, value in values.items() if value is not None and key in columns}


def _changes(plan: _Plan, row: Any) -> Doc | None:
    values, before = instance_dict(row), instance_state(row).committed_state
    changed = {plan.columns[key]: values[key] for key, old in before.items()
               if key in plan.columns and key in values and values[key] != old}
    return {**changed, **plan.key_of(row)} if changed else None


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(type(value).__name__)


def _as_json(docs: Mapping[What, Sequence[Doc]]) -> list[str]:
    return [orjson.dumps(rows, default=_as_text).decode() for rows in docs.values()]


def _with(docs: dict[What, list[Doc]], beside: Iterable[tuple[What, Doc]]) -> dict[What, list[Doc]]:
    """These rows and those beside them, in the order in which they are written."""
    for what, row in beside:
        docs.setdefault(what, []).append(row)
    return {what: docs[what] for what in sorted(docs, key=_in_order) if docs[what]}


def _nothing() -> None:
    pass


def _send(session: Session, docs: Mapping[What, Sequence[Doc]], payload: Sequence[str], is_last: bool,
          settle: Callable[[], None]) -> None:
    """Write these; `is_last`: and commit, in the same round trip. SQLAlchemy finds the transaction ended then.

    At the end the session is told while the database writes: where that fails, the rollback takes it back.
    """
    wanted = sum(len(rows) for (how, _), rows in docs.items() if how in _COUNTED)
    shape = tuple((*what, _size(len(rows))) for what, rows in docs.items())
    try:
        if is_last:
            together(session, (_numbered(shape), (*payload, wanted)), ("COMMIT", None), meanwhile=settle)
        else:
            session.connection().exec_driver_sql(_statement(shape), (*payload, wanted))
            settle()
    except DBAPIError as error:
        if not isinstance(error.orig, DivisionByZero):
            raise
        named = ", ".join(" ".join(what) for what in docs)
        raise RowsGone(f"fewer than {wanted} rows were written: {named}") from error


@cache
def _statement(shape: Shape) -> str:
    """The one statement of this shape.

    It counts what it changes and removes, and fails when a row is missing, before anything commits. What is inserted
    is not asked for, and comes after that.
    """
    models: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    plans = {plan.table.name: plan for model in models if (plan := _plan_of(model)) is not None}
    parts = [f"w{place} AS ({_part(how, name, plans, size)})" for place, (how, name, size) in enumerate(shape)]
    counted = [f"SELECT 1 FROM w{place}" for place, (how, *_) in enumerate(shape) if how in _COUNTED]
    done = " UNION ALL ".join(counted) or "SELECT WHERE false"
    return f"WITH {', '.join(parts)} SELECT 1 / (count(*) = %s::bigint)::int FROM ({done})"


@cache
def _numbered(shape: Shape) -> str:
    """The same with the placeholders of the server, for which the driver need not read it anew each time."""
    places = count(1)
    return re.sub("%s", lambda _: f"${next(places)}", _statement(shape))


def _size(rows: int) -> int:
    """How many rows the planner is told of, which takes any list to be a hundred: one, a few, or that."""
    return 1 if rows == 1 else FEW if rows <= FEW else 0


def _part(how: str, name: str, plans: Mapping[str, _Plan], size: int) -> str:
    given = ("jsonb_array_elements(%s::jsonb)" if not size else "(SELECT %s::jsonb->0)" if size == 1
             else f"(SELECT * FROM jsonb_array_elements(%s::jsonb) LIMIT {size})")
    if how == "part":
        return f"WITH rows AS (SELECT doc FROM {given} AS given(doc)) {_PARTS[name]}"
    plan = plans[name]
    table, keys = _quoted(name), [plan.columns[key] for key in plan.keys]
    columns = ", ".join(map(_quoted, plan.table.c.keys()))  # by name: an older database may have them in another order
    same = " AND ".join(f"t.{_quoted(key)} = (g.doc->>'{key}')::{_type(plan.table, key)}" for key in keys)
    return {
        "insert": f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",
        "update": f"UPDATE {table} AS t SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(t, g.doc)) "
                  f"FROM {given} AS g(doc) WHERE {same} RETURNING 1",
        "delete": f"DELETE FROM {table} AS t USING {given} AS g(doc) WHERE {same} RETURNING 1",
    }[how]


def _type(table: sa.Table, column: str) -> str:
    return str(table.c[column].type.compile(dialect=_DIALECT))


def _quoted(name: str) -> str:
    return str(_DIALECT.identifier_preparer.quote(name))


def _settle(session: Session, work: _Work) -> None:
    """Tell the session that these rows are as the database has them, as its own flush does.

    What it calls for that has no public name; SQLAlchemy's version is pinned, and the tests of the one write fail
    when it changes.
    """
    kept = {instance_state(row) for rows in (work.added, work.changed) for one in rows.values() for row in one}
    session._register_persistent(kept)
    session._remove_newly_deleted({instance_state(row) for one in work.removed.values() for row in one})
