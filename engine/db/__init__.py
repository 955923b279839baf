"""Storage: the one base of all tables, how a session is made, and the PostgreSQL server that keeps them."""

from datetime import date, datetime, time
from decimal import Decimal
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


class Base(DeclarativeBase):
    """What every table derives from; web binds Flask-SQLAlchemy to it.

    str is text, datetime is timestamptz (store aware UTC), dict and list are JSONB.
    """

    registry = registry(
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
