"""Indexes and references that were taken off for the time of writing are there again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.db import Base, migrate
from engine.db.session import create_engine
from engine.demo.bare import bare

TABLES = [Base.metadata.tables[name] for name in ("case", "custody")]


def _there(session: Session) -> set[str]:
    inspector = sa.inspect(session.connection())
    return {str(one["name"]) for table in ("case", "custody")
            for one in (*inspector.get_indexes(table), *inspector.get_foreign_keys(table))}


def test_all_is_as_the_models_say_afterwards(make_database: Callable[..., str]) -> None:
    engine = create_engine(make_database())
    with Session(engine) as session:
        before = _there(session)
        with bare(session, TABLES):
            assert "ix_case_closed" not in _there(session) and _there(session) < before
        assert _there(session) == before
        session.commit()
    with engine.connect() as connection:
        assert migrate.differences(connection) == []
    engine.dispose()


def test_a_broken_off_load_leaves_all_as_it_was(make_database: Callable[..., str]) -> None:
    engine = create_engine(make_database())
    with Session(engine) as session:
        before = _there(session)
        with pytest.raises(RuntimeError), bare(session, TABLES):
            raise RuntimeError
        session.rollback()
        assert _there(session) == before
    engine.dispose()
