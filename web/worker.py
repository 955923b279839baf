"""The worker: APScheduler as the alarm clock, the table of jobs as the work, one commit a step."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from engine import cases, clock, memory, notices
from engine.db import bell
from engine.db.failpoints import failpoint
from engine.jobs import DUE_JOB, JOBS, Job, Round
from engine.supervision.beats import JobBeat, beat, rest
from web.place import Place

log = structlog.get_logger()
SIGN_OF_LIFE = timedelta(seconds=5)
PATIENCE = timedelta(seconds=1)


class Tick(BaseTrigger):  # type: ignore[misc]
    """Comes so long after it was last looked at: a machine whose clock leapt on has missed one time, not a million."""

    def __init__(self, every: timedelta) -> None:
        self.every = every

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """At once the first time."""
        return now if previous_fire_time is None else now + self.every


class Worker:
    """Runs every job of the table at its cadence until it is told to stop."""

    def __init__(self, place: Place, jobs: tuple[Job | Round, ...] = JOBS) -> None:
        self.place, self.jobs = place, jobs
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.went: dict[str, JobBeat] = {}

    def run(self, parent: int | None = None) -> None:
        """Work until SIGTERM or SIGINT, or until the process that started us is gone."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        cases.give_way()
        memory.keep_what_is_there()
        scheduler = self._scheduler()
        scheduler.start()
        threading.Thread(target=self.listen, args=[scheduler], daemon=True).start()
        log.info("worker started", worker=self.name, jobs=len(self.jobs))
        looked = _both_clocks()
        while not self.stopping.wait(PATIENCE.total_seconds()):
            if parent is not None and os.getppid() != parent:
                break
            looked = self.wake_if_set_back(scheduler, looked)
        self.stopping.set()
        scheduler.shutdown(wait=True)
        with self.place.sessions.begin() as session:
            rest(session, self.name)
        log.info("worker stopped", worker=self.name)

    def do(self, job: Job | Round) -> int:
        """Do a job until nothing is left of it, each step in its own transaction; what fails is tried later."""
        done = 0
        try:
            while not self.stopping.is_set():
                step = self._walk(job) if isinstance(job, Round) else self._step(job)
                if not step:
                    break
                done += step
        except Exception as error:
            log.error("job failed", job=job.name, exc_info=error)
            self._note(job, type(error).__name__)
        else:
            self._note(job, "")
        return done

    def _step(self, job: Job) -> int:
        with self.place.sessions.begin() as session:
            step = job.do(session, clock.now())
            if step:
                failpoint(f"{job.name}.before_commit")
        if step:
            failpoint(f"{job.name}.after_commit")
        return step

    def _walk(self, job: Round) -> int:
        """Take letters, carry them without holding a row, and note what became of them; how many were taken."""
        with self.place.sessions.begin() as session:
            taken = notices.take(session, job.channel, clock.now())
        if not taken.letters:
            return 0
        failpoint("post.taken")
        carried = notices.carry(taken, self.stopping.is_set)
        failpoint("post.carried")
        with self.place.sessions.begin() as session:
            notices.note(session, carried, clock.now())
        return len(taken.letters)

    def _note(self, job: Job | Round, problem: str) -> None:
        """How the job went, for the next sign of life."""
        now = clock.now().isoformat()
        before = self.went.get(job.name)
        since = before["since"] if problem and before and before["problem"] else now
        self.went[job.name] = {"at": now, "problem": problem, "since": since if problem else ""}

    def listen(self, scheduler: Any) -> None:
        """Do what is due as soon as somebody says that it is, not at the next tick."""

        def hurry() -> None:
            with suppress(JobLookupError):
                scheduler.modify_job(DUE_JOB, next_run_time=_machine_now())

        while not self.stopping.is_set():
            try:
                bell.listen(self.place.engine, bell.DUE, hurry, self.stopping.is_set)
            except (psycopg.OperationalError, sa.exc.OperationalError):
                self.stopping.wait(PATIENCE.total_seconds())

    def wake_if_set_back(self, scheduler: Any, looked: tuple[datetime, float]) -> tuple[datetime, float]:
        """Both clocks of the machine now; where its time was set back since `looked`, no job waits for the old time."""
        now, ticked = _both_clocks()
        if now < looked[0] + timedelta(seconds=ticked - looked[1]) - PATIENCE:
            for scheduled in scheduler.get_jobs():
                scheduled.modify(next_run_time=now)
        return now, ticked

    def show_life(self) -> None:
        """Note in the database that this worker lives."""
        try:
            with self.place.sessions.begin() as session:
                beat(session, self.name, clock.now(), dict(self.went))
        except Exception as error:
            log.error("sign of life failed", exc_info=error)

    def _scheduler(self) -> Any:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds its job still at work is no news
        made = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self.jobs) + 1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for job in self.jobs:
            made.add_job(self.do, Tick(job.every), [job], id=job.name)
        made.add_job(self.show_life, Tick(SIGN_OF_LIFE), id="life")
        return made


def _machine_now() -> datetime:
    """APScheduler keeps the machine's time, however far a demo clock runs ahead."""
    return clock.now() - clock.offset()


def _both_clocks() -> tuple[datetime, float]:
    """The machine's time, which may be set, and its seconds, which only go forward."""
    return _machine_now(), clock.stopwatch()
