"""Chinese first, English on request: which language an answer speaks."""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import Babel
from flask_babel import get_locale as babel_locale

from engine.settings import Settings

LANGUAGES = ("zh", "en")
COOKIE = "language"


def init_app(app: Flask) -> None:
    """Translate by the reader's choice."""
    settings: Settings = app.extensions["wangge"]
    app.config["BABEL_DEFAULT_LOCALE"] = settings.default_language
    Babel(app, locale_selector=choose, default_timezone=settings.office_zone)
    app.jinja_env.globals["language"] = current


def choose() -> str | None:
    """The language of this request: asked for, of the account, of the browser's cookie; None: the house's own."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    if request.path.startswith("/api/") and request.accept_languages:
        return request.accept_languages.best_match(LANGUAGES)
    actor = g.get("actor")
    chosen = actor.language if actor else request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else None


def current() -> str:
    """The language of this answer: zh or en."""
    locale = babel_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"
