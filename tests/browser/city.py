"""A real house in processes of its own, with a small demo city in it, and the programs that feed it work."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import FilePayload

from engine.clock import stopwatch
from engine.demo import PASSWORD
from engine.demo.photos import demo_photo

CASES = 40
PATIENCE = 300.0  # seconds, as all here: a busy machine is slow, not broken
TIMEOUT = 60


@dataclass
class City:
    """The running demo city; what others do meanwhile comes in by the API."""

    address: str
    tokens: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def report(self, worker: str, text: str, place: str, **more: Any) -> str:
        """The number of a fresh case, reported by this grid worker."""
        where = {"text": place, **({"division": more.pop("division")} if "division" in more else {})}
        return str(self.post(worker, "/cases", {"description": text, "place": where, **more})["number"])

    def complete(self, who: str, number: str, element: str, outcome: str, **values: Any) -> None:
        """Do the open task of an element."""
        task = next(one for one in self.tasks(who, number) if one["element"] == element)
        self.post(who, f"/tasks/{task['id']}/complete", {"outcome": outcome, "values": values})

    def tasks(self, who: str, number: str) -> list[dict[str, Any]]:
        """What waits on a case."""
        return list(self.get(who, f"/cases/{number}/tasks")["items"])

    def photo(self, who: str) -> str:
        """The key of a photo taken in for somebody."""
        files = {"photo": ("a.jpg", demo_photo("办理后", 1), "image/jpeg")}
        headers = {"Authorization": f"Bearer {self._token(who)}"}
        answer = requests.post(f"{self.address}/api/v1/attachments", data={"kind": "evidence"}, files=files,
                               headers=headers, timeout=TIMEOUT)
        return str(answer.json()["key"])

    def elements(self, who: str, number: str) -> list[str]:
        """The diagram's elements that wait on a case."""
        return [one["element"] for one in self.tasks(who, number)]

    def get(self, who: str, path: str) -> Any:
        """An answer of the API."""
        return self._call("GET", who, path)

    def post(self, who: str, path: str, body: dict[str, Any]) -> Any:
        """A change by the API."""
        return self._call("POST", who, path, body)

    def violations(self) -> dict[str, int]:
        """What `wangge verify` finds wrong in this house, by invariant; {} when all is well."""
        done = subprocess.run(_command("verify", "--json"), env={**os.environ, **self.given}, capture_output=True,
                              text=True, check=False)
        found: dict[str, dict[str, int]] = json.loads(done.stdout)
        return {name: one["violations"] for name, one in found.items() if one["violations"]}

    def _call(self, method: str, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token(who)}", "Idempotency-Key": uuid.uuid4().hex}
        answer = requests.request(method, f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=TIMEOUT)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            answer = requests.post(f"{self.address}/api/v1/tokens", timeout=TIMEOUT,
                                   json={"username": who, "password": PASSWORD})
            self.tokens[who] = answer.json()["token"]
        return self.tokens[who]


@contextmanager
def running_city(data: Path, database_url: str) -> Iterator[City]:
    """The demo city, loaded by `wangge demo` and served by `wangge serve` until the block ends."""
    given = {"DATA": str(data), "DATABASE_URL": database_url, "LOG_LEVEL": "error"}
    subprocess.run(_command("demo", "--cases", str(CASES)), env={**os.environ, **given}, check=True,
                   capture_output=True)
    with _served(data, given) as city:
        yield city


@contextmanager
def running_empty(data: Path, database_url: str) -> Iterator[City]:
    """A place without anything in it, served until the block ends."""
    with _served(data, {"DATA": str(data), "DATABASE_URL": database_url, "LOG_LEVEL": "error", "DEMO": "0"}) as city:
        yield city


@contextmanager
def _served(data: Path, given: dict[str, str]) -> Iterator[City]:
    port = _free_port()
    environment = {**os.environ, **given, "PORT": str(port)}
    log = data / "serve.log"
    with open(log, "wb") as out:
        server = subprocess.Popen(_command("serve"), env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        city = City(f"http://127.0.0.1:{port}", given=given)
        _wait_for(city, server, log)
        yield city
    finally:
        server.send_signal(signal.SIGINT)  # as Ctrl+C: without waiting for browsers that keep a line open
        server.wait(PATIENCE)


def photo(name: str) -> FilePayload:
    """A photo as a file input takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": demo_photo("办理后", 1)}


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "web.cli", *words]


def _wait_for(city: City, server: subprocess.Popen[bytes], log: Path) -> None:
    begun = stopwatch()
    while stopwatch() - begun < PATIENCE:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            if requests.get(f"{city.address}/readyz", timeout=TIMEOUT).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not ready after {PATIENCE} s: {log.read_text(encoding='utf-8')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
