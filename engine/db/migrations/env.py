"""Runs the migrations on the connection that engine.db.migrate hands over."""

from alembic import context
from sqlalchemy import Connection

from engine.db import tables
from engine.db.failpoints import failpoint


def _run(connection: Connection) -> None:
    wanted = tables.metadata() if context.config.attributes["compare"] else None
    context.configure(
        connection=connection, target_metadata=wanted, render_as_batch=False,
        compare_type=True, compare_server_default=True, transaction_per_migration=True,
        on_version_apply=lambda **applied: failpoint("migration.step"),
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
