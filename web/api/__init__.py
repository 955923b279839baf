"""The JSON face, under /api/v1."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask

from web import identity
from web.api import cases, errors, incidents, photos, tasks, tokens
from web.api.parsing import CaseNumber
from web.api.serving import WanggeApi, blueprint

__all__ = ["cases", "incidents", "init_app", "photos", "tasks", "tokens"]


def init_app(app: Flask) -> None:
    """Add the API and its OpenAPI document."""
    app.extensions["wangge.problem"] = errors.answer
    app.url_map.converters["case"] = CaseNumber
    app.config.update(
        API_TITLE="wangge",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": "Cases of grid governance: report, read, act. Errors are problem documents."},
            "security": [{"token": []}],
        },
    )
    api = WanggeApi(app)
    api.register_converter(CaseNumber, lambda _: {"type": "string", "pattern": f"^{CaseNumber.regex}$"})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(blueprint)
    problem = api.spec.components.schemas["Problem"]["properties"]
    problem["code"]["enum"] = errors.published_codes()
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("api-docs."):
            app.view_functions[endpoint] = _open(view)


def _open(view: Callable[..., Any]) -> Callable[..., Any]:
    """A public view around a method, which takes no mark itself."""

    @wraps(view)
    def document() -> Any:
        return view()

    return identity.public(document)
