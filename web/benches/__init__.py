"""What needs the whole house to be measured: pages at volume, and acts over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from engine import bench
from engine.settings import Settings
from web.benches import http, queue

HouseBench = Callable[[Settings, str, int, float], bench.Report]
HOUSE_BENCHES: dict[str, HouseBench] = {"queue": queue.measure, "http": http.measure}
"""Each takes the settings of a scratch place, the URL of its empty database, rounds, and the share of full size."""
NAMES = (*bench.BENCHES, *HOUSE_BENCHES)


def run(name: str, here: Settings, url: str, rounds: int, scale: float) -> bench.Report:
    """Run any bench in a scratch place; raises bench.BenchUnknown."""
    if name in HOUSE_BENCHES:
        return HOUSE_BENCHES[name](here, url, rounds, scale)
    if name not in bench.BENCHES:
        raise bench.BenchUnknown(f"没有「{name}」这项测量，可用：{'、'.join(NAMES)}。", name=name)
    return bench.run(name, url, rounds, scale)
