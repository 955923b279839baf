"""The three things a developer does with a database: `psql`, `upgrade`, `revision MESSAGE`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from engine import settings
from engine.db import migrate, programs, server


@contextmanager
def _database() -> Iterator[str]:
    here = settings.load()
    if here.database_url:
        yield here.database_url
        return
    with server.attached(here.data) as url:
        yield url


def _psql() -> int:
    program = programs.find_program("psql")
    if program is None:
        raise programs.NoServerPrograms
    with _database() as url:
        plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return os.spawnv(os.P_WAIT, program, [str(program), plain])


def _upgrade() -> int:
    with _database() as url:
        migrate.upgrade(url)
    return 0


def _revision(message: str) -> int:
    """Written against a scratch database, so that nobody's data decides what the step contains."""
    with tempfile.TemporaryDirectory() as scratch, server.attached(Path(scratch)) as url:
        sys.stdout.write(f"{migrate.revision(url, message)}\n")
    return 0


def main(arguments: list[str]) -> int:
    """Do what the first argument says; 2 when it says nothing that we know."""
    match arguments:
        case ["psql"]:
            return _psql()
        case ["upgrade"]:
            return _upgrade()
        case ["revision", message] if message:
            return _revision(message)
        case _:
            sys.stderr.write("python -m engine.db psql | upgrade | revision MESSAGE\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
