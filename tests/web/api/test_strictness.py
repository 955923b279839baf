"""What cannot be kept is refused before anything is done, with the field named and no trace of the inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.api.test_cases import REPORT
from tests.web.conftest import Caller, House

Call = Callable[[str], Caller]
DEEP = "[" * 100_000
WRONG: list[tuple[str, str]] = [
    ("surprise", json.dumps({**REPORT, "surprise": 1})),
    ("description", json.dumps({**REPORT, "description": ""})),
    ("description", json.dumps({**REPORT, "description": "a\0b"})),
    ("description", '{"description": "\\ud800", "place": {"text": "x"}}'),
    ("place.lat", json.dumps({**REPORT, "place": {"text": "x", "lat": 91, "lng": 1}})),
    ("place.surprise", json.dumps({**REPORT, "place": {"text": "x", "surprise": 1}})),
    ("urgency", json.dumps({**REPORT, "urgency": "very"})),
    ("happened_at", json.dumps({**REPORT, "happened_at": "2026-01-01T00:00:00"})),
    ("contact.phone", json.dumps({**REPORT, "contact": {"phone": "no number"}})),
    ("photos", json.dumps({**REPORT, "photos": ["unknown"]})),
    ("place.lat", '{"description": "x", "place": {"text": "x", "lat": 1e400, "lng": 1}}'),
    ("place.lat", '{"description": "x", "place": {"text": "x", "lat": 9223372036854775808, "lng": 1}}'),
]


@pytest.mark.parametrize(("field", "body"), WRONG)
def test_a_value_that_cannot_be_is_named(house: House, call: Call, field: str, body: str) -> None:
    answer = _post(call("reporter"), body)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert field in answer.get_json()["fields"]


@pytest.mark.parametrize("body", ["{", "nonsense", '{"a": }', "\x00"])
def test_malformed_json_is_400(house: House, call: Call, body: str) -> None:
    answer = _post(call("reporter"), body)
    assert answer.status_code == 400 and answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("body", [DEEP, "9" * 5000, "[]", '"x"', "null", "1"])
def test_json_that_is_no_report_is_422(house: House, call: Call, body: str) -> None:
    assert _post(call("reporter"), body).status_code == 422


def test_another_media_type_is_not_read(house: House, call: Call) -> None:
    answer = _post(call("reporter"), json.dumps(REPORT), "text/plain")
    assert answer.status_code == 422


def test_bytes_that_are_no_utf8_are_400(house: House, call: Call) -> None:
    assert _post(call("reporter"), b'{"description": "\xff"}').status_code == 400


def test_too_large_is_said_in_plain_words(house: House, call: Call) -> None:
    answer = _post(call("reporter"), json.dumps({**REPORT, "description": "x" * 3_000_000}))
    assert answer.status_code == 413 and "2 MB" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("stage=nowhere", "stage"), ("surprise=1", "surprise"),
     ("text=%00", "text"), ("holder=99999999999999999999", "holder"), ("cursor=nonsense", None)],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(house: House, call: Call, query: str, field: str | None) -> None:
    answer = call("dispatcher")("GET", f"/cases?{query}")
    assert answer.status_code == 422 and (field is None or field in answer.get_json()["fields"])


@pytest.mark.parametrize(
    "path", ["/tasks/99999999999999999999/claim", "/tasks/0/claim", "/tasks/9223372036854775807/claim"]
)
def test_a_number_beyond_all_tasks_is_404(house: House, call: Call, path: str) -> None:
    assert call("dispatcher")("POST", path).status_code == 404


@pytest.mark.parametrize("number", ["%00", "%2e%2e", "1'--", "x" * 25, "%ff"])
def test_a_strange_case_number_is_404(house: House, call: Call, number: str) -> None:
    assert call("dispatcher")("GET", f"/cases/{number}").status_code == 404


def test_the_wrong_method_says_which_are_right(house: House, call: Call) -> None:
    answer = call("dispatcher")("PUT", "/cases")
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


def test_an_english_reader_gets_english(house: House, call: Call) -> None:
    caller = call("dispatcher")
    told = [
        caller("GET", "/cases/nothing", Accept_Language=language).get_json()["detail"]
        for language in ("en", "zh-CN,zh;q=0.9")
    ]
    assert told[0].isascii() and not told[1].isascii()


def _post(caller: Caller, body: str | bytes, media_type: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {caller.token}"}
    return caller.client.post("/api/v1/cases", data=body, content_type=media_type, headers=headers)
