"""`timers`: what waiting costs, and what a herd costs that is due at one instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from statistics import mean

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from engine import processes
from engine.bench.crowd import copied, drain, fire, mould_of, p95, settle, spread_over, timed, working, write
from engine.bench.figures import Figure, Report, conditions_of, figure
from engine.bench.step import NotTheSame
from engine.bench.walking import WALK, Office
from engine.db.session import create_engine, session_factory
from engine.demo import volume

FEW, MANY, HERD = 10_000, 1_000_000, 10_000
FAR = timedelta(days=90)  # what only waits is due long after the herd
EARLIER = 10  # one in so many of the herd is due a minute before the others
BEST_OF = 3  # ticks: one is shorter than what may come between
TURNS = 3  # how often the herd is drained by one worker and by two, in turns, and people act in calm and in the herd
EVERY = 3  # a step of the worker among so many acts
SPARE = 400  # of the herd, for what is only warmed up


def measure(url: str, rounds: int, scale: float = 1) -> Report:
    """The idle tick at a hundred times the rows, and the herd; raises NotTheSame."""
    engine = create_engine(url)
    try:
        sessions = session_factory(engine)
        office = Office(sessions)
        office.found()
        office.report()
        few, many = round(FEW * scale) or 1, round(MANY * scale) or 1
        ticks, waiting = _ticks(engine, office, (few, many), max(rounds, 5) * 5)
        herd, due = _herd(sessions, office, max(round(HERD * scale), rounds * 10 * len(WALK) + SPARE))
        settle(engine)
        figures = _tick_figures(*ticks) | _one_by_one(sessions, office, rounds, due, herd)
        figures |= _together(url, office, due, seconds=max(0.5, 4 * min(1, scale)), rounds=rounds)
        with engine.connect() as connection:
            conditions = conditions_of(connection) | {"waiting": waiting, "herd": len(herd)}
    finally:
        engine.dispose()
    return Report(figures, conditions)


def _ticks(engine: sa.Engine, office: Office, sizes: tuple[int, int],
           count: int) -> tuple[list[list[float]], list[int]]:
    """Ticks with few rows waiting and with many, in turns, and how many those were."""
    mould = mould_of(office.sessions, office.case_id)
    few, many = (-(-size // len(mould.waiting)) for size in sizes)
    write(office.sessions, spread_over(mould, few, FAR))
    settle(engine)
    engine.dispose()
    with copied(engine.url.render_as_string(hide_password=False)) as small:
        write(office.sessions, spread_over(mould, many - few, FAR))
        settle(engine)
        settle(small)
        kinds = [session_factory(small), office.sessions]
        turns = [[min(timed(partial(_idle, sessions, office.at)) for _ in range(BEST_OF)) for sessions in kinds]
                 for _ in range(count + 10)][10:]
    return [list(one) for one in zip(*turns, strict=True)], [cases * len(mould.waiting) for cases in (few, many)]


def _idle(sessions: sessionmaker[Session], at: datetime) -> None:
    if fire(sessions, at):
        raise NotTheSame("something was due while nothing should be")


def _tick_figures(few: list[float], many: list[float]) -> dict[str, Figure]:
    ratios = [large / small for small, large in zip(few, many, strict=True)]
    return {"idle_tick_ms": figure(many, "ms"), "idle_tick_few_ms": figure(few, "ms"),
            "idle_tick_1e6_over_1e4": figure(ratios, "×")}


def _herd(sessions: sessionmaker[Session], office: Office, count: int) -> tuple[dict[int, datetime], datetime]:
    """When each of the herd is due, by case, and the instant at which nearly all are."""
    office.report()
    with sessions.begin() as session:
        due = _climbs_at(session, office.case_id)
    while fire(sessions, due - timedelta(minutes=2)):
        pass
    mould = mould_of(sessions, office.case_id)

    def copies() -> Iterator[volume.Copy]:
        for place in range(count):
            yield volume.Copy(mould, timedelta(0), timedelta(minutes=-1 if place % EARLIER == 0 else 0))

    made = write(sessions, copies())
    office.at = due
    return {case_id: due - timedelta(minutes=place % EARLIER == 0) for place, case_id in enumerate(made)}, due


def _climbs_at(session: Session, case_id: int) -> datetime:
    instance = processes.get_instance(session, case_id)
    return min(timer.due_at for timer in processes.list_timers(session, instance.id))


def _one_by_one(sessions: sessionmaker[Session], office: Office, rounds: int, due: datetime,
                herd: dict[int, datetime]) -> dict[str, Figure]:
    """Steps of the worker among acts, so that whatever slows the machine down slows both."""
    fires, acts, fired = [], [], list[int]()
    for _ in range(rounds):
        office.report()
        taken, steps = [], []
        for place, turn in enumerate(WALK):
            if place % EVERY == 0:
                steps.append(_step(sessions, due, fired))
            actor, task_id, values = office.prepare(turn)
            taken.append(timed(partial(office.act, turn, actor, task_id, values)))
        fires.append(mean(steps))
        acts.append(mean(taken))
    moments = [herd[case_id] for case_id in fired if case_id in herd]
    wrong = sum(later < earlier for earlier, later in zip(moments, moments[1:], strict=False))
    return {"fire_ms": figure(fires, "ms"), "act_ms": figure(acts, "ms"),
            "fire_over_act": figure([fire / act for fire, act in zip(fires, acts, strict=True)], "×"),
            "fired_out_of_order": figure([wrong], "fires")}


def _step(sessions: sessionmaker[Session], due: datetime, fired: list[int]) -> float:
    """How many milliseconds each fire of a step took, its share of the commit with it."""
    before = len(fired)
    took = timed(lambda: fired.extend(fire(sessions, due)))
    if len(fired) == before:
        raise NotTheSame("the herd was too small")
    return took / (len(fired) - before)


def _together(url: str, office: Office, due: datetime, seconds: float, rounds: int) -> dict[str, Figure]:
    """Two workers beside one, and people's acts while one works, beside calm."""
    ones, twos, fired, calm, busy = [], [], [], [], []
    for _ in range(TURNS):
        ones.append(drain(url, due, seconds, 1))
        twos.append(drain(url, due, seconds, 2))
    for _ in range(TURNS):
        whole = timed(lambda: calm.extend(_acts(office, -(-rounds // TURNS)))) / 1000
        with working(url, due, 1.5 * whole, 1) as reports:
            busy += _acts(office, -(-rounds // TURNS))
            fired += reports()
    return {
        "fires_per_s": figure(ones, "1/s", "higher"),
        "two_workers_over_one": figure([two / one for one, two in zip(ones, twos, strict=True) if one] or [0.0],
                                       "×", "higher"),
        "acts_p95_calm_ms": figure([p95(calm)], "ms"), "acts_p95_during_herd_ms": figure([p95(busy)], "ms"),
        "acts_p95_during_herd_over_calm": figure([p95(busy) / p95(calm)], "×"),
        "fires_per_s_meanwhile": figure(fired, "1/s", "higher")}


def _acts(office: Office, rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        office.report()
        for turn in WALK:
            actor, task_id, values = office.prepare(turn)
            taken.append(timed(partial(office.act, turn, actor, task_id, values)))
    return taken
