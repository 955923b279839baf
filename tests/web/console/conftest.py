"""People at their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import library, matters
from tests.builders import PASSWORD
from tests.web.conftest import House


@dataclass
class Browser:
    """A logged-in browser: `get` and `post`, the token of the page sent along."""

    client: FlaskClient
    token: str

    def get(self, path: str, **headers: str) -> TestResponse:
        """A page."""
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """A form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data={"csrf_token": self.token, **(data or {})}, headers=named)


@pytest.fixture
def browse(house: House) -> Callable[[str], Browser]:
    """Logs somebody in at the door."""

    def enter(username: str) -> Browser:
        client = house.app.test_client()
        token = _token(client.get("/login"))
        answer = client.post("/login", data={"csrf_token": token, "username": username, "password": PASSWORD})
        assert answer.status_code == 302
        return Browser(client, _token(client.get("/console/preferences")))

    return enter


@pytest.fixture(scope="module")
def listed(house: House) -> None:
    """The list of matters is loaded."""
    matters.load_list(house.session, matters.load_catalogue(library.RULES / "base" / "matters.csv"))
    house.session.commit()


def _token(answer: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found is not None
    return found.group(1)
