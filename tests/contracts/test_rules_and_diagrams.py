"""What every working copy promises: it passes the gate, cites what exists, and every diagram comes to an end."""

from __future__ import annotations

from typing import Any

import pytest

from engine import deadlines, decisions, library, processes
from engine.cases import OPERATIONS
from engine.cases.citing import cited_elements, cited_rows
from engine.cases.gatekeeping import inspect_sources
from engine.library import Source, check_cites

SOURCES = library.working_copies()
DIAGRAMS = [source for source in SOURCES if source.kind == "bpmn"]
TABLES = [source for source in SOURCES if source.kind == "dmn"]
ANSWERS: dict[str, Any] = {
    "case": {"origin": "grid_worker"},
    "dispatch": {"outcome": "own", "matter": "SR0101"},
    "handle_task": {"outcome": "done", "result": "办好了", "evidence": ["a.jpg"]},
    "check": {"outcome": "pass"},
}


def names(source: Source) -> str:
    return f"{source.pack}/{source.file}"


def test_no_working_copy_would_be_refused() -> None:
    assert [one for one in inspect_sources(SOURCES) if one.severity == "error"] == []


@pytest.mark.parametrize("source", TABLES, ids=names)
def test_every_row_cites_an_article_that_exists_or_says_that_there_is_none(source: Source) -> None:
    for row in decisions.describe(source).rows:
        assert check_cites(row.cites, source.pack) == [], row.number
        assert row.note, f"row {row.number} does not say in words what it sets"


@pytest.mark.parametrize("source", DIAGRAMS, ids=names)
def test_every_person_in_a_diagram_stands_in_a_lane_with_a_name(source: Source) -> None:
    tasks = [one for one in processes.describe(source).elements if one.type == "userTask"]
    assert all(one.lane and one.name for one in tasks)


@pytest.mark.parametrize("source", DIAGRAMS, ids=names)
def test_every_operation_of_a_diagram_is_one_that_the_office_knows(source: Source) -> None:
    named = {one.calls for one in processes.describe(source).elements if one.type == "serviceTask"}
    assert named <= OPERATIONS.keys()


def test_every_operation_is_used_by_a_diagram() -> None:
    used = {one.calls for source in DIAGRAMS for one in processes.describe(source).elements}
    assert OPERATIONS.keys() - used == set()


def test_the_closed_loop_runs_to_its_end() -> None:
    first = next(source for source in DIAGRAMS if source.definition_id == "case")
    report = processes.try_run([first, *(one for one in SOURCES if one is not first and one.pack == "base")], ANSWERS)
    assert report["status"] == "completed", report["problems"]


def test_every_calendar_names_its_notice() -> None:
    calendar = deadlines.load_calendars()
    assert all(year.source for year in calendar.years.values())


def test_every_citation_of_the_packs_is_of_a_requirement_or_an_article_they_may_cite() -> None:
    assert len(cited_elements(SOURCES)) > 50
    assert len(cited_rows(SOURCES)) > 100
