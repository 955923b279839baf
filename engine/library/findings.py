"""What a check found wrong in a diagram or a table: for the publisher, not for the citizen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where it is, what is wrong and what to write or draw instead, in plain Chinese.

    An error keeps the file from being published; a warning asks for a second look. `code` is stable English;
    `element` is the id inside the file, empty when the fault is the file's own.
    """

    file: str
    element: str
    code: str
    message: str
    severity: Severity = "error"
