"""The published document: valid OpenAPI 3.1, with the words and the errors that answers really carry."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from engine.cases.vocabulary import STAGES
from tests.web.conftest import House


@pytest.fixture
def document(house: House) -> dict[str, Any]:
    found: dict[str, Any] = house.app.test_client().get("/api/v1/openapi.json").get_json()
    return found


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_the_words_are_published(document: dict[str, Any]) -> None:
    case = document["components"]["schemas"]["CaseOut"]["properties"]
    assert case["stage"]["enum"] == list(STAGES) and "red" in case["lamp"]["enum"]
    codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert {"task_taken", "stale_version", "idempotency_mismatch", "case_unknown", "unavailable"} <= set(codes)


def test_errors_are_problem_documents(document: dict[str, Any]) -> None:
    assert "application/problem+json" in document["components"]["responses"]["DEFAULT_ERROR"]["content"]


def test_every_post_takes_a_key(document: dict[str, Any]) -> None:
    missing = []
    for path, operations in document["paths"].items():
        post = operations.get("post")
        if post and "Idempotency-Key" not in str(post.get("parameters")) and not path.endswith("/tokens"):
            missing.append(path)
    assert missing == []
