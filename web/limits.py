"""Coarse limits of each process against floods; log-in failures are counted in the database instead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from engine import clock
from web import identity

PER_VISITOR = RateLimitItemPerMinute(20_000)
PER_LOG_IN = RateLimitItemPerMinute(600)
MOST_KNOWN = 50_000  # visitors of a minute that are counted each by themselves; whoever is counted longest goes first
View = TypeVar("View", bound=Callable[..., Any])
_LIMITED = "is_limited_as_log_in"


class Counters(Storage):
    """Counts in this process, each with its end; the storage of `limits` itself starts a thread at nearly every hit."""

    STORAGE_SCHEME = ["wangge"]

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a storage elsewhere would raise; this one raises nothing."""
        return RuntimeError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count further until the window ends (`expiry` seconds after its first hit); the count."""
        now = clock.stopwatch()
        with self._lock:
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                self._counts.pop(key, None)  # a window that begins anew goes to the end of the line
                count, until = 0, now + expiry
                while len(self._counts) >= MOST_KNOWN:
                    del self._counts[next(iter(self._counts))]
            self._counts[key] = count + amount, until
            return count + amount

    def get(self, key: str) -> int:
        """The count of the window that runs; 0 where none does."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > clock.stopwatch() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, on our stopwatch (seconds)."""
        return self._counts.get(key, (0, clock.stopwatch()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget every count; how many there were."""
        with self._lock:
            gone, self._counts = len(self._counts), {}
        return gone

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._counts.pop(key, None)


def by_visitor() -> str:
    """Whose requests are counted together: an account's, or an address's."""
    actor = identity.find_actor()
    return f"account {actor.account_id}" if actor else identity.client_address()


def per_log_in(view: View) -> View:
    """Limit how often an address may try to log in."""
    setattr(view, _LIMITED, True)
    return view


def init_app(app: Flask) -> None:
    """Count from now on, each application for itself."""
    limiter = FixedWindowRateLimiter(Counters())

    @app.before_request
    def count() -> None:
        """Raises TooManyRequests."""
        view = current_app.view_functions.get(request.endpoint or "")
        is_log_in = getattr(view, _LIMITED, False)
        if not limiter.hit(PER_VISITOR, by_visitor()) or (
                is_log_in and not limiter.hit(PER_LOG_IN, identity.client_address(), str(request.endpoint))):
            raise TooManyRequests
