"""`aging`: the fiftieth time round the rework loop beside the first, in time and in bytes of state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from engine.bench.crowd import timed
from engine.bench.figures import Report, conditions_of, figure
from engine.bench.step import NotTheSame
from engine.bench.walking import WALK, Office, Turn
from engine.cases.models import Case
from engine.db.session import create_engine, session_factory
from engine.processes.models import Instance
from engine.worklist.models import Task

LOOPS, VISITS = 50, 200
BACK = Turn("check", "rework", WALK[3].who, {"reason": "现场仍有积水，请返工。"})
AGAIN = WALK[2]
MOMENT = timedelta(seconds=2)  # between two acts, so that two hundred of them pass before any limit does


@dataclass(frozen=True, slots=True)
class Loop:
    """One time round: milliseconds of its acts, bytes of the state afterwards."""

    took: float
    size: int


def measure(url: str, rounds: int, scale: float = 1) -> Report:
    """Send cases back again and again; raises NotTheSame when one stands still."""
    engine = create_engine(url)
    try:
        office = Office(session_factory(engine))
        office.found()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
            conditions = conditions_of(connection)
        cases = [_loops(office, LOOPS) for _ in range(max(2, rounds // 6) + 1)][1:]
        _loops(office, VISITS)
    finally:
        engine.dispose()
    first, last = [case[0] for case in cases], [case[-1] for case in cases]
    pairs = list(zip(first, last, strict=True))
    return Report({
        "time_1st_ms": figure([one.took for one in first], "ms"),
        "time_50th_ms": figure([one.took for one in last], "ms"),
        "time_50th_over_1st": figure([after.took / before.took for before, after in pairs], "×"),
        "bytes_1st": figure([one.size for one in first], "bytes"),
        "bytes_50th_over_1st": figure([after.size / before.size for before, after in pairs], "×"),
        "visits_that_still_move": figure([VISITS], "visits", "higher"),
    }, conditions | {"cases": len(cases), "loops": LOOPS})


def _loops(office: Office, count: int) -> list[Loop]:
    """A new case, so often round the loop."""
    office.report()
    for turn in WALK[:3]:
        _turn(office, turn)
    return [_loop(office) for _ in range(count)]


def _loop(office: Office) -> Loop:
    """Sent back, and handled again."""
    took = _turn(office, BACK) + _turn(office, AGAIN)
    with office.sessions.begin() as session:
        reworks, size = session.execute(
            sa.select(Case.reworks, sa.func.length(Instance.state)).join(Instance, Instance.case_id == Case.id)
            .where(Case.id == office.case_id)).one()
        waits = session.scalars(
            sa.select(Task.element).where(Task.case_id == office.case_id, Task.closed_at.is_(None))).all()
    if "check" not in waits:
        raise NotTheSame(f"after {reworks} times round the case waits for {waits}")
    return Loop(took, size)


def _turn(office: Office, turn: Turn) -> float:
    at = office.at
    actor, task_id, values = office.prepare(turn)
    office.at = at + MOMENT
    return timed(partial(office.act, turn, actor, task_id, values))
