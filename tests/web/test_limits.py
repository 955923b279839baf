"""Floods are turned away with 429, each visitor for itself; the next minute begins at nothing."""

from __future__ import annotations

import pytest
from limits import RateLimitItemPerMinute

from tests.web.conftest import House
from web import limits
from web.limits import Counters


def test_whoever_asks_too_often_is_turned_away_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_VISITOR", RateLimitItemPerMinute(3))
    browser = house.app.test_client()

    def ask(address: str) -> int:
        return browser.get("/healthz", environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask("192.0.2.1") for _ in range(4)] == [200, 200, 200, 429]
    assert ask("192.0.2.2") == 200


def test_logging_in_is_limited_more_than_looking(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_LOG_IN", RateLimitItemPerMinute(2))
    program = house.app.test_client()
    asked = {"username": "nobody", "password": "x" * 12}
    from_there = {"REMOTE_ADDR": "192.0.2.3"}
    answers = [program.post("/api/v1/tokens", json=asked, environ_base=from_there) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1].get_json()["code"] == "too_many_requests"
    assert program.get("/healthz", environ_base=from_there).status_code == 200


def test_a_window_ends_and_the_oldest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("engine.clock.stopwatch", lambda: now[0])
    monkeypatch.setattr(limits, "MOST_KNOWN", 2)
    counters = Counters()
    assert [counters.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    assert (counters.get("a"), counters.get_expiry("a"), counters.get("b")) == (3, 160.0, 0)
    now[0] = 160.0
    assert counters.get("a") == 0
    assert counters.incr("a", 60) == 1
    counters.incr("b", 60)
    counters.incr("c", 60)
    assert (counters.get("a"), counters.get("b"), counters.get("c")) == (0, 1, 1)
    counters.clear("b")
    assert counters.get("b") == 0
    assert counters.reset() == 1
    assert counters.get("c") == 0
