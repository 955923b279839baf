"""The house on its own feet: what dies is started again, and Ctrl+C leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import psutil
import pytest
import requests

from engine import clock
from engine.db import server
from web.serving import _pass_on

START, RESTART, GONE = 240.0, 240.0, 240.0  # on a machine that is slow
STOP = 9.0  # alone they stop within 1 s; whoever waited for the one who types would wait out ten seconds of grace


@dataclass(frozen=True)
class Running:
    """A served place."""

    process: subprocess.Popen[bytes]
    data: Path
    address: str

    def find_child(self, words: str) -> int | None:
        """The number of the living child that was started with these words."""
        for one in self.children():
            with suppress(psutil.NoSuchProcess):
                if words in " ".join(one.cmdline()):
                    return int(one.pid)
        return None

    def children(self, all_below: bool = False) -> list[psutil.Process]:
        """Whom it started; with `all_below` also whom those started. None once it has ended."""
        try:
            return list(psutil.Process(self.process.pid).children(recursive=all_below))
        except psutil.NoSuchProcess:
            return []

    def answers(self) -> bool:
        try:
            return bool(requests.get(f"{self.address}/readyz", timeout=10).status_code == 200)
        except requests.RequestException:
            return False


def wait(limit: float, until: Callable[[], object]) -> None:
    """Wait until it is so; fails after `limit` seconds."""
    began = clock.stopwatch()
    while not until():
        assert clock.stopwatch() - began < limit, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Running]]:
    """Serves an empty place in a group of processes of its own; what is left of it is killed."""
    made: list[Running] = []

    def start() -> Running:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {**os.environ, "DATA": str(tmp_path / "var"), "PORT": str(port), "DEMO": "0", "WEB_WORKERS": "1",
                       "LOG_LEVEL": "error"}
        environment.pop("DATABASE_URL", None)
        process = subprocess.Popen([sys.executable, "-m", "web.cli", "serve"], env=environment, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made.append(Running(process, tmp_path / "var", f"http://127.0.0.1:{port}"))
        wait(START, made[-1].answers)
        return made[-1]

    yield start
    for one in made:
        for left in one.children(all_below=True):
            left.kill()
        one.process.kill()
        one.process.wait()
    server.stop(tmp_path / "var")


@pytest.mark.storm
@pytest.mark.parametrize("words", ["web.serving", "worker"])
def test_a_killed_child_is_started_again(serve: Callable[[], Running], words: str) -> None:
    house = serve()
    killed = house.find_child(words)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait(RESTART, lambda: house.find_child(words) not in (None, killed))
    wait(RESTART, house.answers)
    assert house.process.poll() is None


def lives(one: psutil.Process) -> bool:
    """Whether a process runs; a dead one that its new parent has not yet taken note of does not."""
    try:
        return bool(one.is_running() and one.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_ends_everything_though_somebody_is_still_typing(serve: Callable[[], Running]) -> None:
    """Soon enough once in three times: a machine may stop for a while, but waiting out the grace is slow each time."""
    assert any(end(serve()) < STOP for _ in range(3))


def end(house: Running) -> float:
    """Press Ctrl+C while somebody types; how many seconds web and worker took. Fails where anything is left.

    The database, which nobody types into, goes after them, as fast as the disk lets it.
    """
    host, port = re.findall(r"//(.*):(\d+)", house.address)[0]
    with socket.create_connection((host, int(port))) as typing:
        typing.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nuser")
        children = house.children(all_below=True)
        began = clock.stopwatch()
        os.killpg(house.process.pid, signal.SIGINT)
        wait(GONE, lambda: not any(lives(one) for one in children))
        took = clock.stopwatch() - began
        assert house.process.wait(GONE) == 0
    assert not server.is_running(house.data)
    return took


@pytest.mark.storm
def test_after_a_kill_of_the_whole_group_it_starts_again_at_once(serve: Callable[[], Running]) -> None:
    house = serve()
    os.killpg(house.process.pid, signal.SIGKILL)
    house.process.wait()
    assert serve().answers()


@pytest.mark.parametrize(("connections", "resting", "drawn", "closes"), [
    (8, 2, 0.0, True), (8, 2, 0.9, False), (8, 7, 0.0, False), (1, 0, 0.0, False)])
def test_a_process_with_full_hands_passes_a_connection_on_now_and_then(
        connections: int, resting: int, drawn: float, closes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: drawn)
    worker = SimpleNamespace(nr_conns=connections, keepalived_conns=[None] * resting)
    request = Mock()
    _pass_on(worker, request)
    assert request.force_close.called is closes
