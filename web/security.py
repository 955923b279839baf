"""What every answer carries against abuse, and the token without which nothing is changed from a page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect

from web import identity

View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()
_TOKENLESS = "is_tokenless"
LARGEST_JSON = 2 * 1024 * 1024


def init_app(app: Flask) -> None:
    """Check the token of pages, keep JSON small, and set the headers."""
    csrf.init_app(app)
    app.before_request(_prepare)
    app.before_request(_protect)
    app.after_request(set_headers)
    app.jinja_env.globals["csp_nonce"] = nonce


def without_token(view: View) -> View:
    """Mark a view that looks at no cookie: nobody's browser can be tricked into it, so it needs no token."""
    setattr(view, _TOKENLESS, True)
    return view


def nonce() -> str:
    """What marks our own scripts in this answer."""
    made: str = g.csp_nonce
    return made


def set_headers(answer: Response) -> Response:
    """The headers of every answer; a browser keeps no copy of pages and data."""
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", policy())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache" if identity.is_api() else "no-store"
    return answer


def policy(more: str = "") -> str:
    """What an answer may load; `more` is what a page of its own needs besides."""
    scripts = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'none'"
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
        f"form-action 'self'; frame-ancestors 'none'{more and '; '}{more}"
    )


def _prepare() -> None:
    g.csp_nonce = secrets.token_urlsafe(18)
    if not (request.mimetype or "").startswith("multipart/"):
        request.max_content_length = LARGEST_JSON


def _protect() -> None:
    """A page's change needs its token; a program's needs none, for it sends no cookie."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not identity.is_api() and not getattr(view, _TOKENLESS, False):
        csrf.protect()
