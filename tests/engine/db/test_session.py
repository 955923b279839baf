"""Sessions, and the database that the tests stand on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.db import pipelines
from engine.db import session as session_module
from engine.db.session import create_engine


def test_times_are_read_back_in_utc(session: Session) -> None:
    assert session.scalar(sa.text("SHOW timezone")) == "UTC"


def test_a_prefix_search_uses_a_plain_index(session: Session) -> None:
    session.execute(sa.text("CREATE TABLE path_probe (path text PRIMARY KEY)"))
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(sa.text("EXPLAIN SELECT * FROM path_probe WHERE path LIKE '33.09%'")).all()
    assert any("Index Cond" in line for line in plan)


@pytest.mark.parametrize("_again", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next(session: Session, _again: int) -> None:
    session.execute(sa.text("CREATE TABLE left_behind ()"))
    session.commit()


def test_a_connection_that_ended_while_it_lay_still_is_replaced(
        database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "QUIET", 0)
    engine = create_engine(database_url, pool_size=1)
    other = create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        pid = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 240000)"), {"pid": pid})
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    engine.dispose()


def test_plain_postgresql_addresses_mean_psycopg_3() -> None:
    assert create_engine("postgres://somewhere/wangge").dialect.driver == "psycopg"


class Asked(Exception):
    """How a connection was asked for."""


@pytest.mark.parametrize(("address", "is_watched", "has_options"), [
    ("postgresql://wangge@db.example.org/wangge", True, True),
    ("postgresql://wangge@db.example.org/wangge?options=-csearch_path%3Dours", True, False),
    ("postgresql://wangge@/wangge?host=/var/run/postgresql", False, False)])
def test_a_machine_that_lost_its_power_is_noticed_over_a_network(
        address: str, is_watched: bool, has_options: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(address, poolclass=sa.NullPool)

    def ask(*_: object, **given: object) -> None:
        raise Asked(given)

    monkeypatch.setattr(pipelines.Connection, "connect", ask)
    with pytest.raises(Asked) as asked:
        engine.connect()
    given = asked.value.args[0]
    assert ("keepalives_idle" in given) is is_watched
    assert ("tcp_keepalives_idle=4" in str(given.get("options"))) is has_options
