"""What a bench answers: figures with their noise, and the conditions they were measured under."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median, quantiles
from typing import Any, Literal

import sqlalchemy as sa

Better = Literal["lower", "higher"]
SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value: the median of `n` rounds; `spread` is the width of their middle half, in the same unit."""

    value: float
    unit: str
    better: Better
    n: int
    spread: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"value": self.value, "unit": self.unit, "better": self.better, "n": self.n, "spread": self.spread}


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of one bench."""

    figures: dict[str, Figure]
    conditions: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """{"figures": {name: …}, "conditions": {…}}."""
        return {"figures": {name: one.as_json() for name, one in self.figures.items()}, "conditions": self.conditions}


def figure(samples: Sequence[float], unit: str, better: Better = "lower") -> Figure:
    """The figure that these rounds give."""
    quarters = quantiles(samples, n=4, method="inclusive") if len(samples) > 1 else [samples[0]] * 3
    return Figure(round(median(samples), 4), unit, better, len(samples), round(quarters[2] - quarters[0], 4))


def conditions_of(connection: sa.Connection) -> dict[str, Any]:
    """The machine, the versions and the settings of the server that decide what a commit costs."""
    shown = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in SETTINGS}
    return {
        "python": platform.python_version(), "spiffworkflow": version("SpiffWorkflow"),
        "sqlalchemy": version("SQLAlchemy"), "machine": platform.machine(), "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2), "spread": "width of the middle half of the rounds", **shown}
