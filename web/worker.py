"""The worker: APScheduler as the alarm clock, the table of jobs as the work, one commit a step."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from datetime import UTC, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from engine import clock
from engine.db import bell
from engine.db.failpoints import failpoint
from engine.jobs import DUE_JOB, JOBS, Job
from engine.supervision.beats import beat, rest
from web.place import Place

log = structlog.get_logger()
SIGN_OF_LIFE = timedelta(seconds=5)
PATIENCE = timedelta(seconds=1)


class Worker:
    """Runs every job of the table at its cadence until it is told to stop."""

    def __init__(self, place: Place, jobs: tuple[Job, ...] = JOBS) -> None:
        self.place, self.jobs = place, jobs
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()

    def run(self, parent: int | None = None) -> None:
        """Work until SIGTERM or SIGINT, or until the process that started us is gone."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        scheduler = self._scheduler()
        scheduler.start()
        threading.Thread(target=self.listen, args=[scheduler], daemon=True).start()
        log.info("worker started", worker=self.name, jobs=len(self.jobs))
        while not self.stopping.wait(PATIENCE.total_seconds()):
            if parent is not None and os.getppid() != parent:
                break
        self.stopping.set()
        scheduler.shutdown(wait=True)
        with self.place.sessions.begin() as session:
            rest(session, self.name)
        log.info("worker stopped", worker=self.name)

    def do(self, job: Job) -> int:
        """Do a job until nothing is left of it, each step in its own transaction; what fails is tried later."""
        done = 0
        try:
            while not self.stopping.is_set():
                with self.place.sessions.begin() as session:
                    step = job.do(session, clock.now())
                    if not step:
                        break
                    failpoint(f"{job.name}.before_commit")
                failpoint(f"{job.name}.after_commit")
                done += step
        except Exception as error:
            log.error("job failed", job=job.name, exc_info=error)
        return done

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

    def show_life(self) -> None:
        """Note in the database that this worker lives."""
        try:
            with self.place.sessions.begin() as session:
                beat(session, self.name, clock.now())
        except Exception as error:
            log.error("sign of life failed", exc_info=error)

    def _scheduler(self) -> Any:
        made = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self.jobs) + 1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for job in self.jobs:
            made.add_job(self.do, "interval", [job], seconds=job.every.total_seconds(), id=job.name)
        made.add_job(self.show_life, "interval", seconds=SIGN_OF_LIFE.total_seconds(), id="life")
        for scheduled in made.get_jobs():  # the first round at once
            scheduled.modify(next_run_time=_machine_now())
        return made


def _machine_now() -> Any:
    """APScheduler keeps the machine's time, however far a demo clock runs ahead."""
    return clock.now() - clock.offset()
