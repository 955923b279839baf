"""The pages of residents: no account, large type, plain words; without any script."""

from __future__ import annotations

from flask import Flask

from web.residents import looking, reporting
from web.residents.blueprint import blueprint

__all__ = ["looking", "reporting"]


def init_app(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(blueprint)
