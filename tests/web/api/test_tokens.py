from __future__ import annotations

from flask.testing import FlaskClient

from tests.builders import PASSWORD, a_person, an_account
from tests.web.conftest import House


def test_a_password_gives_a_token(house: House, client: FlaskClient) -> None:
    answer = client.post("/api/v1/tokens", json={"username": "dispatcher", "password": PASSWORD})
    assert answer.status_code == 201 and set(answer.get_json()) == {"token", "expires_at"}


def test_a_wrong_password_is_a_problem(house: House, client: FlaskClient) -> None:
    answer = client.post("/api/v1/tokens", json={"username": "dispatcher", "password": "guess"})
    assert answer.status_code == 401 and answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "wrong_credentials"


def test_the_sixth_guess_is_locked_and_says_until_when(house: House, client: FlaskClient) -> None:
    an_account(house.session, a_person(house.session), "victim")
    house.session.commit()
    for _ in range(5):
        client.post("/api/v1/tokens", json={"username": "victim", "password": "guess"})
    answer = client.post("/api/v1/tokens", json={"username": "victim", "password": PASSWORD})
    assert answer.status_code == 429 and 850 < int(answer.headers["Retry-After"]) <= 901


def test_a_dropped_token_is_dead(house: House, client: FlaskClient) -> None:
    token = client.post("/api/v1/tokens", json={"username": "handler", "password": PASSWORD}).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/tasks", headers=headers).status_code == 200
    assert client.delete("/api/v1/tokens/current", headers=headers).status_code == 204
    assert client.get("/api/v1/tasks", headers=headers).status_code == 401
