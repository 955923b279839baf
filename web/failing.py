"""What went wrong, told to the one who asked: a problem document for programs, a page in plain words for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc as sql
from werkzeug.exceptions import HTTPException

from engine import clock, directory, residents
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable, WanggeError
from web import identity, languages
from web.db import db
from web.phrases import said
from web.wording import english, plain, title

log = structlog.get_logger()
_FAMILIES: tuple[tuple[type[WanggeError], int], ...] = (
    (directory.WrongCredentials, 401), (directory.TooManyAttempts, 429), (residents.TooOften, 429),
    (NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 422), (Unavailable, 503),
)  # fmt: skip
_BY_STATUS = {
    400: "bad_request", 401: "unauthenticated", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed",
    406: "not_acceptable", 408: "too_slow", 412: "precondition_failed", 413: "too_large",
    414: "too_long", 415: "media_type_unsupported", 422: "invalid", 428: "precondition_required",
    429: "too_many_requests", 431: "too_large", 503: "unavailable", 507: "storage_full",
}  # fmt: skip
CODES = frozenset(_BY_STATUS.values()) | {"csrf", "database_unavailable", "error"}
_PASSING = (sql.OperationalError, sql.InterfaceError, sql.TimeoutError, sql.PendingRollbackError)
_DATA_CLASS, _FULL, _READ_ONLY = "22", "53100", "25006"


@dataclass
class Failure:
    """Everything an answer says about an error; `facts` are what the engine noted about it."""

    status: int
    code: str
    detail: str
    fields: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The kind of failure in a few words of the reader's language."""
        return title(self.status)


def init_app(app: Flask) -> None:
    """Answer every exception, whatever raised it."""
    app.extensions["wangge.page"] = page
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The answer to an exception in the form that the asker reads."""
    if isinstance(error, HTTPException) and (error.code or 500) < 400:  # such as 304, an answer and no failure
        return current_app.make_response(error.get_response())
    failure = failure_of(error)
    failure.fields = flat(failure.fields)
    if failure.status >= 500:
        log.error("failed", code=failure.code, error=type(error).__name__, endpoint=request.endpoint,
                  exc_info=error if failure.status == 500 else None)  # fmt: skip
    faced = current_app.extensions["wangge.problem" if identity.is_api() else "wangge.page"]
    made: Response = faced(failure)
    made.headers.update(failure.headers)
    return made


def page(failure: Failure) -> Response:
    """The failure as a page of the console, or a fragment where htmx asked."""
    fragment = bool(request.headers.get("HX-Request"))
    return make_response(render_template("error.html", failure=failure, fragment=fragment), failure.status)


def failure_of(error: Exception) -> Failure:
    """What an exception means to the one who asked."""
    if isinstance(error, HTTPException):
        return _http_failure(error)
    if (broken := _database_cause(error)) is not None:
        return _database_failure(broken)
    if isinstance(error, WanggeError):
        return _engine_failure(error)
    if isinstance(error, OSError):
        return _told(507 if error.errno == 28 else 503, "storage_full" if error.errno == 28 else "unavailable")
    return _told(500, "error")


def _engine_failure(error: WanggeError) -> Failure:
    status = next((status for family, status in _FAMILIES if isinstance(error, family)), 500)
    facts = _named(error.facts)
    detail = english(error.code, facts) if languages.current() == "en" else error.message
    fields = error.fields if isinstance(error, Invalid) else {}
    failure = Failure(status, error.code, detail, dict(fields), facts)
    if isinstance(error, Unavailable):
        failure.headers["Retry-After"] = str(_seconds_until(error.retry_at))
    return failure


def _named(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with the winner's name where the engine gave only their number."""
    number = facts.get("winner_id")
    if number is None or facts.get("winner"):
        return dict(facts)
    person = directory.find_person(db.session(), number)
    return {**facts, "winner": person.name if person else None}


def _http_failure(error: HTTPException) -> Failure:
    status = error.code or 500
    code = "csrf" if isinstance(error, CSRFError) else _BY_STATUS.get(status, "error")
    failure = _told(status, code)
    failure.fields = _fields(getattr(error, "data", None) or {})
    failure.headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    if status == 401:
        failure.headers["WWW-Authenticate"] = "Bearer"
    return failure


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """What webargs found wrong, without the place (json, query …) where it looked."""
    found: dict[str, Any] = {}
    for place, messages in (data.get("messages") or {}).items():
        found.update(messages if isinstance(messages, dict) else {place: messages})
    return found


def flat(fields: Any, before: str = "") -> dict[str, list[str]]:
    """Messages in the reader's language by the dotted name of their field, however deep they are nested."""
    if not isinstance(fields, dict):
        messages = fields if isinstance(fields, list) else [fields]
        return {before: [said(str(message), languages.current()) for message in messages]}
    found: dict[str, list[str]] = {}
    for name, inner in fields.items():
        dotted = before if name == "_schema" else f"{before}.{name}" if before else str(name)
        found.update(flat(inner, dotted or "body"))
    return found


def _database_cause(error: BaseException) -> sql.SQLAlchemyError | None:
    """The database's own error: this one, or the loss of the database behind it, whatever was made of that.

    A diagram that asked in vain is not a broken diagram; a name that is taken was explained by who raised it.
    """
    if isinstance(error, sql.SQLAlchemyError):
        return error
    behind = error.__cause__
    while behind is not None and not isinstance(behind, _PASSING):
        behind = behind.__cause__
    return behind


def _database_failure(error: sql.SQLAlchemyError) -> Failure:
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    if isinstance(error, sql.DataError) or state.startswith(_DATA_CLASS):
        return _told(422, "invalid")
    if state == _FULL:
        return _told(507, "storage_full")
    if isinstance(error, sql.IntegrityError):
        return _told(409, "conflict")
    passing = isinstance(error, _PASSING)
    broken = isinstance(error, sql.DBAPIError) and error.connection_invalidated
    if passing or broken or state == _READ_ONLY:
        failure = _told(503, "database_unavailable")
        failure.headers["Retry-After"] = "2"
        return failure
    return _told(500, "error")


def _told(status: int, code: str) -> Failure:
    return Failure(status, code, plain(code, status))


def _seconds_until(moment: datetime | None) -> int:
    return max(1, int((moment - clock.now()).total_seconds()) + 1) if moment else 2
