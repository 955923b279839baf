"""`queue`: the pages of a township seat, a city seat and a supervisor at volume, beside the same at 10,000 cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
import structlog
from flask import Flask
from flask.testing import FlaskClient

from engine import clock, demo
from engine.bench.crowd import p95, settle, timed
from engine.bench.figures import Report, conditions_of, figure
from engine.bench.plans import Asked, listening, sequential_scans
from engine.bench.statements import ByCursor
from engine.bench.step import NotTheSame
from engine.db.session import session_factory
from engine.demo import volume
from engine.settings import Settings
from engine.supervision import tallies
from web.db import db

FEW, MANY = 10_000, 1_800_000
TRAVELLED = 120  # cases that are driven through the diagrams, to be copied
TOWN = "330921100"  # 高亭镇, where most of the demo happens
READERS = {
    "dispatcher": (f"seat.{TOWN}.1", "seat.3309.1"),
    "supervisor": ("supervisor.3309.1", "supervisor.330921.1"),
}
PAGES = {
    "dispatcher": ("/console/queues/dispatch", "/console/queues/open", "/console/queues/late", "/console/queues/closed",
                   "/console/counts", "/console/cases?text=井盖", "/api/v1/tasks", "/api/v1/cases"),
    "supervisor": ("/console/supervision", "/console/supervision?state=late", "/console/queues/overdue",
                   "/console/queues/all", "/console/cases?text=井盖"),
}


@dataclass
class Seen:
    """What was seen at one size: milliseconds by page and reader, statements by page, every question asked."""

    taken: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in PAGES})
    by_page: dict[str, list[float]] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    asked: Asked = field(default_factory=dict)


def measure(here: Settings, url: str, rounds: int, scale: float = 1) -> Report:
    """Pages with few cases and with many; raises NotTheSame when a page does not answer."""
    from web import create_app

    app = create_app(here, url)
    with app.app_context():
        engine = db.engine
    at = clock.now()
    _travel(engine, at, TRAVELLED)
    sizes, seen, scans = [], [], []
    for size in (FEW, MANY):
        sizes.append(_fill(engine, max(20, round(size * scale)), at))
        seen.append(_look(app, engine, rounds))
        with engine.connect() as connection:
            scans = sequential_scans(connection, seen[-1].asked)
            conditions = conditions_of(connection)
    engine.dispose()
    few, many = seen
    figures = {f"{kind}_p95_large_over_small": figure([p95(many.taken[kind]) / p95(few.taken[kind])], "×")
               for kind in PAGES}
    figures |= {f"{kind}_p95_ms": figure([p95(many.taken[kind])], "ms") for kind in PAGES}
    figures["statements_per_page_max"] = figure([max(many.statements.values())], "statements")
    figures["sequential_scans"] = figure([len(scans)], "scans")
    pages = {page: [round(p95(one.by_page[page]), 1) for one in seen] for page in many.by_page}
    return Report(figures, conditions | {"small": sizes[0], "large": sizes[1], "pages_p95_ms": pages,
                                         "statements": many.statements, "scanned": scans})


def _travel(engine: sa.Engine, until: datetime, count: int) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        demo.build_city(session, until)
    with sessions() as session:
        for _ in demo.travel(session, until, count):
            session.commit()


def _fill(engine: sa.Engine, size: int, at: datetime) -> dict[str, int]:
    with session_factory(engine)() as session:
        missing = size - volume.sizes(session)["cases"]
        for _ in volume.add_volume(session, max(0, missing), at):
            pass
        session.commit()
        tallies.note_lateness(session, at)
        session.commit()
        sizes = dict(volume.sizes(session))
    settle(engine)
    return sizes


def _look(app: Flask, engine: sa.Engine, rounds: int) -> Seen:
    """Every page of every reader, so often; the first time is not counted."""
    seen, counter = Seen(), ByCursor(engine)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    for kind, names in READERS.items():
        for name in names:
            with _logged_in(app, name) as client:
                for page in PAGES[kind]:
                    _get(client, page)
                    with listening(engine) as asked:
                        before = counter.total()
                        _get(client, page)
                        seen.statements[page] = max(seen.statements.get(page, 0), counter.total() - before)
                    seen.asked |= asked
                    taken = [timed(lambda: _get(client, page)) for _ in range(rounds)]  # noqa: B023 - called at once
                    seen.taken[kind] += taken
                    seen.by_page.setdefault(page, []).extend(taken)
    return seen


@contextmanager
def _logged_in(app: Flask, username: str) -> Iterator[FlaskClient]:
    """A browser and a program in one: the cookie of the log-in page and a token."""
    client = app.test_client()
    client.get("/login")
    answer = client.post("/api/v1/tokens", json={"username": username, "password": demo.PASSWORD})
    if answer.status_code >= 300:
        raise NotTheSame(f"{username} cannot log in: {answer.status_code}")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.get_json()['token']}"
    _enter(client, username)
    yield client


def _enter(client: FlaskClient, username: str) -> None:
    page = client.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post("/login", data={"username": username, "password": demo.PASSWORD, "csrf_token": token})


def _get(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    if answer.status_code != 200:
        raise NotTheSame(f"{page} answered {answer.status_code}")
