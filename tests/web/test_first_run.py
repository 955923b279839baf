"""An empty place without a demo is founded at its own page, once, by somebody who stands at the machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engine import clock
from engine.db.session import create_engine
from engine.settings import Settings
from tests.builders import a_division
from web import create_app, first_run
from web.db import db

Making = Callable[..., Flask]
NAMES = {"by": "陈绘制", "approved_by": "林审批",
         "system_admin": "周管", "security_admin": "吴安", "audit_admin": "郑审"}
DAISHAN = {"prefecture": "3309", "county": "330921", "office": "summer", **NAMES}


@pytest.fixture
def make_empty(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Making]:
    made: list[Flask] = []

    def make(demo: bool = False, **more: Any) -> Flask:
        here = Settings(
            data=tmp_path_factory.mktemp("empty"), database_url=make_database(), secret_key="s" * 40, demo=demo, **more
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


def ask(app: Flask, question: str) -> Any:
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with engine.connect() as connection:
        found = connection.scalar(sa.text(question))
    engine.dispose()
    return found


def found(client: FlaskClient, given: dict[str, str], **headers: str) -> TestResponse:
    page = client.get("/first-run?prefecture=3309").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    return client.post("/first-run", data={"csrf_token": token[1], **given}, headers=headers)


@pytest.mark.parametrize("door", ["/", "/login", "/console/"])
def test_whoever_comes_to_an_empty_place_is_led_to_the_page(make_empty: Making, door: str) -> None:
    page = make_empty().test_client().get(door, follow_redirects=True)
    assert page.status_code == 200 and page.request.path == "/first-run" and "舟山市 3309" in page.text


@pytest.mark.parametrize(("prefecture", "county"), [("3309", "岱山县"), ("4206", "保康县"), ("1101", "怀柔区")])
def test_any_prefecture_offers_its_counties(make_empty: Making, prefecture: str, county: str) -> None:
    assert county in make_empty().test_client().get(f"/first-run?prefecture={prefecture}").text


def test_a_place_is_founded_and_the_three_passwords_are_shown(make_empty: Making) -> None:
    app = make_empty()
    answer = found(app.test_client(), DAISHAN)
    shown = re.findall(r"<code>(\w{4}-\w{4}-\w{4}-\w{4})</code>", answer.text)
    assert answer.status_code == 200 and len(set(shown)) == 3
    assert ask(app, "SELECT count(*) FROM division WHERE level = 'county'") == 1
    assert ask(app, "SELECT string_agg(DISTINCT office, ' ') FROM organisation") == "summer"
    assert ask(app, "SELECT count(*) FROM account WHERE must_change") == 3
    assert ask(app, "SELECT count(*) FROM definition WHERE pack = 'daishan'") == 0, "its box was not ticked"


def test_it_happens_once(make_empty: Making) -> None:
    app = make_empty()
    client = app.test_client()
    assert found(client, DAISHAN).status_code == 200
    again = client.get("/first-run")
    assert again.status_code == 404 and "已经初始化过" in again.text and "wangge password" in again.text
    assert 'name="password"' in client.get("/login").text


@pytest.mark.parametrize("changed", [
    {"approved_by": NAMES["by"]}, {"audit_admin": NAMES["system_admin"]}, {"by": ""}, {"prefecture": "9999"},
    {"county": "420683"}, {"office": "never"}])
def test_a_wrong_answer_founds_nothing_and_keeps_what_was_typed(make_empty: Making, changed: dict[str, str]) -> None:
    app = make_empty()
    answer = found(app.test_client(), {**DAISHAN, **changed})
    assert answer.status_code in (404, 422) and 'role="alert"' in answer.text
    assert ask(app, "SELECT count(*) FROM division") == 0
    assert changed.get("prefecture") or NAMES["security_admin"] in answer.text


def test_from_afar_the_code_of_the_machine_is_asked_for(make_empty: Making) -> None:
    app = make_empty()
    client = app.test_client()
    afar = {"REMOTE_ADDR": "192.168.1.20"}
    assert 'id="code"' in client.get("/first-run?prefecture=3309", environ_overrides=afar).text
    assert 'id="code"' not in client.get("/first-run?prefecture=3309").text
    assert found(client, DAISHAN, **{"X-Forwarded-For": "1.2.3.4"}).status_code == 422
    given = {**DAISHAN, "code": first_run.code_of(app.extensions["wangge"])}
    assert found(client, given, **{"X-Forwarded-For": "1.2.3.4"}).status_code == 200


def test_behind_a_proxy_nobody_is_near(make_empty: Making) -> None:
    app = make_empty(proxies=1)
    assert found(app.test_client(), DAISHAN).status_code == 422
    assert ask(app, "SELECT count(*) FROM division") == 0


def test_a_place_with_data_has_no_such_page(make_empty: Making) -> None:
    app = make_empty()
    put_something_in(app)
    client = app.test_client()
    assert client.get("/first-run").status_code == 404 and client.get("/").status_code == 302
    assert 'name="password"' in client.get("/login").text


def test_a_demo_place_has_no_such_page(make_empty: Making) -> None:
    client = make_empty(demo=True).test_client()
    assert client.get("/first-run").status_code == 404 and 'name="password"' in client.get("/login").text


OWN = {f"d{place}": "08:00-12:00，14:00-18:00" if place < 5 or place == 7 else "" for place in range(8)}


def test_the_place_types_its_own_hours(make_empty: Making) -> None:
    app = make_empty()
    client = app.test_client()
    tried = found(client, {**DAISHAN, "office": "own", **OWN, "try": "1"})
    assert "现在受理、时限 4 工作时的事件" in tried.text and 'value="08:00-12:00，14:00-18:00"' in tried.text
    assert ask(app, "SELECT count(*) FROM division") == 0
    more = found(client, {**DAISHAN, "office": "own", **OWN, "seasons": "0", "add": "season"})
    assert 'name="s1_from"' in more.text and 'value="08:00-12:00，14:00-18:00"' in more.text
    assert found(client, {**DAISHAN, "office": "own", **OWN}).status_code == 200
    assert ask(app, "SELECT count(DISTINCT organisation.office) FROM organisation JOIN office "
                    "ON office.current = organisation.office AND office.name = '舟山市作息'") == 1
    assert ask(app, "SELECT hours -> 'days' ->> 0 FROM office_change") == "08:00-12:00，14:00-18:00"


@pytest.mark.parametrize(("typed", "said"), [
    ({"d0": "12:00-08:00"}, "结束不晚于开始"), ({"d0": "08:00-12:00 11:00-18:00"}, "重叠"), ({"d7": ""}, "调休上班日"),
    (dict.fromkeys(OWN, ""), "至少有一天")])
def test_hours_that_cannot_be_found_nothing(make_empty: Making, typed: dict[str, str], said: str) -> None:
    app = make_empty()
    answer = found(app.test_client(), {**DAISHAN, "office": "own", **OWN, **typed})
    assert answer.status_code == 422 and said in answer.text and NAMES["security_admin"] in answer.text
    assert ask(app, "SELECT count(*) FROM division") == 0
