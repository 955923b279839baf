"""Serving: gunicorn around the application, and beside it a worker; both are started again when they die."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from engine import clock, memory, settings
from engine.db import server
from engine.db.programs import ServerFailed
from engine.settings import Settings
from web import create_app

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
QUICK = 5.0
REVIVED_EVERY = 1.0  # seconds between two looks whether the database is there
PASSED_ON = 1 / 32  # of the connections of a process that has several requests in hand
PAUSE = 0.2  # between the death of a child and the next attempt
PATIENCE = {signal.SIGTERM: 12.0, signal.SIGINT: 0.8}  # Ctrl+C waits for nobody: what was not answered is not done


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, told by our settings instead of a file of its own."""

    def __init__(self, here: Settings, url: str) -> None:
        self.here, self.url = here, url
        super().__init__()

    def load_config(self) -> None:
        """Threads for clients that wait, processes for cores; no socket in anybody's home."""
        options: dict[str, Any] = {
            "bind": f"{self.here.bind}:{self.here.port}",
            "workers": self.here.web_workers,
            "threads": self.here.web_threads,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 30,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_fork": _own_connections,
            "child_exit": _forget_figures,
            "pre_request": _pass_on,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made once before the processes part."""
        return create_app(self.here, self.url)


class Children:
    """The web server and the worker as two processes; one that dies is started again."""

    def __init__(self, here: Settings, url: str, with_worker: bool) -> None:
        self.commands = {"web": [sys.executable, "-m", "web.serving"]}
        if with_worker:
            self.commands["worker"] = [sys.executable, "-m", "web.cli", "worker", "--parent", str(os.getpid())]
        self.environment = {**os.environ, **environment(here, url)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.is_embedded = here.database_url is None
        self.data = here.data
        self.leaving = threading.Event()
        self.stopping = False
        self.until = 0.0

    def run(self) -> int:
        """Keep both running until SIGTERM or SIGINT; gives 1 when one cannot even start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        keeper = threading.Thread(target=self._keep_database, daemon=True)
        keeper.start()
        for name in self.commands:
            self._start(name)
        began, status = clock.stopwatch(), 0
        while not self.stopping:
            time.sleep(0.1)
            for name, process in list(self.running.items()):
                if process.poll() is None or self.stopping:
                    continue
                if clock.stopwatch() - began < QUICK and process.returncode > 0:
                    status, self.stopping = 1, True
                else:
                    time.sleep(PAUSE)
                    self._start(name)
        self.leaving.set()
        self._end()
        keeper.join(timeout=PATIENCE[signal.SIGTERM])
        return status

    def _keep_database(self) -> None:
        """Start the embedded server again when it is gone; where that fails, as on a full volume, again and again."""
        while self.is_embedded and not self.leaving.wait(REVIVED_EVERY):
            with suppress(ServerFailed, OSError):
                server.revive(self.data)

    def _start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(self.commands[name], env=self.environment, stdin=subprocess.DEVNULL)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        self.until = clock.stopwatch() + PATIENCE[signal.Signals(number)]

    def _end(self) -> None:
        """Let both finish what they do, as long as the signal allows; a second signal may make it shorter."""
        left = list(self.running.values())
        for process in left:
            if process.poll() is None:
                process.terminate()
        while clock.stopwatch() < self.until and any(process.poll() is None for process in left):
            time.sleep(0.05)
        for process in left:
            process.kill()
            process.wait()


def environment(here: Settings, url: str) -> dict[str, str]:
    """What the children are told: the place, its database, and where their figures meet."""
    figures = here.data / "figures"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True, exist_ok=True)
    return {"DATA": str(here.data), "DATABASE_URL": url, FIGURES: str(figures), "PYTHONUNBUFFERED": "1"}


def is_free(here: Settings) -> bool:
    """Whether nobody listens on our port yet."""
    family = socket.AF_INET6 if ":" in here.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((here.bind, here.port))
        except OSError:
            return False
    return True


def _own_connections(server: Any, worker: Any) -> None:
    """No process uses a connection that another one opened, and none outlives the server that listens."""
    _end_with_parent()
    memory.keep_what_is_there()
    from web.db import db

    with server.app.wsgi().app_context():
        db.engine.dispose(close=False)


def _pass_on(worker: Any, request: Any) -> None:
    """Let a process that has several requests in hand close a connection now and then: its owner comes again.

    Then the process takes it that is awake first. Connections that stay would stay where they began, and those that
    come at one moment begin in one process while the other looks on.
    """
    in_hand = worker.nr_conns - len(worker.keepalived_conns)
    if in_hand > 1 and random.random() < PASSED_ON:
        request.force_close()


def _forget_figures(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    if os.environ.get(FIGURES) and Path(os.environ[FIGURES]).exists():
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _end_with_parent() -> None:
    """Linux ends us when the process that started us is killed, so that the port is free for the next start."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


if __name__ == "__main__":
    _end_with_parent()
    here = settings.load()
    Server(here, str(here.database_url)).run()
