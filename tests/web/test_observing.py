from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from engine import clock
from engine.attachments import storing
from engine.supervision import health
from engine.supervision.beats import beat
from tests.web.conftest import House


def test_a_house_with_a_worker_is_well_and_ready(house: House, client: FlaskClient) -> None:
    assert client.get("/readyz").get_json() == {"status": "degraded", "worker": "silent"}
    beat(house.session, "somebody", clock.now())
    house.session.commit()
    assert [client.get(path).get_json() for path in ("/healthz", "/readyz")] == [{"status": "ok"}] * 2


def test_a_full_volume_turns_the_house_red(
    house: House, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_tried", None)
    monkeypatch.setattr(storing, "_store", None)
    assert client.get("/readyz").get_json()["photos"] == "not writable"
    monkeypatch.setattr(health, "is_full", lambda session: True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "storage full")


def test_figures_are_for_the_house_only(house: House, client: FlaskClient) -> None:
    near = client.get("/metrics")
    far = client.get("/metrics", environ_base={"REMOTE_ADDR": "8.8.8.8"})
    assert near.status_code == 200 and b"wangge_requests_total" in near.data
    assert b"wangge_oldest_due_seconds" in near.data
    assert far.status_code == 403


def test_a_log_line_is_one_line_of_json_without_what_was_typed(
    house: House, client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    typed = '张三\n{"forged": 1}\x1b[31m\u2028'
    client.post("/api/v1/tokens", json={"username": typed, "password": "secret-word"})
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["endpoint"] for line in lines] == ["api.make_token"]
    assert "forged" not in str(lines) and "secret-word" not in str(lines)
