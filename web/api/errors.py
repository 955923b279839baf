"""Failures as problem documents (RFC 9457), and their published codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import marshmallow as ma
from flask import Response, jsonify

from engine.errors import WanggeError
from web.failing import CODES, Failure

MEDIA_TYPE = "application/problem+json"
_TOLD = ("winner", "entry", "at", "version", "outcome", "verb", "element", "incident")


class Problem(ma.Schema):
    """A failure: what kind, what in detail, which fields; of a conflict also who won, when, in which entry.

    Of a diagram that cannot go on: at which element, and under which number the incident is known.
    """

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True)
    detail = ma.fields.String(required=True)
    fields_ = ma.fields.Dict(data_key="fields", keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()))
    winner = ma.fields.String(allow_none=True)
    entry = ma.fields.Integer(allow_none=True)
    at = ma.fields.AwareDateTime(allow_none=True)
    version = ma.fields.Integer(allow_none=True)
    outcome = ma.fields.String(allow_none=True)
    verb = ma.fields.String(allow_none=True)
    element = ma.fields.String(allow_none=True)
    incident = ma.fields.Integer(allow_none=True)


def answer(failure: Failure) -> Response:
    """The problem document of a failure."""
    document: dict[str, Any] = {
        "type": f"urn:wangge:problem:{failure.code}",
        "title": failure.title,
        "status": failure.status,
        "code": failure.code,
        "detail": failure.detail,
        "fields": failure.fields,
    }
    for name in _TOLD:
        value = failure.facts.get(name)
        if value is not None:
            document[name] = value.isoformat() if isinstance(value, datetime) else value
    made = jsonify(document)
    made.status_code, made.mimetype = failure.status, MEDIA_TYPE
    return made


def published_codes() -> list[str]:
    """Every code that an answer may carry, of the engine's errors and of the web's own."""
    return sorted({error.code for error in _every(WanggeError)} | set(CODES))


def _every(error: type[WanggeError]) -> Iterator[type[WanggeError]]:
    yield error
    for narrower in error.__subclasses__():
        yield from _every(narrower)
