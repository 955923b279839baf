"""Coarse limits of each process against floods; log-in failures are counted in the database instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask
from flask_limiter import Limiter

from web import identity

PER_VISITOR = "20000 per minute"
PER_LOG_IN = "600 per minute"
View = TypeVar("View", bound=Callable[..., Any])


def by_visitor() -> str:
    """Whose requests are counted together: an account's, or an address's."""
    actor = identity.find_actor()
    return f"account {actor.account_id}" if actor else identity.client_address()


limiter = Limiter(by_visitor, storage_uri="memory://", default_limits=[PER_VISITOR], headers_enabled=False)


def per_log_in(view: View) -> View:
    """Limit how often an address may try to log in."""
    return cast(View, limiter.limit(PER_LOG_IN)(view))


def init_app(app: Flask) -> None:
    """Count from now on."""
    limiter.init_app(app)
