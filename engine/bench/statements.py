"""How many statements the server was asked: by its own books where it keeps them, else by what was sent."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

_ASKED = """
SELECT coalesce(sum(calls), 0)::bigint AS n FROM pg_stat_statements
JOIN pg_database ON pg_database.oid = dbid WHERE datname = %s
"""


class Counter(Protocol):
    """Counts statements, BEGIN and COMMIT included."""

    how: str

    def total(self) -> int:
        """How many there have been so far."""


class ByServer:
    """By `pg_stat_statements`, asked from another database, so that the question is not counted."""

    how = "pg_stat_statements"

    def __init__(self, beside: psycopg.Connection[dict[str, Any]], database: str) -> None:
        self.beside, self.database = beside, database

    def total(self) -> int:
        """The calls that the server has booked for the database."""
        row = self.beside.execute(_ASKED, [self.database]).fetchone()
        self.beside.rollback()
        return int(row["n"]) if row else 0


class ByCursor:
    """By what the pool of connections sends."""

    how = "statements sent"

    def __init__(self, engine: sa.Engine) -> None:
        self.sent = 0
        for name in ("before_cursor_execute", "begin", "commit"):
            event.listen(engine, name, self._one_more)

    def _one_more(self, *_: Any) -> None:
        self.sent += 1

    def total(self) -> int:
        """What was sent so far."""
        return self.sent


def counter_for(engine: sa.Engine, beside: psycopg.Connection[dict[str, Any]]) -> Counter:
    """The better of the two that this server allows."""
    known = beside.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'").fetchone()
    beside.rollback()
    return ByServer(beside, str(engine.url.database)) if known else ByCursor(engine)
