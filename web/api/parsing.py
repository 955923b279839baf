"""Reading requests strictly: what the database could not keep is refused before anything is done."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter

MOST_NESTED = 32
LARGEST_NUMBER = 2**63 - 1
PASSED_BY = frozenset({"lang"})


class CaseNumber(BaseConverter):
    """A case number in an address; anything else is no address of ours."""

    regex = "[0-9A-Za-z-]{1,24}"


class StrictParser(FlaskParser):
    """Malformed JSON is 400; unknown fields, NUL, lone surrogates and numbers beyond 64 bits are 422."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}

    def _get_schema(self, argmap: Any, req: Request) -> ma.Schema:
        """One instance of each schema, made when it is first used: to make it costs more than to load with it."""
        return _instance(argmap) if isinstance(argmap, type) else super()._get_schema(argmap, req)

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body, checked to its leaves."""
        try:
            body = super().load_json(req, schema)
        except (ValueError, RecursionError):  # digits without end, brackets without end
            raise ma.ValidationError("Not a value that can be kept.") from None
        check_storable(body)
        return body

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query, without what concerns the answer's language."""
        given = MultiDict((name, value) for name, value in req.args.items(multi=True) if name not in PASSED_BY)
        check_storable(given.to_dict())
        return self._makeproxy(given, schema)


@cache
def _instance(schema: type[ma.Schema]) -> ma.Schema:
    return schema()


def check_storable(value: Any, depth: int = 0) -> None:
    """Raises ValidationError for a value that PostgreSQL cannot keep or that is nested too deep."""
    if depth > MOST_NESTED:
        raise ma.ValidationError("Nested too deep.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int | float):
        _check_number(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check_inner(name, inner, depth)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_inner(str(place), inner, depth)


def _check_inner(name: str, inner: Any, depth: int) -> None:
    try:
        check_storable(inner, depth + 1)
    except ma.ValidationError as wrong:
        raise ma.ValidationError({name: wrong.messages}) from None


def _check_number(number: float) -> None:
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise ma.ValidationError("Number out of range.")


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ma.ValidationError("Contains characters that cannot be kept.")
