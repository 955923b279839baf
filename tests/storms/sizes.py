"""How hard it blows: a breeze inside `make test`, a storm in `make storm`, the whole table with STORM=full."""

from __future__ import annotations

import os
from typing import Any

import pytest

FULL = os.environ.get("STORM") == "full"


def sizes(small: Any, storm: Any, full: Any) -> pytest.MarkDecorator:
    """The argument `size`: small as a plain test, and marked `storm` the larger one."""
    large = pytest.param(full if FULL else storm, marks=pytest.mark.storm, id="full" if FULL else "storm")
    return pytest.mark.parametrize("size", [pytest.param(small, id="small"), large])
