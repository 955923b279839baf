"""What one diagram file becomes: its process, its embedded sub-processes, ready to run and never changed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.library import Source


@dataclass(frozen=True, slots=True)
class Bundle:
    """The specs of one file. `library` gives the bundle of another source, from the same cache."""

    definition_id: str
    file: str
    spec: Any
    embedded: dict[str, Any]
    library: Callable[[Source], Bundle] = field(repr=False)
