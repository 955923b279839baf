"""Brings a database to the shape of the models, step by step, and writes the next step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.db import tables
from engine.db.session import create_engine

FOLDER = Path(__file__).parent / "migrations"
_HEAD_FILE = FOLDER / ".current-alembic-head"
_ONE_AT_A_TIME = 7_740_001


def upgrade(url: str) -> None:
    """Bring the database to the newest revision; two that ask at once wait for each other."""
    engine = create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as lock, engine.connect() as connection:
            lock.execute(sa.select(sa.func.pg_advisory_lock(_ONE_AT_A_TIME)))
            command.upgrade(_config(connection), "head")
            connection.commit()
    finally:
        engine.dispose()


def current(connection: sa.Connection) -> str | None:
    """The revision this database stands at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision that we know."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def is_known(revision: str) -> bool:
    """Whether this program has the step that made a database of that revision, and so can lead it on."""
    script = ScriptDirectory.from_config(_config(None))
    return revision in {step.revision for step in script.walk_revisions()}


def differences(connection: sa.Connection) -> list[Any]:
    """What the models say and this database does not, as alembic tells it; empty when they agree."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, tables.metadata()))


def revision(url: str, message: str) -> Path:
    """Write the next migration from what the models add to this database, and note it as the head."""
    upgrade(url)
    engine = create_engine(url, poolclass=sa.NullPool)
    number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
    try:
        with engine.connect() as connection:
            config = _config(connection, compare=True)
            script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    finally:
        engine.dispose()
    written = script[0] if isinstance(script, list) else script
    if written is None:
        raise RuntimeError("alembic wrote no migration")
    _HEAD_FILE.write_text(f"{written.revision}\n", encoding="ascii")
    return Path(written.path)


def _config(connection: sa.Connection | None, compare: bool = False) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["compare"] = compare
    return config
