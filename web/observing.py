"""How the house is doing: health, readiness, figures, and one log line a request without personal data."""

from __future__ import annotations

import logging
import os
import sys
import uuid
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Blueprint, Flask, Response, abort, g, make_response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client import REGISTRY as OWN

from engine import cases, clock
from engine.cases import incidents
from engine.cases.scope import unscoped
from engine.db import migrate
from engine.settings import Settings
from engine.supervision import health
from web import identity
from web.db import db

blueprint = Blueprint("observing", __name__)
log = structlog.get_logger()
_LABELS = ("method", "endpoint", "status")
REQUESTS = Counter("wangge_requests_total", "Answered requests", _LABELS)
SECONDS = Histogram("wangge_request_seconds", "Time to answer", ("method", "endpoint"),
                    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))  # fmt: skip


def init_app(app: Flask) -> None:
    """Log and count every request."""
    settings: Settings = app.extensions["wangge"]
    log_as_json(settings.log_level)
    app.before_request(_began)
    app.after_request(_ended)
    app.register_blueprint(blueprint)


def log_as_json(level: str) -> None:
    """One JSON line an event on standard error; whatever a value holds, it stays one line."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


@blueprint.get("/healthz")
@identity.public
def healthz() -> Any:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@identity.public
def readyz() -> Any:
    """The database answers, has the shape that this version needs and room to write; 503 otherwise.

    `degraded` names the parts that do not work while acts go on: photos that cannot be stored, no worker.
    """
    try:
        found = migrate.current(db.session.connection())
        if found != _head():
            return {"status": "database has another version"}, 503
        troubles = health.troubles(db.session(), clock.now())
    except sa.exc.SQLAlchemyError:
        return {"status": "database unavailable"}, 503
    if "storage" in troubles:
        return {"status": "storage full", **troubles}, 503
    return {"status": "degraded" if troubles else "ok", **troubles}


@blueprint.get("/metrics")
@identity.public
def metrics() -> Response:
    """Figures for Prometheus; given to machines of the house only."""
    if not identity.is_near():
        abort(403)
    answer = make_response(generate_latest(_registry()) + _waiting())
    answer.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return answer


def _waiting() -> bytes:
    """What waits, in the format of the other figures: for a worker the most overdue timer, for somebody incidents."""
    with unscoped(db.session()):
        seconds = cases.lag(db.session(), clock.now()).total_seconds()
        open_ones = incidents.count_everywhere(db.session())
    return (_gauge("wangge_oldest_due_seconds", "How long the most overdue timer waits", seconds)
            + _gauge("wangge_open_incidents", "Steps that broke and wait for somebody", open_ones))


def _gauge(name: str, said: str, value: float) -> bytes:
    return f"# HELP {name} {said}\n# TYPE {name} gauge\n{name} {value}\n".encode()


@cache
def _head() -> str | None:
    return migrate.head()


def _registry() -> CollectorRegistry:
    """The figures of all processes of this server, or of this one when it is alone."""
    if multiprocess_folder() is None:
        return OWN
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def multiprocess_folder() -> str | None:
    """Where the processes of this server put their figures together."""
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR")


def _began() -> None:
    g.began = clock.stopwatch()
    g.request_id = uuid.uuid4().hex[:16]


def _ended(answer: Response) -> Response:
    took = clock.stopwatch() - g.get("began", clock.stopwatch())
    endpoint = request.endpoint or "unknown"
    REQUESTS.labels(request.method, endpoint, answer.status_code).inc()
    SECONDS.labels(request.method, endpoint).observe(took)
    actor = identity.find_actor()
    if endpoint not in ("static", "observing.healthz", "observing.readyz", "observing.metrics"):
        log.info("request", id=g.get("request_id"), method=request.method, endpoint=endpoint,
                 status=answer.status_code, ms=round(took * 1000, 1),
                 account=actor.account_id if actor else None)  # fmt: skip
    answer.headers["X-Request-Id"] = g.get("request_id", "")
    return answer


def _stamp(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = clock.now().isoformat(timespec="milliseconds")
    return event


def _without_values(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as the places it passed: its message may quote what somebody typed."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["passed"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    places, step = [], error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/site-packages/')[-1]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    if error.__cause__ is not None:
        places.append(f"caused by {type(error.__cause__).__name__}")
        places.extend(_places(error.__cause__))
    return places[-30:]
