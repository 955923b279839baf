"""A house with one channel that leads out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import notices
from engine.settings import Settings
from tests.engine.notices.post import Fake


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A channel beside the installed ones, which are not configured."""
    made = Fake()
    notices.CHANNELS[made.NAME] = made
    yield made
    del notices.CHANNELS[made.NAME]
    notices.configure(Settings())
