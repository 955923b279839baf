"""The blueprint of the API and what each of its routes has in common: strict reading, and keys that repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import orjson
from flask import Response, jsonify, request
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]

from engine import clock
from engine.cases import repeating
from engine.db import pipelines
from web import identity
from web.api.errors import MEDIA_TYPE, Problem
from web.api.parsing import StrictParser
from web.db import db

View = TypeVar("View", bound=Callable[..., Any])
KEY_HEADER = "Idempotency-Key"
_KEY_DOC = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": repeating.LONGEST_KEY, "pattern": "^[!-~]+$"},
    "description": "The same key and the same request: the first answer again, for 30 days.",
}


class WanggeApi(Api):  # type: ignore[misc]
    """The document of the API; failures are answered by `web.failing`, for the whole application."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """None: one handler answers for pages and programs alike."""

    def _register_responses(self) -> None:
        """Errors are problem documents, in the document too."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"


class WanggeBlueprint(Blueprint):  # type: ignore[misc]
    """Routes under /api/v1, their requests read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        """What changes with the answer; as the library makes it, written faster."""
        text = orjson.dumps((etag_data, extra_data), option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return hashlib.sha256(text).hexdigest()

    if TYPE_CHECKING:  # flask-smorest has no types: its decorators keep the view's

        def route(self, rule: str, **options: Any) -> Callable[[View], View]: ...
        def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]: ...
        def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]: ...
        def doc(self, **options: Any) -> Callable[[View], View]: ...
        def etag(self, view: View) -> View: ...


blueprint = WanggeBlueprint("api", __name__, url_prefix="/api/v1", description="wangge")


def once(view: View) -> View:
    """Let a POST under an Idempotency-Key happen once; a repeat gets the first answer, from the same commit."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        key, account_id = request.headers.get(KEY_HEADER), identity.current_actor().account_id
        if key is None or account_id is None:
            return view(*args, **kwargs)
        session, at, asked = db.session(), clock.now(), _request_hash()
        try:
            repeating.look_ahead(session, account_id, key, asked, at)
            with pipelines.settled(session):
                made: Response = view(*args, **kwargs)
        except repeating.AnsweredBefore as first:
            return jsonify(first.answer.body), first.answer.status
        kept = repeating.Answer(made.status_code, orjson.loads(made.get_data()))
        repeating.keep_answer(session, account_id, key, asked, kept, at)
        return made

    return cast(View, blueprint.doc(parameters=[_KEY_DOC])(answer))


def _request_hash() -> str:
    """What makes two requests the same: method, address and body, whatever parts the form's files."""
    body = request.get_data(cache=True, parse_form_data=False)
    if boundary := request.mimetype_params.get("boundary"):  # made anew whenever a form is sent
        body = body.replace(boundary.encode(), b"")
    return hashlib.sha256(b"\n".join([request.method.encode(), request.full_path.encode(), body])).hexdigest()
