"""Taking away anything that cites a requirement shows: the gate refuses it, or a walk or a question turns red.

An element is cut out and its neighbours are joined, as somebody would do who thinks it superfluous; a row of a
table is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from lxml import etree

from engine import library
from engine.cases import gatekeeping
from engine.cases.citing import cited_elements, cited_rows
from engine.decisions import describe
from engine.errors import WanggeError
from engine.library import Source, cites_in
from tests.rules.whole_tables import wrong_answers
from tests.scenarios import desk, test_asking, test_closed_loop, test_together, test_what_is_noted

IDS = ("E1", "E2", "E2b", "E3", "E4", "E5", "E8", "E9", "E10", "E15", "E20")
COPIES = library.working_copies()
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def cited(lines: list[library.Cited]) -> list[Any]:
    """Everything that cites one of the requirements, once."""
    return [pytest.param(line.file, line.place, id=f"{line.file}#{line.place}") for line in lines
            if any(cite.name in IDS for cite in cites_in(line.cites))]


def source_at(file: str) -> Source:
    """The working copy that «base/case.bpmn» names."""
    return next(source for source in COPIES if f"{source.pack}/{source.file}" == file)


def changed(source: Source, tree: etree._Element) -> Source:
    """The same diagram or table with other bytes."""
    return library.source_of(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), kind=source.kind,
                             definition_id=source.definition_id, file=source.file, pack=source.pack)


def without_element(source: Source, element: str) -> Source:
    """The diagram with an element cut out; what came before is joined to the first way that came after."""
    tree = etree.fromstring(source.content)
    node = tree.find(f".//*[@id='{element}']")
    assert node is not None
    flows = list(tree.iter(f"{_BPMN}sequenceFlow"))
    after = [flow for flow in flows if flow.get("sourceRef") == element]
    for flow in flows:
        if flow.get("targetRef") == element and after:
            flow.set("targetRef", str(after[0].get("targetRef")))
    attached = [one for one in tree.iter(f"{_BPMN}boundaryEvent") if one.get("attachedToRef") == element]
    for gone in [node, *after, *attached, *_mentions(tree, [node, *after, *attached])]:
        if gone.getparent() is not None:
            gone.getparent().remove(gone)
    return changed(source, tree)


def _mentions(tree: etree._Element, gone: list[etree._Element]) -> list[etree._Element]:
    names = {one.get("id") for one in gone}
    refs = [one for one in tree.iter(f"{_BPMN}flowNodeRef", f"{_BPMN}incoming", f"{_BPMN}outgoing")
            if one.text in names]
    shapes = [one for one in tree.iter() if isinstance(one.tag, str) and one.get("bpmnElement") in names]
    return refs + shapes


def without_row(source: Source, number: int) -> Source:
    """The table without a row."""
    tree = deepcopy(etree.fromstring(source.content))
    rule = list(tree.iter("{*}rule"))[number - 1]
    rule.getparent().remove(rule)
    return changed(source, tree)


# what turns red ---------------------------------------------------------------------------------------------------
def walks() -> Iterator[Callable[[], None]]:
    """Every walk of the diagrams without a database, with each of its parameters."""
    for module in (test_asking, test_closed_loop, test_together, test_what_is_noted):
        for title, walk in vars(module).items():
            if title.startswith("test_"):
                marks = [mark for mark in getattr(walk, "pytestmark", []) if mark.name == "parametrize"]
                yield from ([lambda walk=walk, value=value: walk(value) for value in marks[0].args[1]]
                            if marks else [walk])


def fails(walk: Callable[[], None]) -> bool:
    """Whether a walk turns red."""
    try:
        walk()
    except (AssertionError, StopIteration, WanggeError):
        return True
    return False


@pytest.mark.parametrize(("file", "element"), cited(cited_elements(COPIES)))
def test_without_the_element_a_walk_turns_red(file: str, element: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_at(file)
    cut = without_element(source, element)
    others = [one for one in COPIES if one is not source]
    if any(finding.severity == "error" for finding in gatekeeping.inspect_sources([cut], others)):
        return  # refused before anybody could run it
    read = library.read_source
    monkeypatch.setattr(desk, "read_source", lambda path: cut if path.name == source.file else read(path))
    assert any(fails(walk) for walk in walks())


@pytest.mark.parametrize(("file", "place"), cited(cited_rows(COPIES)))
def test_without_the_row_a_question_is_answered_wrong(file: str, place: str) -> None:
    source = source_at(file)
    cut = without_row(source, int(place.removeprefix("row ")))
    assert len(describe(cut).rows) == len(describe(source).rows) - 1
    assert wrong_answers(cut) and not wrong_answers(source)


@pytest.mark.parametrize("requirement", IDS)
def test_the_requirement_is_drawn_or_tabled_and_tested(requirement: str) -> None:
    line = next(one for one in library.compliance(cited_elements(COPIES), cited_rows(COPIES))
                if one["id"] == requirement)
    assert line["elements"] or line["rows"]
    assert any(test.startswith("tests/scenarios/") for test in line["tests"]) and line["state"] == "met", line["reason"]
