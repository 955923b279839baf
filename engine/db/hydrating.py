"""Rows that came as JSON become the objects of a session, as if the session had read them itself.

One statement can then bring the rows of many tables, which a join would multiply; and it costs a third of what
SQLAlchemy needs to ask for each table by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value

from engine.db import Base
from engine.db.pipelines import Cursors, asked

T = TypeVar("T", bound=Base)
Doc = dict[str, Any]
_Column = tuple[str, str, Callable[[Any], Any] | None]
"""Attribute, column, how its text is read; None where JSON has the value itself."""
Question = tuple[str, Mapping[str, Any]]  # a statement that gives one JSON text at most; placeholders as the driver's
_READ: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat, date: date.fromisoformat, time: time.fromisoformat,
    bytes: lambda text: bytes.fromhex(text[2:]), Decimal: lambda number: Decimal(str(number)), UUID: UUID}


def ask(session: Session, statement: str, values: Mapping[str, Any]) -> Any:
    """What the one JSON that a statement gives says. Its placeholders are the driver's: %(name)s.

    What waits to be written goes first: read away beneath the session it would be lost.
    """
    session.flush()
    return orjson.loads(session.connection().exec_driver_sql(statement, dict(values)).scalar_one())


def ask_together(session: Session, *questions: Question) -> list[str | None]:
    """The texts that these questions give, asked in one round trip; None where there is no row.

    Each sees what was committed before it began: what one waited for, the next ones see. Raises what SQLAlchemy
    raises.
    """
    session.flush()
    return texts_of(asked(session, *questions))


def texts_of(cursors: Cursors) -> list[str | None]:
    """What questions gave: one text each, None where there is no row."""
    return [None if (row := cursor.fetchone()) is None else row[0] for cursor in cursors]


def hydrate(session: Session, model: type[T], docs: Iterable[Doc] | None) -> list[T]:
    """The objects of these rows (columns by name, as `to_jsonb` gives them), each with its present values.

    An object that the session knows already takes over what the row says, also where it had read something else.
    """
    return [_hydrate(session, model, doc) for doc in docs or ()]


def _hydrate(session: Session, model: type[T], doc: Doc) -> T:
    mapper, columns, keys = _shape(model)
    values = {key: value if (value := doc[name]) is None or read is None else read(value)
              for key, name, read in columns}
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


@cache
def _shape(model: type[Any]) -> tuple[Mapper[Any], tuple[_Column, ...], tuple[str, ...]]:
    """What must be known of a model to read its rows: its mapper, its columns, the attributes of its key."""
    mapper = inspect(model)
    columns = tuple((attribute.key, attribute.columns[0].name, _READ.get(_kind(attribute.columns[0])))
                    for attribute in mapper.column_attrs)
    return mapper, columns, tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)


def _kind(column: ColumnElement[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:  # a type of PostgreSQL that is text to us
        return str
