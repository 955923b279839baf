"""The web application: everything between a socket and the rooms of the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from flask import Flask, Request, Response
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from engine import directory
from engine.cases import troubles
from engine.cases.troubles import StepBroken
from engine.db import pipelines
from engine.db.failpoints import failpoint
from engine.settings import Settings
from web import (
    api,
    console,
    failing,
    first_run,
    identity,
    languages,
    limits,
    login,
    observing,
    password,
    phone,
    residents,
    security,
)
from web.db import connect, db
from web.place import prepare

_PARTS: tuple[Any, ...] = (
    observing, security, identity, languages, limits, failing, login, password, first_run, api, console, residents,
    phone,
)
_AS_FLASK_DOES = (orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
                  | orjson.OPT_APPEND_NEWLINE)
LARGEST_UPLOAD = 80 * 1024 * 1024  # several photos at once; each is measured by itself


class Cookies(SecureCookieSessionInterface):
    """The cookie of browsers; a program's is not even opened: it comes with a token."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the browser's cookie holds; nothing for the API."""
        return self.session_class() if request.path.startswith(identity.API) else super().open_session(app, request)


class Json(DefaultJSONProvider):
    """Flask's own JSON, its answers written by orjson: the same letters in a tenth of the time."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """The answer of these values."""
        text = orjson.dumps(self._prepare_response_obj(args, kwargs), self.default, _AS_FLASK_DOES)
        return Response(text, mimetype=self.mimetype)


class App(Flask):
    """A Flask application with one commit a request: after the answer was made, before it is sent."""

    session_interface = Cookies()
    json_provider_class = Json

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is a coroutine, and Flask asks that seventeen times a request."""
        return func

    def dispatch_request(self) -> Response:
        """The answer, made by somebody who is who was presumed; where it was somebody else, all is done again."""
        try:
            return self._kept_answer()
        except directory.AnotherAsks:
            identity.ask_anew()
            turned_away = self.preprocess_request()
            return self._kept_answer() if turned_away is None else self.make_response(turned_away)
        except DBAPIError:  # such as a lock that did not come: perhaps nobody was judged before it
            identity.require_certain()
            raise

    def _kept_answer(self) -> Response:
        """The answer of the view, its changes committed; nothing is kept when anything raises.

        An act that a diagram could not carry out leaves an incident, in a transaction of its own.
        """
        try:
            with pipelines.settled(db.session()):
                answer = self.make_response(super().dispatch_request())
            failpoint("web.before_commit")
            db.session.commit()
            failpoint("web.after_commit")
        except StepBroken as broken:
            db.session.rollback()
            troubles.note_broken(db.session(), broken)
            db.session.commit()
            raise
        except BaseException:
            db.session.rollback()
            raise
        return answer


def build(settings: Settings, database_url: str | None = None) -> Flask:
    """The application of this place; `web.create_app` is its door."""
    app = App("web", template_folder="console/templates", static_folder="static")
    app.config.update(_configuration(settings))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["wangge"] = settings
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    prepare(settings)
    connect(app, settings, database_url)
    for part in _PARTS:
        part.init_app(app)
    return app


def _configuration(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.key_for("sessions").hex(),
        "SESSION_COOKIE_NAME": "__Host-wangge" if settings.https else "wangge",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": LARGEST_UPLOAD,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "TEMPLATES_AUTO_RELOAD": False,
    }
