"""Work on all cases, in stretches of row ids: one after the other in a session, or by as many processes as cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.db.session import create_engine, session_factory
from engine.verification.findings import Findings

STRETCH = 2_000  # cases that a process holds at once: some forty megabytes
WORTH_PROCESSES = 20_000  # cases
Check = Callable[[Session, datetime, int, int], Findings]
Progress = Callable[[str, int, int], None]
"""What is being done, how much of it, of how much."""


def silent(what: str, done: int, of: int) -> None:
    """Tell nobody."""


def over_cases(session: Session, at: datetime, check: Check, name: str, url: str | None, tell: Progress
               ) -> Iterator[Findings]:
    """What the check finds in each stretch; with `url` of the database many cases are spread over processes."""
    last, whole = session.execute(select(func.max(Case.id), func.count())).one()
    edges = [*range(1, (last or 0) + 1, STRETCH), (last or 0) + 1]
    stretches = [(first, beyond - 1) for first, beyond in pairwise(edges)]
    if url is None or whole < WORTH_PROCESSES:
        for place, (first, beyond) in enumerate(stretches, start=1):
            yield check(session, at, first, beyond)
            session.expunge_all()
            tell(name, place, len(stretches))
        return
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), _open, (url,)) as pool:
        jobs = pool.map(_check, *zip(*((check, at, *one) for one in stretches), strict=True))
        for place, found in enumerate(jobs, start=1):
            tell(name, place, len(stretches))
            yield found


_sessions: list[Callable[[], Session]] = []


def _open(url: str) -> None:
    """Of a process: the sessions in which it reads, each of them one view of the whole."""
    _sessions[:] = [session_factory(create_engine(url, pool_size=1, isolation_level="REPEATABLE READ"))]


def _check(check: Check, at: datetime, first: int, last: int) -> Findings:
    with _sessions[0]() as session:
        return check(session, at, first, last)
