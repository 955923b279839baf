"""The API against its own document: generated requests, valid and not, never break it (S4)."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders import PASSWORD
from tests.web.api.test_cases import REPORT
from tests.web.conftest import House

EXAMPLES = 12
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip


OPERATIONS = [
    "GET /cases", "POST /cases", "GET /cases/{number}", "GET /cases/{number}/entries",
    "GET /cases/{number}/deadlines", "GET /cases/{number}/tasks", "POST /cases/{number}/acts/{verb}",
    "GET /tasks", "GET /tasks/{task_id}", "POST /tasks/{task_id}/claim", "POST /tasks/{task_id}/release",
    "POST /tasks/{task_id}/complete", "POST /attachments", "GET /attachments/{key}",
    "GET /incidents", "GET /incidents/{incident_id}", "POST /incidents/{incident_id}/retry",
    "POST /incidents/{incident_id}/skip", "POST /incidents/{incident_id}/send-back",
]  # fmt: skip


@pytest.fixture(scope="module")
def token(house: House) -> str:
    """A seat's token, with a case within its reach."""
    client = house.app.test_client()
    door = {"username": "dispatcher", "password": PASSWORD}
    made: str = client.post("/api/v1/tokens", json=door).get_json()["token"]
    client.post("/api/v1/cases", json=REPORT, headers={"Authorization": f"Bearer {made}"})
    return made


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_breaks_the_api(house: House, token: str, operation: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app)
    method, path = operation.split()

    @given(case=schema[f"/api/v1{path}"][method].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def hold(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)
        assert "Traceback" not in answer.text and "psycopg" not in answer.text

    hold()


def test_every_operation_is_tried(house: House) -> None:
    document = house.app.test_client().get("/api/v1/openapi.json").get_json()
    known = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in document["paths"].items()
        for method in operations
        if method in ("get", "post", "put", "patch", "delete") and "/tokens" not in path
    }
    assert known == set(OPERATIONS)
