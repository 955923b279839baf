"""Passing over an element: the token goes on as if it had completed, with the values that somebody gave for it.

What breaks is rolled back, so no token ever stands in a broken element: it stands where it waited before. To pass
over an element therefore means to do the command again, this once with the element left out. Only what no person
does can be left out: scripts, services, tables, messages sent, and timers (which then are not waited for).
Gateways cannot: to choose a way for a token is to decide, and that is for a person (`send_back`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Passed = Mapping[str, Mapping[str, Any]]
PASSABLE = frozenset({"scriptTask", "serviceTask", "businessRuleTask", "sendTask"})


def passed_key(process: str, element: str) -> str:
    """The name of an element in what is passed over."""
    return f"{process}#{element}"
