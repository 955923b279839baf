from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import clock
from engine.settings import Settings
from web import create_app
from web.db import db

GIVEN = {
    "place": "zhoushan", "by": "绘制人", "approved_by": "审批人", "system_admin": "周", "security_admin": "吴",
    "audit_admin": "郑",
}  # fmt: skip


@pytest.fixture(scope="module")
def empty(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data, url = tmp_path_factory.mktemp("empty"), make_database()
    app = create_app(Settings(data=data, database_url=url, secret_key="s" * 40, demo=False))
    yield app
    with app.app_context():
        db.engine.dispose()
    clock.follow(None)


def send(client: FlaskClient, **changed: str) -> TestResponse:
    page = client.get("/first-run").get_data(as_text=True)
    token = re.search(r'csrf_token" value="([^"]+)"', page)
    form = {**GIVEN, **changed, "csrf_token": token[1] if token else ""}
    return client.post("/first-run", data=form)


def test_an_empty_place_leads_to_its_first_run_page(empty: Flask) -> None:
    answer = empty.test_client().get("/login")
    assert answer.status_code == 302 and answer.headers["Location"] == "/first-run"


def test_nobody_sets_it_up_from_far_away(empty: Flask) -> None:
    client = empty.test_client()
    assert client.get("/first-run", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 403


@pytest.mark.parametrize("wrong", [{"place": "atlantis"}, {"by": ""}, {"approved_by": "绘制人"}, {"audit_admin": "周"}])
def test_what_is_wrong_changes_nothing(empty: Flask, wrong: dict[str, str]) -> None:
    assert send(empty.test_client(), **wrong).status_code == 422
    with empty.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM division")) == 0


def test_afterwards_the_administrators_log_in_and_the_page_is_gone(empty: Flask) -> None:
    client = empty.test_client()
    told = re.findall(r"<code>([^<]+)</code>", send(client).get_data(as_text=True))
    assert len(told) == 6 and client.get("/first-run").status_code == 404
    for username, password in zip(told[::2], told[1::2], strict=True):
        given = {"username": username, "password": password}
        assert client.post("/api/v1/tokens", json=given).status_code == 201
