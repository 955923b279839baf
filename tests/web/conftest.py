"""The whole web application on a database of its own, with the small city and its four people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engine import attachments, clock, library
from engine.db.session import create_engine, session_factory
from engine.settings import Settings
from tests.builders import BEFORE, PASSWORD, City, a_city
from web import create_app
from web.db import db
from web.place import Place


@dataclass
class House:
    """The running application, its city, and a plain session on the same database."""

    app: Flask
    city: City
    session: Session


@pytest.fixture(scope="module")
def house(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One application a test module; what tests commit stays until the module ends."""
    url = make_database()
    engine = create_engine(url)
    settings = Settings(data=tmp_path_factory.mktemp("house"), database_url=url, secret_key="s" * 40)
    app = create_app(settings)
    app.testing = True
    with Session(engine, expire_on_commit=False) as session:
        city = a_city(session)
        library.publish(session, library.working_copies(), by="绘制人", approved_by="审批人", at=BEFORE)
        session.commit()
        yield House(app, city, session)
    with app.app_context():
        db.engine.dispose()
    engine.dispose()
    clock.follow(None)


@dataclass
class Caller:
    """Somebody who calls the API with a token of theirs."""

    client: FlaskClient
    token: str

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """One request; `If_None_Match="x"` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self.token}"
        return self.client.open(f"/api/v1{path}", method=method, json=json, headers=named)


@pytest.fixture
def place(make_database: Callable[..., str], tmp_path: Path) -> Iterator[Place]:
    """A place with an empty database of its own."""
    url = make_database()
    engine = create_engine(url)
    attachments.use_folder(tmp_path / "objects")
    yield Place(Settings(data=tmp_path, database_url=url), url, engine, session_factory(engine))
    engine.dispose()


@pytest.fixture
def client(house: House) -> FlaskClient:
    """A browser without cookies."""
    return house.app.test_client()


@pytest.fixture
def call(house: House) -> Callable[[str], Caller]:
    """Logs in one of the four by name and gives what calls the API for them."""

    def enter(username: str) -> Caller:
        client = house.app.test_client()
        answer = client.post("/api/v1/tokens", json={"username": username, "password": PASSWORD})
        return Caller(client, answer.get_json()["token"])

    return enter


def png(tmp: Path | None = None) -> bytes:
    """A small photo."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()
