"""A small city of a module's own, for what needs more than one connection: what is committed there stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from engine import attachments
from engine.cases import sealing
from engine.db.session import create_engine
from tests import town

Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def sessions(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """Makes sessions, each with a connection of its own."""
    engine: sa.Engine = create_engine(make_database())
    made = sessionmaker(engine, expire_on_commit=False)
    with made.begin() as session:
        town.build_town(session)
    attachments.use_folder(tmp_path_factory.mktemp("photos"))
    sealing.use_key("s" * 40)
    yield made
    engine.dispose()
