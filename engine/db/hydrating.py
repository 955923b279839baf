"""Rows that came as JSON become the objects of a session, as if the session had read them itself.

One statement can then bring the rows of many tables, which a join would multiply; and it costs a third of what
SQLAlchemy needs to ask for each table by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value

from engine.db import Base
from engine.db.pipelines import Answers, asked

T = TypeVar("T", bound=Base)
Doc = dict[str, Any]
Question = tuple[str, dict[str, Any]]  # a statement that gives one JSON text at most; placeholders as the driver's
_READ: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat, date: date.fromisoformat, time: time.fromisoformat,
    bytes: lambda text: bytes.fromhex(text[2:]), Decimal: lambda number: Decimal(str(number)), UUID: UUID}


def ask(session: Session, statement: str, values: Mapping[str, Any]) -> Any:
    """What the one JSON that a statement gives says. Its placeholders are the driver's: %(name)s.

    What waits to be written goes first: read away beneath the session it would be lost.
    """
    session.flush()
    return orjson.loads(session.connection().exec_driver_sql(statement, dict(values)).scalar_one())


def ask_together(session: Session, *questions: Question) -> Answers:
    """The texts that these questions give, asked in one round trip; None where there is no row.

    Each sees what was committed before it began: what one waited for, the next ones see. Raises what SQLAlchemy
    raises.
    """
    session.flush()
    return asked(session, *questions)


def hydrate(session: Session, model: type[T], docs: Iterable[Doc] | None) -> list[T]:
    """The objects of these rows (columns by name, as `to_jsonb` gives them), each with its present values.

    An object that the session knows already takes over what the row says, also where it had read something else.
    """
    return [_hydrate(session, model, doc) for doc in docs or ()]


def _hydrate(session: Session, model: type[T], doc: Doc) -> T:
    mapper, columns, read, keys = _shape(model)
    values = {key: doc[name] for key, name in columns}
    for key, reading in read:
        if (text := values[key]) is not None:
            values[key] = reading(text)
    identity = mapper.identity_key_from_primary_key(tuple([values[key] for key in keys]))
    known = session.identity_map.get(identity)
    if known is not None:
        for key, value in values.items():
            set_committed_value(known, key, value)
        return cast("T", known)
    made: T = mapper.class_manager.new_instance()
    instance_dict(made).update(values)
    _attach(session, instance_state(made), identity)
    return made


def _attach(session: Session, state: InstanceState[Any], identity: Any) -> None:
    """Make an object one that the session has read.

    What SQLAlchemy's loader does, without the questions that `Session.add` asks of a stranger; its version is pinned
    and `tests/engine/db/test_hydrating.py` fails when it changes.
    """
    state.key = identity
    state.session_id = session.hash_key
    session.identity_map.add(state)


class _Shape(NamedTuple):
    """What must be known of a model to read its rows."""

    mapper: Mapper[Any]
    columns: tuple[tuple[str, str], ...]  # attribute and column
    read: tuple[tuple[str, Callable[[Any], Any]], ...]  # those whose text is no value yet
    keys: tuple[str, ...]


@cache
def _shape(model: type[Any]) -> _Shape:
    mapper = inspect(model)
    columns = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs}
    read = tuple((key, reading) for key, one in columns.items() if (reading := _READ.get(_kind(one))) is not None)
    return _Shape(mapper, tuple((key, one.name) for key, one in columns.items()), read,
                  tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key))


def _kind(column: ColumnElement[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:  # a type of PostgreSQL that is text to us
        return str
