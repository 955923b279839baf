from __future__ import annotations

import io
from collections.abc import Callable

from tests.web.api.test_cases import REPORT
from tests.web.conftest import Caller, House, png

Call = Callable[[str], Caller]


def send(caller: Caller, content: bytes, name: str = "a.png", **headers: str) -> object:
    named = {"Authorization": f"Bearer {caller.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    data = {"photo": (io.BytesIO(content), name), "kind": "report"}
    return caller.client.post("/api/v1/attachments", data=data, headers=named)


def test_a_photo_goes_with_the_report(house: House, call: Call) -> None:
    caller = call("reporter")
    key = send(caller, png()).get_json()["key"]  # type: ignore[attr-defined]
    assert caller("POST", "/cases", {**REPORT, "photos": [key]}).status_code == 201
    photo = call("dispatcher")("GET", f"/attachments/{key}")
    assert photo.status_code == 200 and photo.data[:2] == b"\xff\xd8"
    assert "sandbox" in photo.headers["Content-Security-Policy"]


def test_a_foreign_photo_does_not_exist(house: House, call: Call) -> None:
    caller = call("reporter")
    key = send(caller, png()).get_json()["key"]  # type: ignore[attr-defined]
    assert call("intruder")("GET", f"/attachments/{key}").status_code == 404
    assert call("intruder")("POST", "/cases", {**REPORT, "photos": [key]}).status_code == 422


def test_what_is_no_photo_is_refused(house: House, call: Call) -> None:
    answer = send(call("reporter"), b"<svg onload=alert(1)>", "a.png")
    assert answer.status_code == 422  # type: ignore[attr-defined]
