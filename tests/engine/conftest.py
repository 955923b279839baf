"""What tests of several rooms need: a way to reach a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import notices
from engine.settings import Gateway, Settings


@pytest.fixture
def gateway() -> Iterator[None]:
    """SMS is set up here."""
    notices.configure(Settings(public_url="https://wangge.example.cn",
                               gateways={"sms": Gateway(url="http://127.0.0.1:1/", secret="s" * 16)}))
    yield
    notices.configure(Settings())
