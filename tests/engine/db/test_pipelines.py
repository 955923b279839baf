"""A transaction begins with its first statement and ends with its last write, each in one round trip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from engine.db import writing
from engine.db.pipelines import Connection, together
from engine.db.session import PREPARED_AT, create_engine, session_factory
from engine.directory.models import Division, Person


@pytest.fixture
def engine(make_database: Callable[..., str]) -> Iterator[sa.Engine]:
    """A database of its own: what is committed here stays."""
    engine = create_engine(make_database(), pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with session_factory(engine)() as session:
        yield session


def names(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(Person.name).order_by(Person.id)))


class Trips:
    """Counts how often a connection waits for nothing but the beginning or the end of a transaction."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        sync = Connection._exec_command

        def noted(connection: Connection, command: bytes, *rest: Any) -> Any:
            self.count += command in (b"BEGIN", b"COMMIT") and connection._pipeline is None
            return sync(connection, command, *rest)

        monkeypatch.setattr(Connection, "_exec_command", noted)


def test_all_of_one_round_trip_belongs_to_one_transaction(session: Session) -> None:
    first, second = together(session, ("SELECT pg_current_xact_id()::text", None),
                             ("SELECT pg_current_xact_id()::text || %(more)s", {"more": "!"}))
    assert first is not None and second == first + b"!"
    assert session.scalar(sa.text("SELECT pg_current_xact_id()::text")) == first.decode()


def test_a_value_may_be_named_twice_and_a_sign_may_be_meant_as_it_is(session: Session) -> None:
    named = ("SELECT concat(%(a)s::text, '%%', %(b)s::int, %(a)s::text)", {"b": 2, "a": "一"})
    placed = ("SELECT '%s' || $2::text || array_to_string($1::text[], '+')", (["a", "b"], "x"))
    none = ("SELECT 1 WHERE false", None)
    empty = ("SELECT NULL::text", None)
    assert together(session, named, placed, none, empty) == ["一%2一".encode(), b"%sxa+b", None, None]


def test_neither_the_beginning_nor_the_end_travels_alone(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.connection()  # the first one of an engine asks the server some things of its own
    session.rollback()
    trips = Trips(monkeypatch)
    together(session, ("SELECT 1", None))
    session.add(Person(name="甲"))
    writing.identify(session)
    session.commit()
    assert trips.count == 0
    session.execute(sa.text("SELECT 1"))
    session.commit()
    assert trips.count == 2  # the ordinary way, which this test would not notice if it counted nothing


def test_what_is_committed_is_there_and_the_session_goes_on(session: Session, engine: sa.Engine) -> None:
    person = Person(name="甲")
    session.add(person)
    session.commit()
    assert names(engine) == ["甲"] and person in session
    person.name = "乙"
    session.commit()
    assert names(engine) == ["乙"]


def test_what_the_database_refuses_at_the_end_is_not_there(session: Session, engine: sa.Engine) -> None:
    def city() -> Division:
        return Division(code="1", name="市", level="city", path="1")

    session.add(city())
    session.commit()
    session.expunge_all()
    session.add_all([Person(name="甲"), city()])
    with pytest.raises(IntegrityError):
        session.commit()
    session.rollback()
    assert names(engine) == []
    session.add(Person(name="乙"))
    session.commit()
    assert names(engine) == ["乙"]


def test_where_a_row_is_missing_nothing_is_committed(session: Session, engine: sa.Engine) -> None:
    gone = Person(name="甲")
    session.add(gone)
    session.commit()
    session.execute(sa.text("DELETE FROM person"))
    session.add(Person(name="乙"))
    gone.name = "丙"
    with pytest.raises(writing.RowsGone):
        session.commit()
    session.rollback()
    assert names(engine) == ["甲"]


def test_the_end_of_a_savepoint_ends_nothing_else(session: Session, engine: sa.Engine) -> None:
    with session.begin_nested():
        session.add(Person(name="甲"))
    session.rollback()
    assert names(engine) == []
    session.begin_nested()
    session.add(Person(name="乙"))
    session.commit()
    session.rollback()
    assert names(engine) == ["乙"]


def test_a_session_within_a_transaction_of_others_leaves_its_end_to_them(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="rollback_only") as session:
            session.add(Person(name="甲"))
            session.commit()
        outer.rollback()
    assert names(engine) == []


@pytest.mark.parametrize("more", [[], ["乙"]])
def test_after_a_statement_that_failed_nothing_counts_as_committed(session: Session, engine: sa.Engine,
                                                                   more: list[str]) -> None:
    session.add(Person(name="甲"))
    session.flush()
    with pytest.raises(DBAPIError):
        session.execute(sa.text("SELECT 1 / 0"))
    session.add_all([Person(name=name, id=1000) for name in more])
    with pytest.raises(DBAPIError, match="InFailedSqlTransaction"):
        session.commit()
    session.rollback()
    session.add(Person(name="丙"))
    session.commit()
    assert names(engine) == ["丙"]


def test_what_a_broken_round_trip_did_not_prepare_is_prepared_again(session: Session) -> None:
    savepoint, back = sa.text("SAVEPOINT here"), sa.text("ROLLBACK TO SAVEPOINT here")
    session.execute(savepoint)
    session.execute(back)  # psycopg forgets by itself only where it sees this for the first time

    def divide(by: int) -> bytes | None:
        return together(session, ("SELECT 1 / %(by)s::int", {"by": by}), ("SELECT 'second'", None))[1]

    assert [divide(1) for _ in range(PREPARED_AT)] == [b"second"] * PREPARED_AT
    with pytest.raises(DBAPIError):
        divide(0)
    session.execute(back)
    assert divide(1) == b"second"


def test_a_connection_that_breaks_at_the_end_is_told_and_replaced(session: Session, engine: sa.Engine) -> None:
    session.add(Person(name="甲"))
    session.flush()
    session.info["broken"] = session.scalar(sa.text("SELECT pg_backend_pid()"))
    other = create_engine(engine.url.render_as_string(hide_password=False), pool_size=1)
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 240000)"), {"pid": session.info["broken"]})
    other.dispose()
    session.add(Person(name="乙"))
    writing.reserve(session, {"person_id_seq": [1000]})
    with pytest.raises(DBAPIError) as told:
        session.commit()
    assert told.value.connection_invalidated
    session.rollback()
    assert names(engine) == []


def test_an_exchange_that_breaks_off_leaves_no_answers_behind(session: Session, engine: sa.Engine) -> None:
    def fail() -> None:
        raise KeyError("while the database works")

    together(session, ("INSERT INTO person (name) VALUES ('甲')", None))
    with pytest.raises(KeyError):
        together(session, ("SELECT 'for nobody'", None), meanwhile=fail)
    session.rollback()
    assert together(session, ("SELECT 'for the next'", None)) == [b"for the next"]
    session.rollback()
    assert names(engine) == []


def test_where_one_connection_is_lost_none_of_its_age_is_used_again(engine: sa.Engine) -> None:
    pool = create_engine(engine.url.render_as_string(hide_password=False), pool_size=2, max_overflow=0)
    with pool.connect() as one, pool.connect() as other:
        pids = [connection.scalar(sa.text("SELECT pg_backend_pid()")) for connection in (one, other)]
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(pid, 240000) FROM unnest((:pids)::int[]) AS pid"),
                           {"pids": pids})
    with Session(pool) as session:
        with pytest.raises(DBAPIError):
            together(session, ("SELECT 1::text", None))
        session.rollback()
    with Session(pool) as first, Session(pool) as second:
        assert [together(session, ("SELECT 1::text", None)) for session in (first, second)] == [[b"1"], [b"1"]]
    pool.dispose()


def test_what_is_said_is_utf_8_wherever_it_runs(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "GBK")
    with session_factory(engine)() as session:
        assert together(session, ("SELECT '中' || %(more)s::text", {"more": "文"})) == ["中文".encode()]
