"""`http`: acts over HTTP against two serving processes, load from the same machine, and what an act spends where."""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

import sqlalchemy as sa

from engine import attachments, clock, demo, worklist
from engine.bench.crowd import p95, settle
from engine.bench.figures import Figure, Report, conditions_of, figure
from engine.bench.step import NotTheSame
from engine.bench.walking import PAUSE, WALK, Office
from engine.db.session import create_engine, session_factory
from engine.demo.photos import demo_photo
from engine.settings import Settings
from web.benches.layers import LAYERS, sampled
from web.place import prepare
from web.serving import environment

WALKED = 600  # cases, six acts each
PEOPLE = 8  # who act at the same time
SERVING = 2
PATIENCE = 60.0
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Errand:
    """A case to be walked to its end: its first task, the photo that proves the work, and the hour it begins."""

    task: int
    photo: str
    at: datetime

    def body(self, place: int) -> dict[str, Any]:
        """What the act at this place of the walk sends."""
        turn = WALK[place]
        values = {name: self.at.isoformat() if name == "contacted_at" else value for name, value in turn.values.items()}
        if turn.element == "handle_task":
            values["evidence"] = [self.photo]
        return {"outcome": turn.outcome, "values": values}


def measure(here: Settings, url: str, rounds: int, scale: float = 1) -> Report:
    """People who act over HTTP; raises NotTheSame when an act is refused."""
    prepare(here)
    at = clock.now()
    engine = create_engine(url)
    errands = _errands(engine, max(2 * PEOPLE, round(WALKED * scale)) + max(4, rounds // 2), at)
    settle(engine)
    with engine.connect() as connection:
        conditions = conditions_of(connection)
    engine.dispose()
    alone, many = errands[:max(4, rounds // 2)], errands[max(4, rounds // 2):]
    with _serving(here, url) as port:
        tokens = _tokens(port)
        taken, seconds = _load(port, tokens, many)
    figures = {
        "acts_per_s": figure([len(taken) / seconds], "1/s", "higher"),
        "act_p95_ms": figure([p95(taken)], "ms"), "act_median_ms": figure(taken, "ms"),
    } | _shares(here, url, alone)
    return Report(figures, conditions | {"acts": len(taken), "people": PEOPLE, "serving": SERVING})


def _errands(engine: sa.Engine, count: int, at: datetime) -> list[Errand]:
    office = Office(session_factory(engine))
    office.found()
    errands = []
    for _ in range(count):
        office.at = at - PAUSE
        office.report()
        with office.sessions.begin() as session:
            clerk = office._actor(session, WALK[2].who)
            photo = attachments.add_photo(session, demo_photo("办理后", 0), kind="after", by=clerk.person_id, at=at)
            (task,) = worklist.list_open(session, office.case_id)
            errands.append(Errand(task.id, photo.key, at))
    return errands


@contextmanager
def _serving(here: Settings, url: str) -> Iterator[int]:
    """The real server with two processes on a free port, ready to answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    told = {**os.environ, **environment(here, url), "PORT": str(port), "WEB_WORKERS": str(SERVING), "DEMO": "1",
            "LOG_LEVEL": "error"}
    process = subprocess.Popen([sys.executable, "-m", "web.serving"], env=told, stdin=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait(port: int) -> None:
    until = clock.stopwatch() + PATIENCE
    while clock.stopwatch() < until:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection, suppress(OSError):
            if _ask(connection, "GET", "/readyz", "", None)[0] == 200:
                return
        time.sleep(0.2)
    raise NotTheSame("the server does not answer")


def _ask(connection: HTTPConnection, method: str, path: str, token: str, body: Any) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content.startswith(b"{") else None


def _tokens(port: int) -> dict[str, str]:
    tokens = {}
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        for name in sorted({turn.who for turn in WALK}):
            asked = {"username": name, "password": demo.PASSWORD}
            status, answer = _ask(connection, "POST", "/api/v1/tokens", "", asked)
            if status >= 300:
                raise NotTheSame(f"{name} cannot log in: {answer}")
            tokens[name] = answer["token"]
    return tokens


def _load(port: int, tokens: dict[str, str], errands: list[Errand]) -> tuple[list[float], float]:
    """What each act took for the one who waits, and how long all of them took."""
    start = _SPAWN.Barrier(PEOPLE + 1)
    pipes = [_SPAWN.Pipe(duplex=False) for _ in range(PEOPLE)]
    people = [_SPAWN.Process(target=_walk, args=(port, tokens, errands[place::PEOPLE], start, into), daemon=True)
              for place, (_, into) in enumerate(pipes)]
    for person in people:
        person.start()
    start.wait(timeout=PATIENCE)
    taken: list[float] = []
    began = clock.stopwatch()
    for out, _ in pipes:
        taken.extend(out.recv())
    seconds = clock.stopwatch() - began
    for person, (out, into) in zip(people, pipes, strict=True):
        person.join(timeout=PATIENCE)
        out.close()
        into.close()
    if len(taken) < len(errands) * len(WALK):
        raise NotTheSame(f"{len(errands) * len(WALK) - len(taken)} acts were refused")
    return taken, seconds


def _walk(port: int, tokens: dict[str, str], errands: list[Errand], start: Any, into: Any) -> None:
    connection, taken = HTTPConnection("127.0.0.1", port, timeout=PATIENCE), []
    start.wait(timeout=PATIENCE)
    for errand in errands:
        task = errand.task
        for place, turn in enumerate(WALK):
            began = clock.stopwatch()
            status, answer = _ask(connection, "POST", f"/api/v1/tasks/{task}/complete", tokens[turn.who],
                                  errand.body(place))
            if status != 200:
                break
            taken.append((clock.stopwatch() - began) * 1000)
            task = answer["opened"][0]["id"] if answer["opened"] else 0
    connection.close()
    into.send(taken)


def _shares(here: Settings, url: str, errands: list[Errand]) -> dict[str, Figure]:
    """The share of each layer, seen from inside one process that nobody else asks."""
    from web import create_app
    from web.db import db

    app = create_app(here, url)
    client, seen = app.test_client(), Counter[str]()
    tokens = {name: client.post("/api/v1/tokens", json={"username": name, "password": demo.PASSWORD})
              .get_json()["token"] for name in sorted({turn.who for turn in WALK})}
    for errand in errands:
        task = errand.task
        for place, turn in enumerate(WALK):
            headers = {"Authorization": f"Bearer {tokens[turn.who]}", "Idempotency-Key": uuid.uuid4().hex}
            with sampled() as looks:
                answer = client.post(f"/api/v1/tasks/{task}/complete", json=errand.body(place), headers=headers)
            if errand is not errands[0]:  # the first walk compiles what the others find compiled
                seen += looks
            opened = answer.get_json()["opened"]
            task = opened[0]["id"] if opened else 0
    with app.app_context():
        db.engine.dispose()
    whole = sum(seen.values()) or 1
    return {f"share_{layer}": figure([100 * seen[layer] / whole], "%") for layer in LAYERS}
