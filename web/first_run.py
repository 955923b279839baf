"""The first-run page: an empty place without a demo says what makes it ready, until it is."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template, request

from engine.db import tables
from engine.settings import Settings
from web.db import db

DOORS = ("login.root", "login.show")
_READY = "wangge.ready"


def init_app(app: Flask) -> None:
    """Stand in the door while nothing is here; a demo place is never empty when it serves."""
    settings: Settings = app.extensions["wangge"]
    if not settings.demo:
        app.before_request(show_while_empty)


def show_while_empty() -> Response | None:
    """The page instead of the log-in; a place that was ready once is not asked again."""
    if request.endpoint not in DOORS or current_app.extensions.get(_READY):
        return None
    if tables.filled(db.session.connection()):
        current_app.extensions[_READY] = True
        return None
    return make_response(render_template("first_run.html"))
