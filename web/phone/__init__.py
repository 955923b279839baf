"""The grid worker's phone: photo first, two fields, drafts that survive no signal; the same pages without a script."""

from __future__ import annotations

from flask import Flask

from web.phone import capture, shelf, told, work
from web.phone.blueprint import blueprint

__all__ = ["capture", "shelf", "told", "work"]


def init_app(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(blueprint)
