"""Who asks: a browser by its session cookie, a program by its token; everybody else meets public pages only."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, make_response, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import Unauthorized

from engine import clock, directory
from engine.cases import scope
from web.db import db

API = "/api/"
READS = ("GET", "HEAD")
View = TypeVar("View", bound=Callable[..., Any])
_PUBLIC, _PRESUMING = "is_public", "is_presuming"
_TOKEN = "csrf_token"  # as Flask-WTF calls it
AGAIN = "X-Log-In"
"""In a 401 for a piece of a page: log in again, in a window over the page, which stays as it is."""


class Visitor(UserMixin):  # type: ignore[misc]
    """A log-in as Flask-Login wants it: its id is the secret of the cookie, checked at every request."""

    def __init__(self, secret: str, known: directory.Known) -> None:
        self.secret, self.known = secret, known

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.secret


def init_app(app: Flask) -> None:
    """Ask who it is before every request, and turn strangers away from all that is not public."""
    manager = LoginManager(app)
    manager.session_protection = None  # the row of the session decides, not the address
    manager.user_loader(_by_cookie)
    app.before_request(guard)
    app.view_functions["static"] = public(app.view_functions["static"])


def public(view: View) -> View:
    """Mark a view that strangers may call; everything unmarked asks who it is."""
    setattr(view, _PUBLIC, True)
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Whether strangers may call this endpoint."""
    return bool(getattr(app.view_functions.get(endpoint), _PUBLIC, False))


def presuming(view: View) -> View:
    """Mark a view of the API that does nothing before it asks the database: who asks is asked in the same breath."""
    setattr(view, _PRESUMING, True)
    return view


def guard() -> Response | None:
    """Let the visitor through within their scope, or answer 401 (programs) or the log-in page (people)."""
    scope.act_as(db.session(), scope.NOBODY)
    g.actor = g.known = None
    if request.endpoint is None or request.endpoint == "static":
        return None
    known = _by_token() if is_api() else getattr(current_user, "known", None)
    if known is not None:
        _let_in(known)
        return None
    if is_public(current_app, request.endpoint):
        return None
    return _turned_away()


def ask_anew() -> None:
    """Presume nothing any more in this request: what was presumed was wrong."""
    g.is_certain = True


def require_certain() -> None:
    """Raises Unauthorized where somebody was only presumed to be who asks, and is nobody any more."""
    if g.get("is_presumed"):
        ask_anew()
        guard()


def _let_in(known: directory.Known) -> None:
    g.known, g.actor = known, known.actor
    scope.act_as(db.session(), known.actor)


def current_actor() -> directory.Actor:
    """Who asks; raises Unauthorized on a public page without log-in."""
    actor: directory.Actor | None = g.get("actor")
    if actor is None:
        raise Unauthorized
    return actor


def current_session_id() -> int:
    """Which log-in asks; raises Unauthorized without one."""
    current_actor()
    session_id: int = g.known.session_id
    return session_id


def current_preferences() -> dict[str, Any]:
    """What the account that asks has chosen; {} on a public page without log-in."""
    known: directory.Known | None = g.get("known")
    return known.preferences if known else {}


def find_actor() -> directory.Actor | None:
    """Who asks, or None."""
    found: directory.Actor | None = g.get("actor")
    return found


def is_api() -> bool:
    """Whether a program asks, that wants JSON for every answer."""
    return request.path.startswith(API)


def enter(opened: directory.Opened) -> None:
    """Give this browser the session just opened; what an earlier one left is dropped.

    Whoever logs in again keeps the token of the pages that are still open, so that nothing typed there is lost.
    """
    former = find_former()
    token = session.get(_TOKEN) if former is not None and former.account_id == opened.account_id else None
    leave()
    known = directory.find_known(db.session(), opened.secret, "browser", clock.now())
    if known is not None:
        login_user(Visitor(opened.secret, known))
        g.known, g.actor = known, known.actor
        if token:
            session[_TOKEN] = token


def find_former() -> directory.Former | None:
    """Whose log-in this browser had, and why it opens nothing any more; None where there was none."""
    secret = session.get("_user_id")
    return directory.find_former(db.session(), secret, clock.now()) if secret else None


def leave() -> None:
    """End the session of this browser here and on the server."""
    secret = session.get("_user_id")
    if secret:
        directory.revoke_secret(db.session(), secret, clock.now())
    logout_user()
    session.clear()


def client_address() -> str:
    """Where the request comes from, by as many proxies as the settings believe."""
    return (request.remote_addr or "unknown")[:45]


def device() -> str:
    """What the browser or program calls itself."""
    return request.user_agent.string[:200]


def is_phone() -> bool:
    """Whether the browser says that it runs on a phone, by its own hint or, as every phone's does, by its name."""
    return request.headers.get("Sec-CH-UA-Mobile") == "?1" or "Mobi" in request.user_agent.string


def is_near() -> bool:
    """Whether the request comes from this machine or a private network."""
    try:
        return ipaddress.ip_address(client_address()).is_private
    except ValueError:
        return False


def _turned_away() -> Response:
    if is_api():
        raise Unauthorized
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers[AGAIN] = "again"
        return answer
    if request.method != "GET":
        asked: Response = current_app.extensions["wangge.log_in_again"]()
        return asked
    return make_response(redirect(url_for("login.show", next=request.full_path.rstrip("?"))))


def _by_cookie(secret: str) -> Visitor | None:
    if is_api():
        return None
    known = directory.find_known(db.session(), secret, "browser", clock.now(), request.method in READS)
    return Visitor(secret, known) if known else None


def _by_token() -> directory.Known | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    return _presumed(secret.strip()) or directory.find_known(
        db.session(), secret.strip(), "token", clock.now(), request.method in READS)


def _presumed(secret: str) -> directory.Known | None:
    """Who asked by this token before, where the view is one that acts on no presumption."""
    if "is_certain" in g or not getattr(current_app.view_functions.get(request.endpoint or ""), _PRESUMING, False):
        return None
    known = directory.presume(db.session(), secret, clock.now())
    g.is_presumed = known is not None
    return known
