from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import clock
from engine.db import bell
from engine.jobs import DUE_JOB, JOBS, Job
from engine.supervision.models import Beat
from web import worker as worker_module
from web.place import Place
from web.worker import Worker

PATIENCE = 120.0


def job(do: Callable[[Session, datetime], int]) -> Job:
    return Job("test", timedelta(seconds=1), do)


def test_a_job_is_asked_until_nothing_is_left(place: Place) -> None:
    left = [3, 2, 1, 0]
    assert Worker(place, ()).do(job(lambda session, at: left.pop(0))) == 6
    assert left == []


def test_each_step_is_committed_by_itself(place: Place) -> None:
    seen = []

    def step(session: Session, at: datetime) -> int:
        seen.append(session.scalar(sa.select(sa.func.count()).select_from(Beat)))
        session.add(Beat(worker=str(len(seen)), at=at))
        if len(seen) == 3:
            raise RuntimeError("struck by lightning")
        return 1

    Worker(place, ()).do(job(step))
    with place.sessions() as session:
        kept = session.scalars(sa.select(Beat.worker).order_by(Beat.worker)).all()
    assert seen == [0, 1, 2] and kept == ["1", "2"]


def test_a_job_that_fails_does_not_stop_the_worker(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    def fail(session: Session, at: datetime) -> int:
        raise RuntimeError("struck by lightning")

    assert Worker(place, ()).do(job(fail)) == 0


def test_a_sign_of_life_is_one_row(place: Place) -> None:
    worker = Worker(place, ())
    worker.show_life()
    worker.show_life()
    with place.sessions() as session:
        assert session.scalars(sa.select(Beat.worker)).all() == [worker.name]


def test_every_job_of_the_table_runs_in_an_empty_house(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    worker = Worker(place)
    for each in JOBS:
        worker.do(each)
    assert "job failed" not in "".join(capfd.readouterr())


def test_a_stopped_worker_does_nothing_more(place: Place) -> None:
    worker = Worker(place, ())
    worker.stopping.set()
    assert worker.do(job(lambda session, at: 1)) == 0


class Alarm:
    """A scheduler that only counts how often a job is to be done at once."""

    def __init__(self) -> None:
        self.hurries = threading.Semaphore(0)

    def modify_job(self, name: str, next_run_time: datetime) -> None:
        assert name == DUE_JOB
        self.hurries.release()


def test_no_job_waits_for_a_time_that_was_taken_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, moved = Worker(place, ()), list[datetime]()
    job = SimpleNamespace(modify=lambda next_run_time: moved.append(next_run_time))
    scheduler = SimpleNamespace(get_jobs=lambda: [job])
    now, ticked = clock.now(), clock.stopwatch()
    monkeypatch.setattr(worker_module, "_both_clocks", lambda: (now, ticked))  # read together: no stop lies between
    for ahead in (timedelta(0), -timedelta(days=400), timedelta(seconds=0.5)):
        worker.wake_if_set_back(scheduler, (now + ahead, ticked))
    assert moved == []
    worker.wake_if_set_back(scheduler, (now + timedelta(hours=1), ticked))
    assert len(moved) == 1 and moved[0] < now + timedelta(minutes=1)


def test_the_bell_hurries_the_worker_even_after_its_connection_broke(place: Place) -> None:
    worker, alarm = Worker(place, ()), Alarm()
    thread = threading.Thread(target=worker.listen, args=[alarm])
    thread.start()
    try:
        assert alarm.hurries.acquire(timeout=PATIENCE)
        with place.sessions.begin() as session:
            session.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                    " WHERE query LIKE 'LISTEN%' AND datname = current_database()"))
        assert alarm.hurries.acquire(timeout=PATIENCE), "it listens again, and looks what it missed"
        with place.sessions.begin() as session:
            bell.ring(session, bell.DUE)
        assert alarm.hurries.acquire(timeout=PATIENCE)
    finally:
        worker.stopping.set()
        thread.join(timeout=PATIENCE)
    assert not thread.is_alive()
