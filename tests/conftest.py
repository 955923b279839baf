"""What every test may ask for: a database of its own worker, and a session whose work is undone.

The server is the product's own embedded one in a temporary folder, or TEST_DATABASE_URL.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments
from engine.cases import sealing
from engine.db import migrate, server
from engine.db.session import create_engine
from tests import town

_STEPS = b"".join(step.read_bytes() for step in sorted(migrate.FOLDER.glob("versions/*.py")))
LONG = ("tests/browser", "tests/storms", "tests/scenarios/test_every", "tests/engine/verification", "tests/web")
TEMPLATE = f"wangge_test_{hashlib.sha256(_STEPS).hexdigest()[:12]}"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running PostgreSQL, shared by the workers of one test run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    base = tmp_path_factory.getbasetemp()
    data = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "data"
    with ExitStack() as stay:
        with _alone(data):  # whoever comes while the last one goes comes after that
            if not data.exists():
                _make_hasty(data)
            url = stay.enter_context(server.attached(data))
        yield url
        with _alone(data):
            stay.close()
            if not (data / "postgres" / "postmaster.pid").exists():
                _forget(data)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Nobody else of this test run is in here."""
    with open(data.with_suffix(".lock"), "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget(data: Path) -> None:
    """Let `rm` take away some hundred thousand files, which takes a while; nobody waits for it."""
    gone = data.rename(data.with_name("gone"))
    os.posix_spawnp("rm", ["rm", "-rf", str(gone)], os.environ)


def _make_hasty(data: Path) -> None:
    """A server that need not survive the machine, with room for the processes of several houses."""
    with server.attached(data):
        root = create_engine(server.url(data, role=server.ROOT), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with root.connect() as connection:
            for setting in ("fsync = off", "full_page_writes = off", "max_connections = 300"):
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")


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
            _copy(connection, str(template), name)
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        made.append(name)
        return _at(server_url, name)

    yield make
    if "TEST_DATABASE_URL" in os.environ:  # ours goes as a whole
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


def _copy(connection: sa.Connection, template: str, name: str) -> None:
    """A database like another, to which nobody is connected any more: whoever was may take a while to be gone."""
    for attempt in range(24, -1, -1):
        try:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
            return
        except sa.exc.OperationalError as problem:
            if not attempt or not isinstance(problem.orig, psycopg.errors.ObjectInUse):
                raise
            time.sleep(0.2)  # the server itself has waited five seconds


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, so that no worker of the run is left alone with it at the end."""
    items.sort(key=lambda item: next((place for place, path in enumerate(LONG) if item.nodeid.startswith(path)),
                                     len(LONG)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the storms survived, a line each."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, line in getattr(report, "user_properties", ()):
                if name == "survived" and report.when == "call":
                    terminalreporter.write_line(f"survived: {line}")
