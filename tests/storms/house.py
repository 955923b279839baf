"""A scratch place with real processes in it: a server and workers that are killed and started again."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments, clock, verification
from engine.cases import sealing
from engine.db import failpoints
from engine.db.session import create_engine
from engine.supervision.models import Beat

PATIENCE = 240.0  # seconds: for what is waited for; a machine may be slow, or stop for a while
WEB, WORKER = "serve", "worker"
PASSING = ("OperationalError", "InterfaceError", "InFailedSqlTransaction", "ServerFailed",  # for want of a database
           "PendingRollbackError", "QueuePool")
SECRET = "storm" * 8


class House:
    """`wangge serve --no-worker` and any number of `wangge worker`, on a database that is there already.

    With `is_embedded` the server keeps the database of its folder, which `url` leads to. `told` are variables of
    the environment that its processes get besides.
    """

    def __init__(self, data: Path, url: str, workers: int = 1, serves: bool = True, is_embedded: bool = False,
                 told: Mapping[str, str] | None = None) -> None:
        self.data, self.url, self.port = data, url, _free_port()
        self.is_embedded, self.told = is_embedded, dict(told or {})
        self.engine = create_engine(url, poolclass=sa.NullPool)  # one that lies in a pool may be ended by the storm
        self.arming = data / "failpoints"
        self.arming.mkdir(parents=True, exist_ok=True)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.names = [WEB] * serves + [f"{WORKER} {number}" for number in range(workers)]
        self.enter()
        clock.advance(_next_wednesday() - clock.now())

    def enter(self) -> None:
        """Let this process see the place's clock and photos."""
        clock.follow(self.data / "clock")
        attachments.use_folder(self.data / "objects")
        sealing.use_key("s" * 40)

    # coming and going -------------------------------------------------------------------------------------------
    def open(self) -> None:
        """Start everything that does not run, and wait until the server answers."""
        for name in self.names:
            self.start(name)
        if WEB in self.names:
            self.wait_for(self.answers, "the server does not answer")

    def start(self, name: str) -> None:
        """Start this process, unless it runs."""
        running = self.processes.get(name)
        if running is not None and running.poll() is None:
            return
        command = [WEB, "--no-worker"] if name == WEB else [WORKER]
        with open(self.data / f"{name.replace(' ', '-')}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "web.cli", *command], env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)

    def environment(self) -> dict[str, str]:
        """What the processes are told."""
        known = {**os.environ, "DATA": str(self.data), "DATABASE_URL": self.url, "PORT": str(self.port), "DEMO": "1",
                 "SECRET_KEY": SECRET, "LOG_LEVEL": "warning", failpoints.VARIABLE: str(self.arming), **self.told}
        if self.is_embedded:
            del known["DATABASE_URL"]
        return known

    def close(self) -> None:
        """End everything that runs, and let go of the place."""
        for name in self.processes:
            self.kill(name)
        self.engine.dispose()
        clock.follow(None)

    # harm -------------------------------------------------------------------------------------------------------
    def kill(self, name: str) -> None:
        """SIGKILL for a process that we started; what it had under it dies with it."""
        process = self.processes[name]
        process.kill()
        process.wait()

    def kill_any(self, chance: random.Random) -> str:
        """SIGKILL at random: a worker, one process of the server, its master, or the whole server; which it was."""
        name = chance.choice(self.names)
        if name != WEB or chance.random() < 0.2:
            self.kill(name)
            self.start(name)
            return name
        with suppress(psutil.NoSuchProcess):
            masters = psutil.Process(self.processes[WEB].pid).children()
            inside = [child for master in masters for child in master.children()]
            victim = chance.choice([*inside, *inside, *masters]) if masters else None
            if victim is not None:
                victim.send_signal(signal.SIGKILL)
                return "server process" if victim in inside else "server master"
        return "nobody"

    def arm(self, point: str) -> None:
        """The next process that comes by this point dies there."""
        (self.arming / point).touch()

    def disarm(self) -> None:
        """Nobody dies anywhere any more."""
        for point in self.arming.iterdir():
            point.unlink(missing_ok=True)

    def has_lost(self) -> bool:
        """Whether a process that we started is dead."""
        return any(process.poll() is not None for process in self.processes.values())

    def is_armed(self, point: str) -> bool:
        """Whether nobody has come by this point since."""
        return (self.arming / point).exists()

    # asking -----------------------------------------------------------------------------------------------------
    @property
    def address(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}/api/v1"

    def answers(self) -> bool:
        """Whether the server is ready."""
        with suppress(requests.RequestException):
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).ok
        return False

    def wait_for(self, what: Callable[[], bool], otherwise: str, patience: float = PATIENCE) -> float:
        """Wait until it is so; how many seconds that took. AssertionError, with the last words, when patience ends."""
        began = clock.stopwatch()
        while not what():
            waited = clock.stopwatch() - began
            assert waited < patience, f"{otherwise}; {self.said()}"
            time.sleep(0.05)
        return clock.stopwatch() - began

    def said(self) -> str:
        """The last words of every process."""
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in self.data.glob("*.log"))

    def nice(self, name: str) -> int:
        """How much a process that runs gives way to others."""
        return int(psutil.Process(self.processes[name].pid).nice())

    def failed(self) -> list[str]:
        """What the workers could not do, other than for want of a database."""
        logs = [log.read_text(errors="replace") for log in self.data.glob(f"{WORKER}*.log")]
        lines = [line for log in logs for line in log.split("\n")]
        return [line for line in lines if "failed" in line and not any(name in line for name in PASSING)]

    def ready(self) -> dict[str, str]:
        """What the page of health says; nothing where nobody answers."""
        with suppress(requests.RequestException):
            said: dict[str, str] = requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).json()
            return said
        return {}

    def advance(self, by: timedelta) -> None:
        """Push the clock of the place forward."""
        self.shift(by)

    def set_back(self, by: timedelta) -> None:
        """Put the clock of the place back, as whoever corrects a machine may."""
        self.shift(-by)

    def shift(self, by: timedelta) -> None:
        """Set the clock of the place that much on, or back."""
        beside = self.data / "clock.set"
        beside.write_text(str((clock.offset() + by).total_seconds()), encoding="ascii")
        beside.replace(self.data / "clock")

    def session(self) -> Session:
        """A session on the database of the place."""
        return Session(self.engine, expire_on_commit=False)

    def drained(self) -> bool:
        """Whether nothing is due any more: no timer, no measure, no message."""
        from engine import cases
        from engine.notices.models import Outbox

        with self.session() as session:
            at = clock.now()
            waiting = sa.select(sa.func.count()).select_from(Outbox).where(
                Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None), Outbox.next_try_at <= at)
            return cases.lag(session, at) == timedelta(0) and not session.scalar(waiting)

    def is_watched(self) -> bool:
        """Whether a worker has shown life a moment ago."""
        with self.session() as session:
            return bool(session.scalar(sa.select(sa.func.count()).select_from(Beat).where(
                Beat.at > clock.now() - timedelta(seconds=10))))

    def drain(self, patience: float = PATIENCE) -> float:
        """Wait until nothing is due any more; how many seconds that took."""
        return self.wait_for(self.drained, "what is due is not done", patience)

    def verify(self) -> int:
        """All ten invariants, none violated, each checked where there is something; how many things were checked.

        Read in one view of the whole, for the workers go on counting meanwhile.
        """
        self.drain()
        self.wait_for(self.is_watched, "no worker shows life")
        with self.session() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            found = verification.verify(session, clock.now())
        wrong = {name: one.examples for name, one in found.items() if one.violations or not one.checked}
        if found["I10"].violations == 0:
            wrong.pop("I10", None)  # a storm may take no photo at all
        assert not wrong, wrong
        assert not (failed := self.failed()), failed[:3]
        return sum(one.checked for one in found.values())


def _next_wednesday() -> datetime:
    """09:00 in the office on the next Wednesday: every storm begins on a working day."""
    today = clock.now().astimezone(clock.ZONE)
    return (today + timedelta(days=(2 - today.weekday()) % 7 or 7)).replace(hour=9, minute=0, second=0, microsecond=0)


def run(arguments: list[str], environment: dict[str, str]) -> int:
    """Run a Python module to its end; its exit code."""
    done = subprocess.run([sys.executable, *arguments], env={**os.environ, **environment}, capture_output=True,
                          timeout=PATIENCE, check=False)
    return done.returncode


def _free_port() -> int:
    """A port above 8500 on which nobody listens."""
    while True:
        port = random.SystemRandom().randrange(8600, 29000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
