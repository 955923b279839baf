"""The benches by name."""

from __future__ import annotations

from collections.abc import Callable

from engine.bench import aging, rules, step, timers
from engine.bench.figures import Report
from engine.errors import NotFound

Bench = Callable[[str, int, float], Report]
BENCHES: dict[str, Bench] = {
    "step": lambda url, rounds, scale: step.measure(url, rounds),
    "aging": aging.measure,
    "rules": rules.measure,
    "timers": timers.measure,
}
"""Each takes the URL of an empty, migrated scratch database of its own, how many rounds to measure, and the share of
its full size; those that need a web server are named beside the command."""


class BenchUnknown(NotFound):
    """没有这项测量。"""

    code = "bench_unknown"


def run(name: str, url: str, rounds: int, scale: float = 1) -> Report:
    """Run one bench in a scratch database; raises BenchUnknown."""
    if name not in BENCHES:
        raise BenchUnknown(f"没有「{name}」这项测量，可用：{'、'.join(BENCHES)}。", name=name)
    return BENCHES[name](url, rounds, scale)
