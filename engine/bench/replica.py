"""The bare commit: a second database that takes over every row an act wrote, by one prepared pipeline.

It is a copy of the scratch database, so each insert keeps the same constraints, indexes and triggers. What an act
wrote is read from the rows themselves: those whose transaction is younger than the last look.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from engine.bench.crowd import copied
from engine.db import tables
from engine.db.session import create_engine

Row = dict[str, Any]
Key = tuple[Any, ...]
Write = tuple[bytes, list[Any]]
Batch = tuple[bytes, list[list[Any]]]


class Replica:
    """The copy and what it knows of the rows of the original."""

    def __init__(self, original: psycopg.Connection[Row], copy: psycopg.Connection[Row]) -> None:
        self.original, self.copy = original, copy
        self.tables = [table for table in tables.metadata().sorted_tables if table.primary_key.columns]
        self.rows: dict[str, dict[Key, Row]] = {table.name: {} for table in self.tables}
        for table in self.tables:
            self._read(table, 0)
        self.seen = self._now()

    def catch_up(self) -> None:
        """Take over what was written between two acts."""
        self.write(self.changes())

    def changes(self) -> list[Batch]:
        """What brings the copy up to date with the original, in an order that keeps its references."""
        seen, self.seen = self.seen, self._now()
        writes = [write for table in self.tables for write in self._read(table, seen)]
        writes += [write for table in reversed(self.tables) for write in self._gone(table)]
        return [(statement, [values for _, values in same])
                for statement, same in groupby(writes, key=lambda write: write[0])]

    def write(self, batches: list[Batch]) -> None:
        """One transaction, one pipeline of prepared statements: what is measured."""
        with self.copy.pipeline(), self.copy.transaction(), self.copy.cursor() as cursor:
            for statement, rows in batches:
                cursor.executemany(statement, rows)

    def differences(self) -> list[str]:
        """The tables in which the copy is not the original; empty when every row was taken over."""
        return [table.name for table in self.tables
                if self._content(self.original, table) != self._content(self.copy, table)]

    def _now(self) -> int:
        row = self.original.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xid").fetchone()
        assert row is not None
        return int(row["xid"])

    def _read(self, table: sa.Table, since: int) -> list[Write]:
        name, known, keys = sql.Identifier(table.name), self.rows[table.name], _keys(table)
        rows = self.original.execute(
            sql.SQL("SELECT * FROM {} WHERE xmin::text::bigint >= %s ORDER BY {}").format(name, _columns(keys)),
            [since]).fetchall()
        writes: list[Write] = []
        for row in rows:
            key = tuple(row[column] for column in keys)
            before, known[key] = known.get(key), row
            changed = row if before is None else {
                column: value for column, value in row.items() if before[column] != value}
            if before is None:
                writes.append(_insert(name, changed))
            elif changed:
                writes.append(_update(name, changed, keys, key))
        return writes

    def _gone(self, table: sa.Table) -> list[Write]:
        name, known, keys = sql.Identifier(table.name), self.rows[table.name], _keys(table)
        counted = self.original.execute(sql.SQL("SELECT count(*) AS n FROM {}").format(name)).fetchone()
        if counted is not None and counted["n"] == len(known):
            return []
        with self.original.cursor(row_factory=tuple_row) as cursor:
            there = set(cursor.execute(sql.SQL("SELECT {} FROM {}").format(_columns(keys), name)))
        gone = sorted(known.keys() - there)
        for key in gone:
            del known[key]
        delete = sql.SQL("DELETE FROM {} WHERE {}").format(name, _match(keys)).as_bytes()
        return [(delete, list(key)) for key in gone]

    def _content(self, connection: psycopg.Connection[Row], table: sa.Table) -> list[Row]:
        return connection.execute(sql.SQL("SELECT * FROM {} ORDER BY {}").format(
            sql.Identifier(table.name), _columns(_keys(table)))).fetchall()


@contextmanager
def replica_of(url: str) -> Iterator[Replica]:
    """A replica on the same server; nobody else may be connected to the original while it is copied."""
    with copied(url) as bare, _connect(sa.make_url(url)) as source, _connect(bare.url) as copy:
        source.autocommit = True
        copy.prepared_max = None
        yield Replica(source, copy)


def _connect(url: sa.URL) -> psycopg.Connection[Row]:
    engine = create_engine(url.render_as_string(hide_password=False), poolclass=sa.NullPool)
    arguments, named = engine.dialect.create_connect_args(engine.url)
    return psycopg.connect(*arguments, **named, row_factory=dict_row)


def _keys(table: sa.Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _columns(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _match(keys: list[str]) -> sql.Composed:
    return sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(key)) for key in keys)


def _insert(table: sql.Identifier, row: Row) -> Write:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        table, _columns(list(row)), sql.SQL(", ").join([sql.Placeholder()] * len(row)))
    return statement.as_bytes(), _values(row)


def _update(table: sql.Identifier, row: Row, keys: list[str], key: Key) -> Write:
    changes = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in row)
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(table, changes, _match(keys))
    return statement.as_bytes(), [*_values(row), *key]


def _values(row: Row) -> list[Any]:
    return [Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()]
