"""Many cases at once for a bench: copies of one that waits, and workers that drain what is due."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from statistics import quantiles
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from engine import cases
from engine.clock import stopwatch
from engine.db.session import create_engine, session_factory
from engine.demo import volume
from engine.demo.moulds import Mould, read_moulds

_FORK = multiprocessing.get_context("spawn")
WARM = 5  # steps of a worker before it is measured


def mould_of(sessions: sessionmaker[Session], case_id: int) -> Mould:
    """The case as it stands, ready to be copied."""
    with sessions.begin() as session:
        return read_moulds(session, [case_id])[0]


def write(sessions: sessionmaker[Session], copies: Iterator[volume.Copy]) -> list[int]:
    """Write the copies in batches; their row ids."""
    made: list[int] = []
    while batch := list(islice(copies, volume.BATCH)):
        with sessions.begin() as session:
            made += volume.write(session, batch)
    return made


def timed(work: Callable[[], object]) -> float:
    """How many milliseconds it took."""
    began = stopwatch()
    work()
    return (stopwatch() - began) * 1000


def p95(samples: Sequence[float]) -> float:
    """What nineteen of twenty do not exceed."""
    return quantiles(samples, n=20, method="inclusive")[-1] if len(samples) > 1 else samples[0]


def fire(sessions: sessionmaker[Session], at: datetime) -> list[int]:
    """One step of the worker, committed: the cases that it brought on."""
    with sessions.begin() as session:
        return cases.advance_some(session, at)


def drain(url: str, at: datetime, seconds: float, workers: int) -> float:
    """Fires a second of so many worker processes together, over so many seconds after they got going."""
    with working(url, at, seconds, workers) as reports:
        return sum(reports())


@contextmanager
def working(url: str, at: datetime, seconds: float, workers: int) -> Iterator[Callable[[], list[float]]]:
    """Workers that began to drain when the block begins; it gives the fires a second of each, when they are done."""
    start = _FORK.Barrier(workers + 1)
    pipes = [_FORK.Pipe(duplex=False) for _ in range(workers)]
    processes = [_FORK.Process(target=_drain, args=(url, at, seconds, start, into), daemon=True) for _, into in pipes]
    for process in processes:
        process.start()
    start.wait(timeout=120)
    try:
        yield lambda: [float(out.recv()) for out, _ in pipes]
    finally:
        for process, (out, into) in zip(processes, pipes, strict=True):
            process.join(timeout=seconds + 60)
            out.close()
            into.close()


def _drain(url: str, at: datetime, seconds: float, start: Any, into: Any) -> None:
    cases.give_way()
    engine = create_engine(url, pool_size=1)
    sessions = session_factory(engine)
    for _ in range(WARM):
        fire(sessions, at)
    start.wait(timeout=120)
    began, fired = stopwatch(), 0
    while (took := stopwatch() - began) < seconds and (done := fire(sessions, at)):
        fired += len(done)
    engine.dispose()
    into.send(fired / took)


@contextmanager
def copied(url: str) -> Iterator[sa.Engine]:
    """A copy of the database as it is now, gone afterwards; nobody may be connected to the original meanwhile."""
    original = sa.make_url(url)
    copy = original.set(database=f"{original.database}_copy")
    server = create_engine(original.set(database="postgres").render_as_string(hide_password=False),
                           isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{copy.database}" TEMPLATE "{original.database}"')
    engine = create_engine(copy.render_as_string(hide_password=False))
    try:
        yield engine
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{copy.database}" WITH (FORCE)')


def settle(engine: sa.Engine) -> None:
    """Vacuumed and analysed, as a database is that has been there for a while."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        volume.settle(connection)


def spread_over(mould: Mould, count: int, ahead: timedelta) -> Iterator[volume.Copy]:
    """Copies that wait, spread over a day, the first of them so far ahead."""
    for place in range(count):
        yield volume.Copy(mould, timedelta(0), ahead + timedelta(minutes=place % 1440))
