"""An empty place without a demo says what makes it ready, and nothing else, until it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from engine import clock
from engine.db.session import create_engine
from engine.settings import Settings
from tests.builders import a_division
from web import create_app
from web.db import db

Making = Callable[[bool], Flask]


@pytest.fixture
def make_empty(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Making]:
    made: list[Flask] = []

    def make(demo: bool) -> Flask:
        here = Settings(
            data=tmp_path_factory.mktemp("empty"), database_url=make_database(), secret_key="s" * 40, demo=demo
        )
        made.append(create_app(here))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()
    clock.follow(None)


def put_something_in(app: Flask) -> None:
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine) as session, session.begin():
        a_division(session, "3309", "舟山市", "city")
    engine.dispose()


@pytest.mark.parametrize("door", ["/", "/login"])
def test_an_empty_place_says_what_to_run(make_empty: Making, door: str) -> None:
    answer = make_empty(False).test_client().get(door)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and page.count("wangge init --place") == 2
    assert "<form" not in page and "<script" not in page and 'lang="en"' in page


def test_whoever_wants_a_desk_is_led_to_that_page(make_empty: Making) -> None:
    answer = make_empty(False).test_client().get("/console/", follow_redirects=True)
    assert "wangge init" in answer.get_data(as_text=True)


def test_it_is_gone_once_something_is_here(make_empty: Making) -> None:
    app = make_empty(False)
    client = app.test_client()
    assert "wangge init" in client.get("/login").get_data(as_text=True)
    put_something_in(app)
    assert 'name="password"' in client.get("/login").get_data(as_text=True)
    assert client.get("/").status_code == 302


def test_a_demo_place_has_no_such_page(make_empty: Making) -> None:
    assert "wangge init" not in make_empty(True).test_client().get("/login").get_data(as_text=True)
