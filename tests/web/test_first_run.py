from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from engine import clock
from engine.settings import Settings
from web import create_app
from web.db import db

GIVEN = {"place": "zhoushan", "name": "周管理", "username": "zhou", "password": "first-day-2026"}


@pytest.fixture(scope="module")
def empty(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data, url = tmp_path_factory.mktemp("empty"), make_database()
    app = create_app(Settings(data=data, database_url=url, secret_key="s" * 40, demo=False))
    yield app
    with app.app_context():
        db.engine.dispose()
    clock.follow(None)


def send(client: FlaskClient, **changed: str) -> int:
    page = client.get("/first-run").get_data(as_text=True)
    token = re.search(r'csrf_token" value="([^"]+)"', page)
    form = {**GIVEN, "again": changed.get("password", GIVEN["password"]), **changed}
    return client.post("/first-run", data={**form, "csrf_token": token[1] if token else ""}).status_code


def test_an_empty_place_leads_to_its_first_run_page(empty: Flask) -> None:
    answer = empty.test_client().get("/login")
    assert answer.status_code == 302 and answer.headers["Location"] == "/first-run"


def test_nobody_sets_it_up_from_far_away(empty: Flask) -> None:
    client = empty.test_client()
    assert client.get("/first-run", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"place": "atlantis"}, {"name": " "}, {"username": "x"}, {"password": "short"}, {"again": "other"}]
)
def test_what_is_wrong_changes_nothing(empty: Flask, wrong: dict[str, str]) -> None:
    assert send(empty.test_client(), **wrong) == 422
    with empty.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM division")) == 0


def test_afterwards_the_administrator_logs_in_and_the_page_is_gone(empty: Flask, tmp_path: Path) -> None:
    client = empty.test_client()
    assert send(client) == 302
    assert client.get("/first-run").status_code == 404
    given = {"username": GIVEN["username"], "password": GIVEN["password"]}
    token = client.post("/api/v1/tokens", json=given).get_json()["token"]
    assert client.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"}).get_json()["items"] == []
