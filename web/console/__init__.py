"""The pages of the console: the desk, the case, the report, supervision."""

from __future__ import annotations

from flask import Flask

from web.console import (
    administration,
    asking,
    bulk,
    calling_back,
    cases,
    changes,
    channels,
    comparing,
    designing,
    drawing,
    explained,
    exports,
    inbox,
    incidents,
    preferences,
    queues,
    rehearsals,
    reports,
    requests,
    rules,
    shell,
    slips,
    styleguide,
    supervision,
    tasks,
    telling,
)
from web.console.blueprint import blueprint

__all__ = [
    "asking",
    "bulk",
    "calling_back",
    "cases",
    "channels",
    "comparing",
    "designing",
    "drawing",
    "exports",
    "inbox",
    "incidents",
    "preferences",
    "queues",
    "rehearsals",
    "reports",
    "requests",
    "rules",
    "slips",
    "styleguide",
    "supervision",
    "tasks",
    "telling",
]


def init_app(app: Flask) -> None:
    """Add the pages and what their templates may say."""
    shell.init_app(app)
    explained.init_app(app)
    changes.init_app(app)
    calling_back.init_app(app)
    administration.init_app(app)
    app.register_blueprint(blueprint)
