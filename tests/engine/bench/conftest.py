"""A scratch database for a bench, and the keys and folder that its acts need."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import attachments
from engine.cases import sealing


@pytest.fixture(scope="module")
def scratch(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an empty, migrated database."""
    sealing.use_key("00" * 32)
    attachments.use_folder(tmp_path_factory.mktemp("objects"))
    return make_database()
