"""Every route of the house turns strangers away, save the few that are named here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from engine.settings import Settings
from web import create_app
from web.identity import is_public

PUBLIC = {
    "static",
    "observing.healthz",
    "observing.readyz",
    "observing.metrics",
    "login.root",
    "login.show",
    "login.enter",
    "login.again",
    "login.enter_again",
    "login.switch",
    "first_run.show",
    "first_run.found",
    "api.make_token",
    "api-docs.openapi_json",
    "console.styleguide",
    "phone.deliver",
    "phone.manifest",
    "phone.offline",
    "phone.service_worker",
    "residents.answer",
    "residents.find",
    "residents.follow",
    "residents.found",
    "residents.go_on",
    "residents.home",
    "residents.standing",
    "residents.where",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Flask]:
    settings = Settings(data=tmp_path_factory.mktemp("guarded"), database_url=database_url, secret_key="s" * 40)
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        from web.db import db

        db.engine.dispose()


def test_the_public_routes_are_these_and_no_others(app: Flask) -> None:
    assert {endpoint for endpoint in app.view_functions if is_public(app, endpoint)} == PUBLIC


def test_every_other_route_asks_who_it_is(app: Flask) -> None:
    client, opened = app.test_client(), []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            status = client.open(_filled(rule.rule), method=method).status_code
            wanted = {401} if rule.rule.startswith("/api/") else {302, 400, 401}  # 400: no token of the page
            if status not in wanted:
                opened.append((method, rule.rule, status))
    assert opened == []


def test_a_page_turned_away_leads_to_the_log_in(app: Flask) -> None:
    answer = app.test_client().post("/logout")
    assert answer.status_code == 400  # without the page's token nothing is done at all


def _filled(rule: str) -> str:
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda match: "1", rule)
