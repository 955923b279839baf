"""The shipped tables, row by row."""

from __future__ import annotations

import pytest

from engine.library import RULES, read_source
from tests.rules.whole_tables import wrong_answers


@pytest.mark.cites("E5", "E20")
@pytest.mark.parametrize("table", ["base/ladder", "daishan/ladder"])
def test_the_ladder_leads_where_the_text_says(table: str) -> None:
    assert wrong_answers(read_source(RULES / f"{table}.dmn")) == []


@pytest.mark.cites("E4", "E5", "E8", "E10", "E15", "E20")
@pytest.mark.parametrize("table", ["base/limits", "daishan/limits"])
def test_every_stage_has_its_limit(table: str) -> None:
    assert wrong_answers(read_source(RULES / f"{table}.dmn")) == []


@pytest.mark.cites("E3", "E8", "E9", "E10", "E15")
def test_every_lane_finds_its_people() -> None:
    assert wrong_answers(read_source(RULES / "base/candidates.dmn")) == []


@pytest.mark.cites("E3", "E7", "E10")
def test_every_kind_of_matter_finds_its_owner() -> None:
    assert wrong_answers(read_source(RULES / "base/triage.dmn")) == []


@pytest.mark.cites("E4")
def test_every_measure_follows_its_limit() -> None:
    assert wrong_answers(read_source(RULES / "base/supervision.dmn")) == []


@pytest.mark.cites("E15")
@pytest.mark.parametrize("table", ["base/callback", "base/contact_channel"])
def test_every_way_of_calling_back_says_what_it_hangs_on(table: str) -> None:
    assert wrong_answers(read_source(RULES / f"{table}.dmn")) == []


@pytest.mark.cites("E4")
@pytest.mark.parametrize("table", ["base/requests", "base/lamp"])
def test_every_request_and_every_lamp_has_its_row(table: str) -> None:
    assert wrong_answers(read_source(RULES / f"{table}.dmn")) == []


@pytest.mark.cites("G5")
@pytest.mark.parametrize("table", ["base/returned", "base/similar", "base/nearby", "base/unmask"])
def test_what_is_shown_to_whom_has_its_row(table: str) -> None:
    assert wrong_answers(read_source(RULES / f"{table}.dmn")) == []
