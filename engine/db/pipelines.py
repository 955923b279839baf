"""Round trips: several statements to the database in one, the beginning and the end of a transaction among them.

On one machine a round trip costs more than most questions: both sides go to sleep and are woken. An act makes two:
the one that begins, locks and reads, and the one that writes and commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
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
Cursors = list[psycopg.Cursor[Any]]
_AHEAD = "sent_ahead"


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


def install() -> None:
    """Let no session begin before what was put ahead of its first statement is judged; asking twice changes nothing."""
    if not event.contains(Session, "after_begin", _before_all_else):
        event.listen(Session, "after_begin", _before_all_else)


def put_ahead(session: Session, statements: Sequence[Statement], judge: Callable[[Cursors], None]) -> None:
    """Let these go before whatever the session asks first: in the same round trip where that is `asked`.

    `judge` is given their cursors, and raises where nothing that came after them may be used. Where the session has
    begun already they go at once.
    """
    waiting = session.info.setdefault(_AHEAD, [])
    has_begun = not waiting and session.in_transaction()
    waiting.append((statements, judge))
    if has_begun:
        asked(session)


@contextmanager
def settled(session: Session) -> Iterator[None]:
    """When the block ends, however it does, what was put ahead is judged, and its error goes before any other."""
    try:
        yield
    finally:
        if session.info.get(_AHEAD):
            asked(session)


def asked(session: Session, *statements: Statement) -> Cursors:
    """`together` for questions: what was put ahead travels with them, and is judged before they are given."""
    ahead = session.info.pop(_AHEAD, ())
    return _after(ahead, session.connection(), statements)


def together(session: Session, *statements: Statement) -> Cursors:
    """Send these in one round trip, in the session's transaction; a cursor each.

    Each sees what was committed before it began: what one waited for, the next ones see. What comes after one that
    fails is not done. Raises what SQLAlchemy raises.
    """
    return _sent(session.connection(), statements)


def _before_all_else(session: Session, transaction: Any, connection: sa.Connection) -> None:
    if ahead := session.info.pop(_AHEAD, ()):
        _after(ahead, connection, ())


def _after(ahead: Sequence[tuple[Sequence[Statement], Callable[[Cursors], None]]], connection: sa.Connection,
           statements: Sequence[Statement]) -> Cursors:
    cursors = iter(_sent(connection, [one for first, _ in ahead for one in first] + list(statements)))
    for first, judge in ahead:
        judge(list(islice(cursors, len(first))))
    return list(cursors)


def _sent(connection: sa.Connection, statements: Sequence[Statement]) -> Cursors:
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
