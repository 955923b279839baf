"""`queue`: the pages of a township seat, a city seat and a supervisor at volume, beside the same at 10,000 cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import sqlalchemy as sa
import structlog
from flask import Flask
from flask.testing import FlaskClient

from engine import clock, demo
from engine.bench.crowd import copied, p95, settle, timed
from engine.bench.figures import Report, conditions_of, figure
from engine.bench.plans import Asked, listening, sequential_scans
from engine.bench.statements import ByCursor
from engine.bench.step import NotTheSame
from engine.db.session import create_engine, session_factory
from engine.demo import volume
from engine.settings import Settings
from engine.supervision import tallies
from web.db import db
from web.place import prepare

FEW, MANY = 10_000, 1_800_000
TRAVELLED = 120  # cases that are driven through the diagrams, to be copied
TOWN = "330921100"  # 高亭镇, where most of the demo happens
READERS = {
    "dispatcher": (f"seat.{TOWN}.1", "seat.3309.1"),
    "supervisor": ("supervisor.3309.1", "supervisor.330921.1"),
}
PAGES = {
    "dispatcher": ("/console/queues/dispatch", "/console/queues/open", "/console/queues/late", "/console/queues/closed",
                   "/console/counts", "/console/cases?text=井盖", "/console/cases/{case}", "/api/v1/tasks",
                   "/api/v1/cases"),
    "supervisor": ("/console/supervision", "/console/supervision?state=late", "/console/supervision?state=waiting",
                   "/console/supervision?state=stopped", "/console/supervision?state=returned",
                   "/console/supervision?state=missed", "/console/supervision?state=settled",
                   "/console/supervision?state=arrived", "/console/supervision/demands", "/console/queues/overdue",
                   "/console/queues/all", "/console/cases?text=井盖"),
}


@dataclass
class House:
    """One of the two sizes with all that was seen of it: milliseconds by reader and page, statements, questions."""

    app: Flask
    engine: sa.Engine
    taken: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in PAGES})
    by_page: dict[str, list[float]] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    asked: Asked = field(default_factory=dict)


def measure(here: Settings, url: str, rounds: int, scale: float = 1) -> Report:
    """Pages with few cases and with many, in turns; raises NotTheSame when a page does not answer."""
    prepare(here)
    at, engine = clock.now(), create_engine(url)
    few, many = (max(20, round(size * scale)) for size in (FEW, MANY))
    _travel(engine, at, TRAVELLED)
    sizes = [_fill(engine, few, at)]
    engine.dispose()
    with copied(url) as small:
        sizes.append(_fill(engine, many, at))
        engine.dispose()
        report = compare(here, (small.url.render_as_string(hide_password=False), url), rounds)
    return Report(report.figures, report.conditions | {"small": sizes[0], "large": sizes[1]})


def compare(here: Settings, urls: tuple[str, str], rounds: int) -> Report:
    """The pages of every reader at two places, each round at both, so that whatever slows one slows the other."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    houses = [_opened(here, url) for url in urls]
    for kind, names in READERS.items():
        for name in names:
            _look(houses, kind, name, rounds)
    few, many = houses
    with many.engine.connect() as connection:
        scans, conditions = sequential_scans(connection, many.asked), conditions_of(connection)
    for one in houses:
        one.engine.dispose()
    figures = {f"{kind}_p95_large_over_small": figure([p95(many.taken[kind]) / p95(few.taken[kind])], "×")
               for kind in PAGES}
    figures |= {f"{kind}_p95_ms": figure([p95(many.taken[kind])], "ms") for kind in PAGES}
    figures["statements_per_page_max"] = figure([max(many.statements.values())], "statements")
    figures["sequential_scans"] = figure([len(scans)], "scans")
    pages = {page: [round(p95(one.by_page[page]), 1) for one in houses] for page in many.by_page}
    return Report(figures, conditions | {"pages_p95_ms": pages, "statements": many.statements, "scanned": scans})


def _opened(here: Settings, url: str) -> House:
    from web import create_app

    app = create_app(here, url)
    with app.app_context():
        return House(app, db.engine)


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


def _look(houses: Sequence[House], kind: str, name: str, rounds: int) -> None:
    """Every page of a reader, so often; the first two times are not counted."""
    clients = [_logged_in(house.app, name) for house in houses]
    shown = [_first_case(client) for client in clients]
    for page in PAGES[kind]:
        places = [page.format(case=number) for number in shown]
        for house, client, place in zip(houses, clients, places, strict=True):
            _get(client, place)
            _count(house, client, page, place)
        for _ in range(rounds):
            for house, client, place in zip(houses, clients, places, strict=True):
                took = timed(partial(_get, client, place))
                house.taken[kind].append(took)
                house.by_page.setdefault(page, []).append(took)


def _count(house: House, client: FlaskClient, page: str, place: str) -> None:
    counter = ByCursor(house.engine)
    with listening(house.engine) as asked:
        _get(client, place)
    house.statements[page] = max(house.statements.get(page, 0), counter.total())
    house.asked |= asked


def _first_case(client: FlaskClient) -> str:
    """The number of the case that a search shows first."""
    found = re.search(r'data-shown="([^"]+)"', client.get("/console/cases").get_data(as_text=True))
    if found is None:
        raise NotTheSame("no case is shown")
    return found[1]


def _logged_in(app: Flask, username: str) -> FlaskClient:
    """A browser and a program in one: the cookie of the log-in page and a token."""
    client = app.test_client()
    answer = client.post("/api/v1/tokens", json={"username": username, "password": demo.PASSWORD})
    if answer.status_code >= 300:
        raise NotTheSame(f"{username} cannot log in: {answer.status_code}")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.get_json()['token']}"
    _enter(client, username)
    return client


def _enter(client: FlaskClient, username: str) -> None:
    page = client.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post("/login", data={"username": username, "password": demo.PASSWORD, "csrf_token": token})


def _get(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    if answer.status_code != 200:
        raise NotTheSame(f"{page} answered {answer.status_code}")
