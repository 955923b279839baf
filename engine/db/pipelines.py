"""Round trips: several statements to the database in one, the beginning and the end of a transaction among them.

On one machine a round trip costs more than most questions: both sides go to sleep and are woken. An act makes two:
the one that begins, locks and reads, and the one that writes and commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from psycopg.errors import InFailedSqlTransaction
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = tuple[str, Mapping[str, Any] | Sequence[Any] | None]
"""Placeholders are the driver's, %(name)s, or with values in their order the server's, $1: these need no reading."""


class Connection(psycopg.Connection[Any]):
    """psycopg's connection; in a pipeline BEGIN travels with the first statement instead of alone before it.

    Its `commit` says so where a statement failed before: to COMMIT the server would answer ROLLBACK, and nobody looks.
    """

    def commit(self) -> None:
        """Keep what the transaction did; raises InFailedSqlTransaction where nothing of it can be kept."""
        if self.pgconn.transaction_status == TransactionStatus.INERROR:
            raise InFailedSqlTransaction("a statement of this transaction failed before: nothing was kept")
        super().commit()

    def _start_query(self) -> PQGen[None]:
        pipeline = self._pipeline
        if pipeline is None or self.autocommit:
            yield from super()._start_query()
        elif self.pgconn.transaction_status == TransactionStatus.IDLE and not pipeline.result_queue:
            yield from self._exec_command(self._get_tx_start_command())  # a pipeline only notes it


def begin_with_the_first(engine: sa.Engine) -> None:
    """Let an engine's connections begin a transaction in the round trip of its first statement."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: sa.Dialect, record: Any, arguments: Any, options: Any) -> Connection:
        return Connection.connect(*arguments, **options)


def together(session: Session, *statements: Statement) -> list[psycopg.Cursor[Any]]:
    """Send these in one round trip, in the session's transaction; a cursor each.

    Each sees what was committed before it began: what one waited for, the next ones see. What comes after one that
    fails is not done. Raises what SQLAlchemy raises.
    """
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            return [_cursor(driver, values).execute(text, values) for text, values in statements]
    except psycopg.Error as error:
        driver._prepared.clear()  # it counts as prepared what came after the break and never was
        if is_gone := connection.dialect.is_disconnect(error, driver, None):  # type: ignore[arg-type]
            connection.invalidate(error)
        raise DBAPIError.instance(statements[0][0], None, error, psycopg.Error, hide_parameters=True,
                                  connection_invalidated=is_gone) from error


def _cursor(driver: Any, values: Mapping[str, Any] | Sequence[Any] | None) -> psycopg.Cursor[Any]:
    return driver.cursor() if values is None or isinstance(values, Mapping) else psycopg.RawCursor(driver)
