from __future__ import annotations

import errno
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy.exc as sql
import time_machine
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from engine import clock, processes
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable, WanggeError
from engine.expressions import ExpressionFailed
from tests.web.conftest import House
from web.failing import answer, failure_of

GONE = sql.OperationalError("SELECT secret", {}, psycopg.errors.AdminShutdown("terminating connection"))


def broken_by(cause: Exception) -> Exception:
    try:
        try:
            raise cause
        except Exception as error:
            raise processes.ProcessBroken("x.bpmn", "climb", str(error)) from error
    except processes.ProcessBroken as error:
        return error


def unanswered_by(cause: Exception) -> Exception:
    try:
        raise ExpressionFailed("due()", str(cause)) from cause
    except ExpressionFailed as error:
        return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound(), 404, "not_found"),
        (NotAllowed(), 403, "not_allowed"),
        (Conflict(), 409, "conflict"),
        (Invalid(), 422, "invalid"),
        (Unavailable(), 503, "unavailable"),
        (WanggeError(), 500, "error"),
        (GONE, 503, "database_unavailable"),
        (broken_by(GONE), 503, "database_unavailable"),
        (broken_by(ValueError("x")), 503, "process_broken"),
        (unanswered_by(GONE), 503, "database_unavailable"),
        (sql.TimeoutError(), 503, "database_unavailable"),
        (sql.DataError("x", {}, psycopg.DataError("nul")), 422, "invalid"),
        (sql.IntegrityError("x", {}, psycopg.errors.UniqueViolation("key")), 409, "conflict"),
        (sql.OperationalError("x", {}, psycopg.errors.DiskFull("full")), 507, "storage_full"),
        (OSError(errno.ENOSPC, "full"), 507, "storage_full"),
        (ZeroDivisionError("secret"), 500, "error"),
    ],
)
def test_each_kind_of_error_has_its_answer(house: House, error: Exception, status: int, code: str) -> None:
    with house.app.test_request_context("/api/v1/cases"):
        failure = failure_of(error)
    assert (failure.status, failure.code) == (status, code) and "secret" not in failure.detail


def test_who_may_come_back_later_learns_when(house: House) -> None:
    with house.app.test_request_context("/api/v1/cases"):
        with time_machine.travel(clock.now(), tick=False):
            later = failure_of(Unavailable(retry_at=clock.now() + timedelta(seconds=90)))
        soon = failure_of(GONE)
    assert 89 <= int(later.headers["Retry-After"]) <= 91 and int(soon.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("where", "status", "words", "back"), [
    ("/console/x", 403, "安全管理员", "/console/"), ("/r/x", 403, "没有这项权限", "/r/"),
    ("/console/x", 404, "管辖范围", "/console/"), ("/r/x", 404, "核对", "/r/"),
    ("/phone/x", 409, "刷新页面", "/phone/tasks"), ("/phone/x", 413, "填写的内容还在", "/phone/tasks"),
    ("/r/x", 429, "110", "/r/"), ("/console/x", 503, "填写的内容还在", "/console/"), ("/r/x", 507, "110", "/r/"),
])
def test_a_page_about_a_failure_says_what_to_do_and_leads_back(
        house: House, where: str, status: int, words: str, back: str) -> None:
    with house.app.test_request_context(where):
        answered = answer(abort_with(status))
    text = answered.get_data(as_text=True)
    assert answered.status_code == status and words in text and f'class="btn go" href="{back}"' in text
    assert ("安全管理员" in text) == (words == "安全管理员")


def abort_with(status: int) -> HTTPException:
    """What a view raises to answer so."""
    made = HTTPException()
    made.code = status
    return made


def test_the_same_failure_is_a_page_or_a_document(house: House, client: FlaskClient) -> None:
    types = [client.get(path).mimetype for path in ("/nowhere", "/api/v1/nowhere")]
    assert types == ["text/html", "application/problem+json"]
