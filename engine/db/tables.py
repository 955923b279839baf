"""All tables of the house in one place, for migrations and tests."""

from __future__ import annotations

import importlib
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import MetaData

from engine.db import Base

_IN_PASSING = {"beat", "anchor", "anchored", "directory_version", "failed_login", "knock", "lateness"}
_FUNCTIONS = ("refuse_change", "next_directory_version", "cases_with_words")  # they outlive their tables


def metadata() -> MetaData:
    """The tables of every room that has a models.py.

    The rooms stand above the floor, so they are found, not named.
    """
    for models in sorted(Path(__file__).parent.parent.glob("*/models.py")):
        importlib.import_module(f"engine.{models.parent.name}.models")
    return Base.metadata


def filled(connection: sa.Connection) -> list[str]:
    """The tables that hold a row; [] for a place into which nobody has put anything.

    What a worker notes by being there, a stranger by knocking, and the tables by being made, does not count.
    """
    there = set(sa.inspect(connection).get_table_names()) - _IN_PASSING
    asked = [sa.select(sa.literal(name)).where(sa.exists().select_from(table))
             for name, table in sorted(metadata().tables.items()) if name in there]
    return list(connection.scalars(sa.union_all(*asked))) if asked else []


def drop(connection: sa.Connection) -> None:
    """Remove all tables with their rows, the functions made with them, and the note of the version."""
    metadata().drop_all(connection)
    connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    for name in _FUNCTIONS:
        connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {name}"))
