"""The bench `timers` lets a crowd wait and a herd fire."""

from __future__ import annotations

import pytest

from engine import bench
from engine.bench import timers


@pytest.fixture(scope="module")
def report(scratch: str) -> bench.Report:
    return timers.measure(scratch, rounds=1, scale=0.0005)


@pytest.mark.parametrize("name", ["idle_tick_ms", "idle_tick_1e6_over_1e4", "fire_over_act", "two_workers_over_one",
                                  "acts_p95_during_herd_over_calm"])
def test_every_promised_figure_is_there(report: bench.Report, name: str) -> None:
    assert name in report.figures


def test_more_wait_the_second_time(report: bench.Report) -> None:
    few, many = report.conditions["waiting"]
    assert 500 <= many and few < many / 10


def test_the_herd_is_fired_oldest_first(report: bench.Report) -> None:
    assert report.figures["fired_out_of_order"].value == 0
