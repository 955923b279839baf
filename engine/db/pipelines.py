"""Round trips: several statements to the database in one, the beginning and the end of a transaction among them.

On one machine a round trip costs more than most questions: both sides go to sleep and are woken. An act makes two:
the one that begins, locks and reads, and the one that writes and commits. They are spoken to libpq directly, for the
driver's own pipeline and its cursors take longer than the server; its books of what is prepared are kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg._preparing import Key, Prepare
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as DriversTransformer
from psycopg.errors import InFailedSqlTransaction, error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = tuple[str, dict[str, Any] | Sequence[Any] | None]
"""Placeholders are the driver's, %(name)s, or with values in their order the server's, $1: these need no reading."""
Answers = list[bytes | None]
"""The first value of each statement, None where there is none."""
_AHEAD = "sent_ahead"
_PLACES = re.compile(r"%(?:\((\w+)\)s|%)")


class _Query(NamedTuple):
    """A statement as the driver's books of what is prepared know it, and its values."""

    query: bytes
    types: tuple[int, ...]
    params: Sequence[Any] | None
    formats: Sequence[Format] | None


class _Sent(NamedTuple):
    """A statement on its way, and what the books said of it."""

    key: Key | None
    prepare: Prepare
    name: bytes


class Connection(psycopg.Connection[Any]):
    """psycopg's connection, which says several things at once; BEGIN travels with the first of them.

    Its `commit` says so where a statement failed before: to COMMIT the server would answer ROLLBACK, and nobody looks.
    """

    def commit(self) -> None:
        """Keep what the transaction did; raises InFailedSqlTransaction where nothing of it can be kept."""
        if self.pgconn.transaction_status == TransactionStatus.INERROR:
            raise InFailedSqlTransaction("a statement of this transaction failed before: nothing was kept")
        super().commit()

    def exchange(self, statements: Sequence[Statement], meanwhile: Callable[[], None] | None) -> Answers:
        """Send these together: the first value of each. Raises the error of the first that fails.

        Where the exchange itself breaks off, the connection is closed.
        """
        with self.lock:
            self._check_connection_ok()
            queries = [self._query(*one) for one in statements]
            try:
                results, sent = self.wait(self._talk(queries, meanwhile))
            except BaseException:
                self.close()  # answers may be on their way, which nobody must take for those to another question
                raise
            for result in results:
                if result.status == ExecStatus.FATAL_ERROR:
                    self._prepared.clear()  # it counts as prepared what came after the break and never was
                    raise error_from_result(result, encoding=self.info.encoding)
            answers = []
            for result, one in zip(results, sent, strict=True):
                if one is not None:
                    answers.append(result.get_value(0, 0) if result.ntuples else None)
                    if one.key is not None:
                        self._prepared.validate(one.key, one.prepare, one.name, [result])
            if self._prepared._to_flush:
                self.wait(self._prepared.maintain_gen(self))
        return answers

    def _talk(self, queries: Sequence[_Query], meanwhile: Callable[[], None] | None,
              ) -> PQGen[tuple[list[PGresult], list[_Sent | None]]]:
        """One trip there and back; with each result what it belongs to, None for what only prepares the way."""
        pgconn, sent, results = self.pgconn, list[_Sent | None](), list[PGresult]()
        pgconn.enter_pipeline_mode()
        if pgconn.transaction_status == TransactionStatus.IDLE and not self.autocommit:
            pgconn.send_query_params(self._get_tx_start_command(), None)
            sent.append(None)
        for query in queries:
            sent += self._post(query)
        pgconn.pipeline_sync()
        yield from send(pgconn)
        if meanwhile is not None:
            meanwhile()
        for _ in sent:
            results += yield from fetch_many(pgconn)
        yield from fetch_many(pgconn)  # the end of the trip
        pgconn.exit_pipeline_mode()
        return results, sent

    def _post(self, query: _Query) -> list[_Sent | None]:
        prepare, name = self._prepared.get(query)  # type: ignore[arg-type]
        if prepare is Prepare.NO:
            self.pgconn.send_query_params(query.query, query.params, query.types, query.formats)
        else:
            if prepare is Prepare.SHOULD:
                self.pgconn.send_prepare(name, query.query, query.types)
            self.pgconn.send_query_prepared(name, query.params, query.formats)
        key = self._prepared.maybe_add_to_cache(query, prepare, name)  # type: ignore[arg-type]
        noted = _Sent(key, prepare, name)
        return [None, noted] if prepare is Prepare.SHOULD else [noted]

    def _query(self, text: str, values: dict[str, Any] | Sequence[Any] | None) -> _Query:
        query, names = _read(text, isinstance(values, dict))
        if values is None:
            return _Query(query, (), None, None)
        params = [values[name] for name in names] if isinstance(values, dict) else values
        dumped = self._dumping.dump_sequence(params, [PyFormat.AUTO] * len(params))
        return _Query(query, self._dumping.types or (), dumped, self._dumping.formats)

    @cached_property
    def _dumping(self) -> Transformer:
        made: Transformer = DriversTransformer(self)
        return made


@lru_cache(maxsize=4096)
def _read(text: str, is_named: bool) -> tuple[bytes, tuple[str, ...]]:
    """A statement as the server takes it, and the names of its values in their order."""
    names: list[str] = []

    def place(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"
    return (_PLACES.sub(place, text) if is_named else text).encode(), tuple(names)


def use(engine: sa.Engine) -> None:
    """Let an engine have connections of this kind, which speak UTF-8 whatever the machine around them is told."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: sa.Dialect, record: Any, arguments: Any, options: Any) -> Connection:
        return Connection.connect(*arguments, **{**options, "client_encoding": "UTF8"})


def install() -> None:
    """Let no session begin before what was put ahead of its first statement is judged; asking twice changes nothing."""
    if not event.contains(Session, "after_begin", _before_all_else):
        event.listen(Session, "after_begin", _before_all_else)


def put_ahead(session: Session, statements: Sequence[Statement], judge: Callable[[Answers], None]) -> None:
    """Let these go before whatever the session asks first: in the same round trip where that is `asked`.

    `judge` is given what they answered, and raises where nothing that came after them may be used. Where the session
    has begun already they go at once.
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


def asked(session: Session, *statements: Statement) -> Answers:
    """`together` for questions: what was put ahead travels with them, and is judged before they are given."""
    ahead = session.info.pop(_AHEAD, ())
    return _after(ahead, session.connection(), statements)


def together(session: Session, *statements: Statement, meanwhile: Callable[[], None] | None = None) -> Answers:
    """Send these in one round trip, in the session's transaction; the first value of each, None where there is none.

    Each sees what was committed before it began: what one waited for, the next ones see. What comes after one that
    fails is not done. `meanwhile` is done while the database works. Raises what SQLAlchemy raises.
    """
    return _sent(session.connection(), statements, meanwhile)


def _before_all_else(session: Session, transaction: Any, connection: sa.Connection) -> None:
    if ahead := session.info.pop(_AHEAD, ()):
        _after(ahead, connection, ())


def _after(ahead: Sequence[tuple[Sequence[Statement], Callable[[Answers], None]]], connection: sa.Connection,
           statements: Sequence[Statement]) -> Answers:
    answers = iter(_sent(connection, [one for first, _ in ahead for one in first] + list(statements)))
    for first, judge in ahead:
        judge(list(islice(answers, len(first))))
    return list(answers)


def _sent(connection: sa.Connection, statements: Sequence[Statement],
          meanwhile: Callable[[], None] | None = None) -> Answers:
    driver: Any = connection.connection.driver_connection
    try:
        answers: Answers = driver.exchange(statements, meanwhile)
    except psycopg.Error as error:
        if is_gone := connection.dialect.is_disconnect(error, driver, None):  # type: ignore[arg-type]
            connection.engine.pool._invalidate(connection.connection, error)  # as SQLAlchemy does: all of its age
            connection.invalidate(error)
        raise DBAPIError.instance(statements[0][0], None, error, psycopg.Error, hide_parameters=True,
                                  connection_invalidated=is_gone) from error
    except BaseException as error:
        if driver.closed:
            connection.invalidate(error)
        raise
    return answers
