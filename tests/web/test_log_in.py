from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.directory.models import Session as LogIn
from tests.builders import PASSWORD, a_person, an_account
from tests.web.conftest import House


def token_of(client: FlaskClient, path: str = "/login") -> str:
    found = re.search(
        r'(?:csrf_token" value="|X-CSRFToken": ?")([^"]+)"',
        client.get(path, follow_redirects=True).get_data(as_text=True),
    )
    assert found is not None
    return found[1]


def log_in(client: FlaskClient, password: str = PASSWORD, username: str = "dispatcher", **more: str) -> TestResponse:
    form = {"username": username, "password": password, "csrf_token": token_of(client), **more}
    return client.post("/login", data=form)


def is_in(client: FlaskClient) -> bool:
    return client.get("/login").status_code == 302  # who is in has no business at the door


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("wangge")
    assert found is not None
    return found.value


def test_the_right_password_leads_to_the_desk(house: House, client: FlaskClient) -> None:
    answer = log_in(client)
    assert answer.status_code == 302 and answer.headers["Location"] == "/console/"
    assert is_in(client)


def test_a_wrong_password_stays_at_the_door_and_keeps_the_name(house: House, client: FlaskClient) -> None:
    answer = log_in(client, "guess", "reporter")
    assert answer.status_code == 401 and 'value="reporter"' in answer.get_data(as_text=True)
    assert not is_in(client)


def test_an_unknown_name_looks_the_same(house: House, client: FlaskClient) -> None:
    pages = [
        re.sub(r'value="[^"]*"', "", log_in(client, "guess", username).get_data(as_text=True))
        for username in ("handler", "nobody")
    ]
    assert pages[0] == pages[1]


def test_the_lock_says_when_to_come_back(house: House, client: FlaskClient) -> None:
    an_account(house.session, a_person(house.session), "besieged")
    house.session.commit()
    for _ in range(5):
        log_in(client, "guess", "besieged")
    answer = log_in(client, PASSWORD, "besieged")
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 800


def test_the_cookie_is_for_us_alone(house: House, client: FlaskClient) -> None:
    kept = log_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in kept and "SameSite=Lax" in kept


def test_logging_in_gives_another_session(house: House, client: FlaskClient) -> None:
    client.get("/login")
    planted = cookie(client)
    log_in(client)
    assert cookie(client) != planted


def test_an_old_cookie_opens_nothing_after_log_out(house: House, client: FlaskClient) -> None:
    log_in(client)
    stolen = cookie(client)
    client.post("/logout", data={"csrf_token": token_of(client, "/console/")})
    thief = house.app.test_client()
    thief.set_cookie("wangge", stolen)
    assert not is_in(thief)


def test_an_idle_browser_is_out_after_half_an_hour(house: House, client: FlaskClient) -> None:
    log_in(client)
    house.session.execute(sa.update(LogIn).values(seen_at=LogIn.seen_at - timedelta(minutes=31)))
    house.session.commit()
    assert not is_in(client)


def test_a_page_is_remembered_through_the_log_in(house: House, client: FlaskClient) -> None:
    turned_away = client.get("/console/queues/dispatch?limit=5")
    assert turned_away.status_code == 302
    assert "next=" in turned_away.headers["Location"]
    answer = log_in(client, next="/console/queues/dispatch?limit=5")
    assert answer.headers["Location"] == "/console/queues/dispatch?limit=5"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_the_log_in_leads_to_no_other_house(house: House, client: FlaskClient, elsewhere: str) -> None:
    assert log_in(client, next=elsewhere).headers["Location"] == "/console/"


def test_a_piece_of_a_page_asks_to_log_in_over_the_page(house: House, client: FlaskClient) -> None:
    answer = client.get("/console/", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["X-Log-In"] == "again" and "HX-Redirect" not in answer.headers


@pytest.mark.parametrize("path", ["/login", "/logout", "/language"])
def test_nothing_changes_without_the_token_of_the_page(house: House, client: FlaskClient, path: str) -> None:
    assert client.post(path, data={"username": "dispatcher", "password": PASSWORD}).status_code == 400


def test_the_cookie_of_a_browser_is_no_key_to_the_api(house: House, client: FlaskClient) -> None:
    log_in(client)
    assert client.get("/api/v1/tasks").status_code == 401


def test_a_token_is_no_key_to_the_console(house: House, client: FlaskClient) -> None:
    given = {"username": "dispatcher", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=given).get_json()["token"]
    assert client.get("/console/", headers={"Authorization": f"Bearer {token}"}).status_code == 302


def test_the_language_is_kept_with_the_account(house: House, client: FlaskClient) -> None:
    log_in(client, username="handler")
    page = {"csrf_token": token_of(client, "/console/")}
    client.post("/language", data={"language": "en", **page})
    assert '<html lang="en"' in client.get("/console/", follow_redirects=True).get_data(as_text=True)
    client.post("/language", data={"language": "zh", **page})
    assert '<html lang="zh-CN"' in client.get("/console/", follow_redirects=True).get_data(as_text=True)


@pytest.mark.parametrize("path", ["/login", "/healthz", "/console/nowhere", "/api/v1/nowhere", "/static/none"])
def test_every_answer_is_armoured(house: House, client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"


def test_each_page_has_another_nonce(house: House, client: FlaskClient) -> None:
    policies = {client.get("/login").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def change(client: FlaskClient, old: str, new: str, again: str = "") -> int:
    form = {"old": old, "new": new, "again": again or new, "csrf_token": token_of(client, "/console/")}
    return client.post("/password", data=form).status_code


def test_a_new_password_ends_the_other_devices(house: House, client: FlaskClient) -> None:
    an_account(house.session, a_person(house.session), "changer")
    house.session.commit()
    elsewhere = house.app.test_client()
    for device in (client, elsewhere):
        log_in(device, username="changer")
    assert change(client, PASSWORD, "another-2026") == 302
    assert is_in(client) and not is_in(elsewhere)
    assert log_in(house.app.test_client(), PASSWORD, "changer").status_code == 401
    assert log_in(house.app.test_client(), "another-2026", "changer").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again"), [("guess", "another-2026", ""), (PASSWORD, "short", ""), (PASSWORD, "another-2026", "x")]
)
def test_a_password_is_not_changed_by_a_slip(house: House, client: FlaskClient, old: str, new: str, again: str) -> None:
    username = f"slip{abs(hash((old, new, again)))}"[:30]
    an_account(house.session, a_person(house.session), username)
    house.session.commit()
    log_in(client, username=username)
    assert change(client, old, new, again) == 422
    assert log_in(house.app.test_client(), PASSWORD, username).status_code == 302
