"""Tables without indexes and references while very much is written into them, within one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

_INDEXES = """
SELECT quote_ident(name.relname) AS name, pg_get_indexdef(index.indexrelid) AS made
FROM pg_index AS index JOIN pg_class AS name ON name.oid = index.indexrelid
WHERE index.indrelid = ANY(CAST(:tables AS regclass[]))
AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = index.indexrelid) ORDER BY 1
"""
_REFERENCES = """
SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS made
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(CAST(:tables AS regclass[])) ORDER BY 1, 2
"""


@contextmanager
def bare(session: Session, tables: Sequence[sa.Table]) -> Iterator[None]:
    """Take the indexes and references off these tables and put them back at the end of the block.

    Nothing is committed: when the block or the process breaks off, all is as it was. Others wait meanwhile.
    Primary keys and unique constraints stay; rows come in the order of their ids, which costs those little.
    """
    names = {"tables": [f'"{table.name}"' for table in tables]}
    indexes = session.execute(sa.text(_INDEXES), names).all()
    references = session.execute(sa.text(_REFERENCES), names).all()
    for one in references:
        session.execute(sa.text(f"ALTER TABLE {one.owner} DROP CONSTRAINT {one.name}"))
    for one in indexes:
        session.execute(sa.text(f"DROP INDEX {one.name}"))
    yield
    session.execute(sa.text("SET LOCAL maintenance_work_mem = '512MB'"))
    for one in indexes:
        session.connection().exec_driver_sql(one.made)
    for one in references:
        session.connection().exec_driver_sql(f"ALTER TABLE {one.owner} ADD CONSTRAINT {one.name} {one.made}")
