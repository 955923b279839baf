"""All tables of the house in one place, for migrations and tests."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import MetaData

from engine.db import Base


def metadata() -> MetaData:
    """The tables of every room that has a models.py.

    The rooms stand above the floor, so they are found, not named.
    """
    for models in sorted(Path(__file__).parent.parent.glob("*/models.py")):
        importlib.import_module(f"engine.{models.parent.name}.models")
    return Base.metadata
