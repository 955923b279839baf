"""`step`: an act from the session to the commit, beside stock SpiffWorkflow in memory and a bare commit.

The three take turns case by case, so that whatever slows the machine down slows all of them down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import mean

import sqlalchemy as sa

from engine import memory
from engine.bench.figures import Figure, Report, conditions_of, figure
from engine.bench.replica import Batch, Replica, replica_of
from engine.bench.statements import Counter, counter_for
from engine.bench.stock import Stock
from engine.bench.walking import WALK, Office
from engine.clock import stopwatch
from engine.db.session import create_engine, session_factory

WARM_UP = 6  # rounds that are not counted: psycopg prepares a statement when it comes for the sixth time


class NotTheSame(RuntimeError):
    """What was compared did not do the same work."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one act took: milliseconds and statements."""

    element: str
    act: float
    raw: float
    bare: float
    statements: int


def measure(url: str, rounds: int, warm_up: int = WARM_UP) -> Report:
    """Walk typical cases through an empty scratch database; raises NotTheSame when the comparison is void."""
    with _engine(url) as engine:
        Office(session_factory(engine)).found()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
            conditions = conditions_of(connection)
    with _engine(url) as engine, replica_of(url) as replica:
        counter = counter_for(engine, replica.copy)
        memory.keep_what_is_there()  # as every process that serves does
        walks = _walks(Office(session_factory(engine)), Stock(), replica, counter, warm_up + rounds)[warm_up:]
        if wrong := replica.differences():
            raise NotTheSame(f"the bare commit wrote other rows: {', '.join(wrong)}")
        conditions |= {"acts": [turn.element for turn in WALK], "cases": rounds, "counted_by": counter.how}
    return Report(_figures(walks), conditions)


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _walks(office: Office, stock: Stock, replica: Replica, counter: Counter, rounds: int) -> list[list[Taken]]:
    walks = []
    for _ in range(rounds):
        replica.catch_up()
        recorded = _recorded(office, replica, counter)
        acts, raws = _acted(office), _in_memory(stock)
        bares = [_bare(replica, before, wrote) for _, before, wrote in recorded]
        walks.append([Taken(turn.element, act, raw, bare, statements) for turn, act, raw, bare, (statements, *_)
                      in zip(WALK, acts, raws, bares, recorded, strict=True)])
    replica.catch_up()
    return walks


def _recorded(office: Office, replica: Replica, counter: Counter) -> list[tuple[int, list[Batch], list[Batch]]]:
    """A case of which each act is looked at: its statements, what was written since the act before, what it wrote.

    None of it is timed: to read what an act wrote takes as long as ten acts, and leaves every cache cold.
    """
    office.report()
    walk = []
    for turn in WALK:
        actor, task_id, values = office.prepare(turn)
        before, counted = replica.changes(), counter.total()
        office.act(turn, actor, task_id, values)
        walk.append((counter.total() - counted, before, replica.changes()))
    return walk


def _acted(office: Office) -> list[float]:
    """A case like it, each act timed."""
    office.report()
    taken = []
    for turn in WALK:
        actor, task_id, values = office.prepare(turn)
        taken.append(_timed(partial(office.act, turn, actor, task_id, values)))
    return taken


def _in_memory(stock: Stock) -> list[float]:
    """The same acts of stock SpiffWorkflow; raises NotTheSame where it comes to no end."""
    stock.begin()
    taken = [_timed(partial(stock.act, turn.element, turn.outcome)) for turn in WALK]
    if not stock.done:
        raise NotTheSame("stock SpiffWorkflow did not come to the end of the case")
    return taken


def _bare(replica: Replica, before: list[Batch], wrote: list[Batch]) -> float:
    """The bare commit of what an act wrote."""
    replica.write(before)
    return _timed(partial(replica.write, wrote))


def _timed(work: Callable[[], object]) -> float:
    began = stopwatch()
    work()
    return (stopwatch() - began) * 1000


def _figures(walks: list[list[Taken]]) -> dict[str, Figure]:
    """Each round is one case: the mean of its acts; the figure is the median of the rounds."""
    act = [mean(one.act for one in walk) for walk in walks]
    raw = [mean(one.raw for one in walk) for walk in walks]
    bare = [mean(one.bare for one in walk) for walk in walks]
    sums = list(zip(act, raw, bare, strict=True))
    figures = {
        "act_ms": figure(act, "ms"),
        "raw_ms": figure(raw, "ms"),
        "bare_commit_ms": figure(bare, "ms"),
        "act_over_raw": figure([a / r for a, r, _ in sums], "×"),
        "overhead_in_commits": figure([(a - r) / b for a, r, b in sums], "commits"),
        "statements_per_act": figure([mean(one.statements for one in walk) for walk in walks], "statements"),
    }
    for place, turn in enumerate(WALK):
        figures[f"{turn.element}_ms"] = figure([walk[place].act for walk in walks], "ms")
        figures[f"{turn.element}_statements"] = figure([walk[place].statements for walk in walks], "statements")
    return figures
