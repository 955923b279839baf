"""The bell between processes: heard after the commit, and no longer than somebody listens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.db import bell
from engine.db.session import create_engine

PATIENCE = 120.0


@pytest.fixture
def engine(make_database: Callable[..., str]) -> Iterator[sa.Engine]:
    engine = create_engine(make_database(empty=True))
    yield engine
    engine.dispose()


def test_a_bell_is_heard_once_its_transaction_is_committed(engine: sa.Engine) -> None:
    ears, over = threading.Semaphore(0), threading.Event()
    listener = threading.Thread(target=bell.listen, args=[engine, bell.DUE, ears.release, over.is_set])
    listener.start()
    assert ears.acquire(timeout=PATIENCE), "whoever begins to listen looks once"
    with Session(engine) as session, session.begin():
        bell.ring(session, "another")
        bell.ring(session, bell.DUE)
        assert not ears.acquire(timeout=0.1)
    assert ears.acquire(timeout=PATIENCE)
    over.set()
    listener.join(timeout=PATIENCE)
    assert not listener.is_alive() and not ears.acquire(blocking=False)
