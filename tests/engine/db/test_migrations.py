"""The steps lead from nothing to the models, and to nothing else."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.db import migrate, programs, tables
from engine.db.session import create_engine


def shape(url: str) -> list[str]:
    """Every statement that makes this database, triggers and functions included, without their order."""
    dump = programs.find_program("pg_dump")
    assert dump is not None, "pg_dump belongs to PostgreSQL's client programs"
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    command = [str(dump), "--schema-only", "--no-owner", "--exclude-table=alembic_version", plain]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in text.splitlines() if not re.match(r"--|SET |\\(un)?restrict|$", line)]
    return sorted("\n".join(lines).split(";\n"))


@pytest.fixture(scope="module")
def from_models(make_database: Callable[..., str]) -> str:
    url = make_database(empty=True)
    engine = create_engine(url, poolclass=sa.NullPool)
    tables.metadata().create_all(engine)
    engine.dispose()
    return url


def test_empty_to_head_equals_the_models(from_models: str, database_url: str) -> None:
    assert shape(database_url) == shape(from_models)


def test_alembic_sees_no_difference_either(db_engine: sa.Engine) -> None:
    with db_engine.connect() as connection:
        assert migrate.differences(connection) == []


def test_the_noted_head_is_the_head(db_engine: sa.Engine) -> None:
    noted = (migrate.FOLDER / ".current-alembic-head").read_text().strip()
    with db_engine.connect() as connection:
        assert migrate.current(connection) == migrate.head() == noted


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    before = shape(database_url)
    migrate.upgrade(database_url)
    assert shape(database_url) == before


def test_a_new_place_holds_nothing_and_dropping_leaves_nothing(make_database: Callable[..., str]) -> None:
    url = make_database()
    engine = create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        assert tables.filled(connection) == []
        tables.drop(connection)
    engine.dispose()
    assert shape(url) == shape(make_database(empty=True))
