"""How many rows each table has, and a sum over them, whatever their order: by what two places are compared."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

Sum = list[int | str]
"""[rows, sum]: the sum is that of a 64-bit hash of every row as PostgreSQL writes it."""

_ONE_WAY_TO_WRITE = ("SET LOCAL TimeZone = 'UTC'", "SET LOCAL DateStyle = 'ISO'", "SET LOCAL statement_timeout = 0")


def sums_of(connection: sa.Connection) -> dict[str, Sum]:
    """The sum of every table of this database, by name; inside a transaction."""
    for setting in _ONE_WAY_TO_WRITE:
        connection.execute(sa.text(setting))
    return {name: _sum(connection, name) for name in sorted(sa.inspect(connection).get_table_names())}


def differing(connection: sa.Connection, sums: Mapping[str, Sum]) -> list[str]:
    """The tables that do not have these sums, by name; inside a transaction."""
    found = sums_of(connection) if sums else {}
    return [name for name, wanted in sums.items() if found.get(name) != wanted]


def _sum(connection: sa.Connection, name: str) -> Sum:
    quoted = connection.dialect.identifier_preparer.quote(name)
    asked = f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {quoted} AS t"
    rows, digest = connection.execute(sa.text(asked)).one()
    return [rows, digest]
