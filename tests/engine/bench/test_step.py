"""The bench `step` answers what it promised, and what it compares did the same work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine import attachments, bench
from engine.bench import step
from engine.bench.figures import figure
from engine.bench.stock import Stock
from engine.bench.walking import WALK
from engine.cases import sealing


@pytest.fixture(scope="module")
def report(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> bench.Report:
    sealing.use_key("00" * 32)
    attachments.use_folder(tmp_path_factory.mktemp("objects"))
    return step.measure(make_database(), rounds=2, warm_up=0)


@pytest.mark.parametrize("name", ["act_ms", "raw_ms", "bare_commit_ms", "act_over_raw", "overhead_in_commits",
                                  "statements_per_act"])
def test_every_promised_figure_is_there(report: bench.Report, name: str) -> None:
    assert report.figures[name].better == "lower" and report.figures[name].n == 2


def test_a_figure_says_its_unit_and_noise(report: bench.Report) -> None:
    assert set(report.as_json()["figures"]["act_ms"]) == {"value", "unit", "better", "n", "spread"}


def test_the_conditions_say_what_a_commit_means_here(report: bench.Report, db_engine: sa.Engine) -> None:
    with db_engine.connect() as connection:
        told = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("fsync", "synchronous_commit")}
    assert told.items() <= report.conditions.items()


def test_every_act_asks_something_of_the_server(report: bench.Report) -> None:
    assert all(report.figures[f"{turn.element}_statements"].value >= 4 for turn in WALK)


def test_stock_comes_to_the_end_by_the_same_acts() -> None:
    stock = Stock()
    stock.begin()
    for turn in WALK:
        stock.act(turn.element, turn.outcome)
    assert stock.done


def test_an_unknown_bench_is_refused() -> None:
    with pytest.raises(bench.BenchUnknown):
        bench.run("speed", "postgresql:///nowhere", 1)


def test_a_figure_is_the_median_with_the_width_of_the_middle_half() -> None:
    assert figure([1, 2, 3, 4, 50], "ms") == bench.Figure(3, "ms", "lower", 5, 2)
