"""The bench `aging` goes round the rework loop and says what the last time cost beside the first."""

from __future__ import annotations

import pytest

from engine.bench import aging


def test_the_last_time_round_is_set_beside_the_first(scratch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aging, "LOOPS", 3)
    monkeypatch.setattr(aging, "VISITS", 4)
    report = aging.measure(scratch, rounds=1)
    assert {"time_50th_over_1st", "bytes_50th_over_1st"} <= set(report.figures)
    assert report.figures["bytes_1st"].value > 100
    assert report.figures["visits_that_still_move"].value == 4
