"""The benches of the whole house: pages at volume, acts over HTTP, and where an act spends its time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import bench, clock
from engine.bench.plans import listening, sequential_scans
from engine.db.session import create_engine
from engine.settings import Settings
from web import benches
from web.benches import http, layers, queue


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Settings]:
    yield Settings(data=tmp_path, secret_key="s" * 40, log_level="error")
    clock.follow(None)


def test_the_pages_of_every_reader_are_measured(here: Settings, make_database: Callable[..., str],
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "TRAVELLED", 20)
    report = queue.measure(here, make_database(), rounds=1, scale=0.00005)
    assert {"dispatcher_p95_large_over_small", "supervisor_p95_large_over_small", "statements_per_page_max",
            "sequential_scans"} <= set(report.figures)
    assert report.conditions["large"]["cases"] > report.conditions["small"]["cases"]
    assert min(report.conditions["statements"].values()) > 2


def test_people_act_over_http(here: Settings, make_database: Callable[..., str],
                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PEOPLE", 2)
    report = http.measure(here, make_database(), rounds=4, scale=0.001)
    assert report.conditions["acts"] == 24 and report.figures["acts_per_s"].value > 0
    assert sum(report.figures[f"share_{layer}"].value for layer in layers.LAYERS) == pytest.approx(100, abs=1)


def test_a_stack_belongs_to_its_innermost_layer() -> None:
    assert layers.layer_of(sys._getframe()) == "web"
    assert layers.layer_of(None) == "web"


def test_a_table_read_from_end_to_end_is_found(make_database: Callable[..., str]) -> None:
    engine = create_engine(make_database())
    many = ("INSERT INTO answered (account_id, key, request_hash, status, body, at)"
            " SELECT n, n, '', 200, '{}', now() FROM generate_series(1, 2000) AS n")
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(many)
        connection.exec_driver_sql("ANALYZE answered")
        with listening(engine) as asked:
            connection.execute(sa.text("SELECT key FROM answered WHERE status = 201"))
            connection.execute(sa.text("SELECT key FROM answered WHERE account_id = 7 AND key = '7'"))
        found = sequential_scans(connection, asked)
    engine.dispose()
    assert [one.split(":")[0] for one in found] == ["answered"]


def test_an_unknown_bench_is_refused(here: Settings) -> None:
    with pytest.raises(bench.BenchUnknown):
        benches.run("speed", here, "postgresql:///nowhere", 1, 1)
