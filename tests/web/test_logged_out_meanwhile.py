"""A log-in that ends while somebody types: clear words at the next click, and nothing typed is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import clock, directory
from engine.cases.models import Case
from engine.directory.models import Account
from engine.directory.models import Session as LogIn
from tests.builders import PASSWORD
from tests.web.conftest import House
from tests.web.test_log_in import log_in, token_of

TYPED = {"description": "雨水井盖没了，晚上看不见 & <很危险>", "place": "人民路 12 号", "origin": "superior"}


def report(house: House, client: FlaskClient) -> TestResponse:
    """The report that was being typed, sent with the token of its page."""
    return client.post("/console/cases", data={"csrf_token": token_of(client), **TYPED,
                                               "division": house.city.community.code})


def account(house: House, username: str = "dispatcher") -> int:
    return house.session.scalars(sa.select(Account.id).where(Account.username == username)).one()


def revoked(house: House) -> None:
    directory.revoke_all(house.session, account(house), clock.now(), by="安全管理员 吴安 · 市中心")


def idle(house: House) -> None:
    house.session.execute(sa.update(LogIn).values(seen_at=LogIn.seen_at - timedelta(minutes=31)))


def locked(house: House) -> None:
    directory.disable_account(house.session, account(house), clock.now(), "安全管理员 吴安 · 市中心")


def hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(text) for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}


def count(house: House) -> int:
    house.session.commit()
    return house.session.scalar(sa.select(sa.func.count(Case.id))) or 0


@pytest.mark.parametrize(("ends", "says"), [(revoked, "安全管理员 吴安"), (idle, "半小时"), (locked, "锁定")])
def test_what_was_typed_goes_on_after_another_log_in(
        house: House, client: FlaskClient, ends: Callable[[House], None], says: str) -> None:
    log_in(client)
    before = count(house)
    ends(house)
    house.session.commit()
    page = report(house, client)
    assert page.status_code == 401 and says in page.text and count(house) == before
    assert "雨水井盖没了" not in page.text and TYPED["place"] not in page.text
    fields = hidden(page.text)
    directory.enable_account(house.session, account(house), True)
    house.session.commit()
    wrong = client.post("/login", data={**fields, "username": "dispatcher", "password": "guess"})
    again = client.post("/login", data={**hidden(wrong.text), "username": "dispatcher", "password": PASSWORD})
    assert "雨水井盖没了" in again.text
    kept = hidden(again.text)
    assert {name: kept[name] for name in TYPED} == TYPED and count(house) == before
    assert client.post("/console/cases", data=kept).status_code == 302 and count(house) == before + 1


def test_somebody_else_at_the_same_machine_gets_nothing_of_it(house: House, client: FlaskClient) -> None:
    log_in(client)
    revoked(house)
    house.session.commit()
    page = report(house, client).text
    assert "井盖" not in hidden(page)["kept"]
    answer = client.post("/login", data={**hidden(page), "username": "handler", "password": PASSWORD})
    assert answer.status_code == 302 and "井盖" not in answer.text


def test_a_form_too_long_to_keep_is_left_to_the_browser(house: House, client: FlaskClient) -> None:
    log_in(client)
    token = token_of(client)
    revoked(house)
    house.session.commit()
    for length, kept in ((60_000, True), (70_000, False)):
        page = client.post("/console/cases", data={"csrf_token": token, "description": "长" * length})
        assert page.status_code == 401 and ("kept" in hidden(page.text)) is kept
        assert kept or "浏览器后退" in page.text
        if kept:
            given = {**hidden(page.text), "username": "dispatcher", "password": "guess"}
            assert client.post("/login", data=given).status_code == 401, "the log-in takes it along"


def test_passwords_are_never_kept(house: House, client: FlaskClient) -> None:
    log_in(client)
    typed = {"csrf_token": token_of(client, "/password"), "old": PASSWORD, "new": "Another.one-2026", "again": ""}
    revoked(house)
    house.session.commit()
    page = client.post("/password", data=typed)
    assert page.status_code == 401 and "kept" not in hidden(page.text)


@pytest.mark.parametrize("sealed", ["x", "gAAAAA" + "A" * 100, "中"])
def test_a_forged_form_is_no_form(house: House, client: FlaskClient, sealed: str) -> None:
    assert log_in(client, kept=sealed).status_code == 302


def test_a_window_over_the_page_lets_in_and_the_page_goes_on(house: House, client: FlaskClient) -> None:
    log_in(client)
    token = token_of(client, "/console/cases/new")
    assert client.get("/login/again").status_code == 204
    revoked(house)
    house.session.commit()
    late = client.get("/console/counts", headers={"HX-Request": "true"})
    assert (late.status_code, late.headers["X-Log-In"]) == (401, "again")
    window = client.get("/login/again").text
    assert "安全管理员 吴安" in window and 'value="dispatcher"' in window
    given = {**hidden(window), "username": "dispatcher"}
    assert client.post("/login/again", data={**given, "password": "guess"}).status_code == 401
    said = client.post("/login/again", data={**given, "password": PASSWORD})
    assert said.get_json()["next"] == "" and said.get_json()["must_change"] is False
    sent = client.post("/console/cases", data={"csrf_token": token, **TYPED, "division": house.city.community.code})
    assert sent.status_code == 302, "the token of the page that stayed open still holds"


def test_another_account_in_the_window_leaves_the_page(house: House, client: FlaskClient) -> None:
    log_in(client)
    revoked(house)
    house.session.commit()
    given = {**hidden(client.get("/login/again").text), "username": "handler", "password": PASSWORD}
    assert client.post("/login/again", data=given).get_json()["next"] == "/console/"


def test_a_first_password_keeps_what_was_typed_too(house: House, client: FlaskClient) -> None:
    log_in(client, username="handler")
    handler = account(house, "handler")
    directory.reset_password(house.session, handler, "ABCD-EFGH-2345", clock.now(), "安全管理员")
    house.session.commit()
    typed = {"csrf_token": token_of(client), "after": "stay", "note": "请留着。"}
    page = client.post("/console/preferences", data=typed)
    changing = client.post("/login", data={**hidden(page.text), "username": "handler", "password": "ABCD-EFGH-2345"})
    resent = client.post("/console/preferences", data=hidden(changing.text))
    assert resent.status_code == 403
    own = {"old": "ABCD-EFGH-2345", "new": PASSWORD, "again": PASSWORD}
    last = client.post("/password", data={**hidden(resent.text), **own})
    assert hidden(last.text)["note"] == "请留着。"
    assert client.post("/console/preferences", data=hidden(last.text)).status_code == 302
