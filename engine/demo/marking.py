"""The mark of a demo city in the making, kept in its own database: what a kill left half done is made anew."""

from __future__ import annotations

import sqlalchemy as sa

_WORDS = "demo city in the making"


def is_half_made(connection: sa.Connection) -> bool:
    """Whether a kill left half a city here."""
    words = sa.text("SELECT obj_description(to_regclass('division'), 'pg_class')")
    return bool(connection.scalar(words) == _WORDS)


def mark(connection: sa.Connection) -> None:
    """From now on what is here is half a city."""
    connection.execute(sa.text(f"COMMENT ON TABLE division IS '{_WORDS}'"))


def unmark(connection: sa.Connection) -> None:
    """The city is whole, or what is here is no demo."""
    connection.execute(sa.text("COMMENT ON TABLE division IS NULL"))
