"""The database of the web: Flask-SQLAlchemy on the engine's own tables, one session a request."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session

from engine.cases import scope
from engine.db import Base, server
from engine.db.session import PREPARED_AT, tune
from engine.settings import Settings

_PATIENCE = " ".join(
    f"-c {name}={seconds * 1000}"
    for name, seconds in (
        ("lock_timeout", 10), ("statement_timeout", 30), ("idle_in_transaction_session_timeout", 60),
    )
) + " -c max_parallel_workers_per_gather=0"  # a page's questions are short, and other people wait too
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def connect(app: Flask, settings: Settings, database_url: str | None) -> None:
    """Bind the application to its database and let every session keep to its actor's scope."""
    url = database_url or settings.database_url or server.url(settings.data)
    app.config["SQLALCHEMY_DATABASE_URI"] = _with_driver(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    with app.app_context():
        tune(db.engine)
    scope.install(Session)


def engine_options(settings: Settings) -> dict[str, Any]:
    """One connection a thread and a few to spare; what people typed stays out of error texts."""
    return {
        "pool_size": settings.web_threads,
        "max_overflow": 4,
        "pool_timeout": 10,
        "hide_parameters": True,
        "connect_args": {"options": _PATIENCE, "prepare_threshold": PREPARED_AT},
    }


def _with_driver(url: str) -> str:
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
