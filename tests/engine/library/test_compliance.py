"""The compliance table is made from citations alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.library.compliance import Cited, Line, cited_in_code, cited_in_tests, compliance

TESTS = '''
import pytest

@pytest.mark.cites("E5", "E4")
@pytest.mark.parametrize("n", [1])
def test_in_time(n): ...

@pytest.mark.cites("E9")
class TestResults:
    def test_no_close_without_a_result(self): ...

def test_of_nothing(): ...
'''
CODE = '''
def due():
    """When.

    Source: E5; DS 二(五)四, in force until 2018-12.
    """
'''


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "engine").mkdir()
    (tmp_path / "tests" / "test_time.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "engine" / "time.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def line(name: str, house: Path, *, elements: list[Cited] = [], rows: list[Cited] = []) -> Line:  # noqa: B006
    return next(one for one in compliance(elements, rows, house) if one["id"] == name)


def test_tests_are_found_by_their_marker(house: Path) -> None:
    found = cited_in_tests(house)
    assert found["E5"] == ["tests/test_time.py::test_in_time"]
    assert found["E9"] == ["tests/test_time.py::TestResults::test_no_close_without_a_result"]


def test_a_docstring_cites_on_its_source_line(house: Path) -> None:
    assert cited_in_code(house) == {"E5": ["engine/time.py:due"]}


def test_a_drawn_and_tested_requirement_is_met(house: Path) -> None:
    settle = Cited("workflows/base/handle.bpmn", "record_result", "E9; YC 24")
    found = line("E9", house, elements=[settle])
    assert found["state"] == "met"
    assert found["elements"] == ["workflows/base/handle.bpmn#record_result"]


def test_a_row_without_a_test_is_half_the_way(house: Path) -> None:
    found = line("E3", house, rows=[Cited("rules/base/ladder.dmn", "up", "E3; GB 6.4b")])
    assert (found["state"], found["rows"]) == ("partly", ["rules/base/ladder.dmn#up"])


def test_a_test_alone_is_half_the_way(house: Path) -> None:
    assert line("E4", house)["state"] == "partly"


def test_what_nobody_cites_is_open_and_says_so(house: Path) -> None:
    found = line("F5", house)
    assert found["state"] == "open"
    assert "尚未实现" in found["reason"]


def test_citing_the_article_alone_does_not_claim_the_requirement(house: Path) -> None:
    assert line("E6", house, elements=[Cited("a.bpmn", "x", "GB 6.4d")])["state"] == "open"


def test_every_requirement_has_its_line_once(house: Path) -> None:
    names = [one["id"] for one in compliance([], [], house)]
    assert len(names) == len(set(names)) == 116
