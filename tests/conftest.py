"""What every test may ask for: a database of its own worker, and a session whose work is undone.

The server is the product's own embedded one in a temporary folder, or TEST_DATABASE_URL.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments
from engine.cases import sealing
from engine.db import migrate, server
from engine.db.session import create_engine
from tests import town

_STEPS = b"".join(step.read_bytes() for step in sorted(migrate.FOLDER.glob("versions/*.py")))
TEMPLATE = f"wangge_test_{hashlib.sha256(_STEPS).hexdigest()[:12]}"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running PostgreSQL, shared by the workers of one test run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    base = tmp_path_factory.getbasetemp()
    with server.attached((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "data") as url:
        yield url


@pytest.fixture(scope="session")
def make_database(server_url: str) -> Iterator[Callable[..., str]]:
    """Makes databases: gives the URL of one with all tables; `empty=True`: without; or a copy of one made before."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT", pool_size=1)
    made: list[str] = []
    numbers = count(1)

    def make(empty: bool = False, copy_of: str = "") -> str:
        name = f"wangge_test_{os.getpid()}_{next(numbers)}"
        with admin.connect() as connection:
            _make_template(connection, server_url)
            template = sa.make_url(copy_of).database if copy_of else "template1" if empty else TEMPLATE
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        made.append(name)
        return _at(server_url, name)

    yield make
    with admin.connect() as connection:
        for name in made:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(scope="session")
def database_url(make_database: Callable[..., str]) -> str:
    """The database of this worker, with all tables and no rows."""
    return make_database()


@pytest.fixture(scope="session")
def db_engine(database_url: str) -> Iterator[sa.Engine]:
    """The pool on this worker's database."""
    engine = create_engine(database_url, hide_parameters=False)
    yield engine
    engine.dispose()


@pytest.fixture
def session(db_engine: sa.Engine) -> Iterator[Session]:
    """A plain session; whatever the test commits is undone at its end."""
    with db_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


def _make_template(connection: sa.Connection, url: str) -> None:
    """The database that others are copied from, made by the first worker that asks."""
    connection.execute(sa.select(sa.func.pg_advisory_lock(1)))
    try:
        known = sa.text("SELECT datistemplate FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": TEMPLATE}) is True:
            return
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {TEMPLATE}")
        connection.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}")
        migrate.upgrade(_at(url, TEMPLATE))
        connection.exec_driver_sql(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")
    finally:
        connection.execute(sa.select(sa.func.pg_advisory_unlock(1)))


def _at(url: str, database: str) -> str:
    return sa.make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def town_url(make_database: Callable[..., str]) -> str:
    """A database with the small city of `tests.town` in it, its rules published."""
    url = make_database()
    town.settle(url)
    return url


@pytest.fixture(scope="session")
def town_engine(town_url: str) -> Iterator[sa.Engine]:
    """The pool on the database of the small city."""
    engine = create_engine(town_url, hide_parameters=False)
    yield engine
    engine.dispose()


@pytest.fixture
def office(town_engine: sa.Engine, tmp_path: Path) -> Iterator[town.Office]:
    """The people of the small city at work; whatever they do is undone at the end."""
    attachments.use_folder(tmp_path / "photos")
    sealing.use_key("s" * 40)
    with town_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield town.Office(session)
        outer.rollback()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the storms survived, a line each."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, line in getattr(report, "user_properties", ()):
                if name == "survived" and report.when == "call":
                    terminalreporter.write_line(f"survived: {line}")
