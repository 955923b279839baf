"""The benches by name."""

from __future__ import annotations

from collections.abc import Callable

from engine.bench import step
from engine.bench.figures import Report
from engine.errors import NotFound

BENCHES: dict[str, Callable[[str, int], Report]] = {"step": step.measure}
"""Each takes the URL of an empty, migrated scratch database of its own, and how many rounds to measure."""


class BenchUnknown(NotFound):
    """没有这项测量。"""

    code = "bench_unknown"


def run(name: str, url: str, rounds: int) -> Report:
    """Run one bench in a scratch database; raises BenchUnknown."""
    if name not in BENCHES:
        raise BenchUnknown(f"没有「{name}」这项测量，可用：{'、'.join(BENCHES)}。", name=name)
    return BENCHES[name](url, rounds)
