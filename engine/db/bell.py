"""A bell between processes: rung inside a transaction, heard once that is committed (PostgreSQL's NOTIFY).

Ringing makes commits wait for one another, so it is for what is rare; whoever listens looks by itself as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

DUE = "wangge_due"  # something is due at once
_LOOK_UP = 1.0  # seconds after which a listener looks whether it shall stop


def ring(session: Session, bell: str) -> None:
    """Ring this bell when the session's transaction is committed."""
    session.execute(sa.select(sa.func.pg_notify(bell, "")))


def listen(engine: sa.Engine, bell: str, heard: Callable[[], None], is_over: Callable[[], bool]) -> None:
    """Call `heard` once it listens, and whenever the bell rings, until it is over.

    It keeps a connection of its own; raises OperationalError of psycopg or SQLAlchemy when that breaks.
    """
    pooled = engine.raw_connection()
    connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
    pooled.detach()
    with connection:
        connection.autocommit = True
        connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(bell)))
        heard()
        while not is_over():
            if list(connection.notifies(timeout=_LOOK_UP, stop_after=1)):
                heard()
