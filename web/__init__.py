"""The faces of the engine: HTTP, pages, the worker and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from engine.settings import Settings


def create_app(settings: Settings, database_url: str | None = None) -> Flask:
    """The web application of this place, on its own database unless another is named."""
    from web.app import build  # commands that serve nobody need no Flask

    return build(settings, database_url)
