"""Storage: the one base of all tables, how a session is made, and the PostgreSQL server that keeps them."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Date, DateTime, MetaData, Numeric, Text, Time
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _fill(self: Any, **values: Any) -> None:
    """The constructor of every row: a new row has no history, so its columns need none of SQLAlchemy's book-keeping."""
    others = values.keys() - _columns_of(self.__class__)  # relationships
    for key in others:
        if not hasattr(type(self), key):
            raise TypeError(f"{key!r} is no attribute of {type(self).__name__}")
        setattr(self, key, values.pop(key))
    self.__dict__.update(values)


@cache
def _columns_of(model: type[Any]) -> frozenset[str]:
    return frozenset(model.__table__.columns.keys())


class Base(DeclarativeBase):
    """What every table derives from; web binds Flask-SQLAlchemy to it.

    str is text, datetime is timestamptz (store aware UTC), dict and list are JSONB.
    """

    registry = registry(
        constructor=_fill,
        metadata=MetaData(naming_convention=_NAMES),
        type_annotation_map={
            str: Text(),
            datetime: DateTime(timezone=True),
            date: Date(),
            time: Time(),
            Decimal: Numeric(),
            dict: JSONB(),
            list: JSONB(),
            dict[str, Any]: JSONB(),
            dict[str, str]: JSONB(),
            dict[str, int]: JSONB(),
            list[Any]: JSONB(),
            list[str]: JSONB(),
            list[int]: JSONB(),
            list[dict[str, Any]]: JSONB(),
        },
    )


__all__ = ["Base"]
