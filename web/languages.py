"""Chinese first, English on request: which language an answer speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import Flask, g, request
from flask_babel import Babel
from flask_babel import get_locale as babel_locale
from markupsafe import Markup

from engine import directory, library
from engine.settings import Settings

LANGUAGES = ("zh", "en")
COOKIE = "language"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def init_app(app: Flask) -> None:
    """Translate by the reader's choice."""
    settings: Settings = app.extensions["wangge"]
    app.config["BABEL_DEFAULT_LOCALE"] = settings.default_language
    Babel(app, locale_selector=choose, default_timezone=settings.office_zone)
    app.jinja_env.globals["language"] = current
    app.jinja_env.filters.update(glossed=glossed, listed=listed, quoted=quoted, typed=typed, who=who)


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


def glossed(text: str | None) -> str:
    """What the packs call something, in the language of this answer; what their glossary lacks stays Chinese."""
    return library.in_english(text or "") if current() == "en" else text or ""


def listed(texts: Iterable[object]) -> str:
    """Several things in a row, as this language puts them."""
    return (", " if current() == "en" else "、").join(str(text) for text in texts)


def typed(text: str | None) -> str:
    """What somebody wrote: on an English page it says of itself that it is Chinese, so that it is read out as such."""
    if text and current() == "en" and _CHINESE.search(text):
        return Markup('<span lang="zh">{}</span>').format(text)
    return text or ""


def quoted(text: str | None) -> str:
    """What somebody wrote, in the quotation marks of this language."""
    return Markup("“{}”" if current() == "en" else "「{}」").format(typed(text))


def who(label: str | None) -> str:
    """Who acted, as an entry keeps it, with the role in this language."""
    return directory.label_in_english(label or "") if current() == "en" else label or ""
