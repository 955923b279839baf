"""Two versions of a table, row by row; and cells typed over."""

from __future__ import annotations

import pytest

from engine import decisions, library
from engine.decisions import CellUnknown, TableChange, compare, edited, grid_of
from engine.library import Source, source_of

LIMITS = library.read_source(library.RULES / "base" / "limits.dmn")


def with_text(old: str, new: str, source: Source = LIMITS) -> Source:
    text = source.content.decode()
    assert old in text
    return source_of(text.replace(old, new, 1).encode(), definition_id="limits", kind="dmn", file="limits.dmn")


def rule(number: int) -> str:
    text = LIMITS.content.decode()
    start = text.index(f'<rule id="limits_{number}">')
    return text[start:text.index("</rule>", start) + len("</rule>")]


def differing(change: TableChange) -> list[tuple[str, int | None, int | None]]:
    return [(row.kind, row.before, row.after) for row in change.rows if row.kind != "same" or row.moved]


def test_a_typed_cell_is_the_only_difference() -> None:
    change = compare(LIMITS, edited(LIMITS, {(4, 4): '"3 work_hour"'}))
    assert differing(change) == [("changed", 4, 4)]
    assert [cell for cell in change.rows[3].cells if cell.is_changed] == [('"4 work_hour"', '"3 work_hour"')]
    assert compare(LIMITS, LIMITS).is_empty and not change.is_empty


def test_rows_come_go_and_move() -> None:
    gone = with_text(rule(5), "")
    assert differing(compare(LIMITS, gone)) == [("removed", 5, None)]
    assert differing(compare(gone, LIMITS)) == [("added", None, 5)]
    first, second = rule(1), rule(2)
    swapped = with_text("@@", second, with_text(second, first, with_text(first, "@@")))
    assert [row.moved for row in compare(LIMITS, swapped).rows[:3]].count(True) == 1


def test_rows_that_an_editor_gave_new_ids_are_found_by_what_they_say() -> None:
    text = LIMITS.content.decode().replace('<rule id="limits_', '<rule id="DecisionRule_')
    renamed = source_of(text.encode(), definition_id="limits", kind="dmn", file="limits.dmn")
    assert compare(LIMITS, renamed).is_empty


def test_a_column_that_only_one_has_and_another_policy_are_said() -> None:
    change = compare(LIMITS, with_text('hitPolicy="COLLECT"', 'hitPolicy="RULE ORDER"'))
    assert change.hit_policy == ("COLLECT", "RULE ORDER")
    other = compare(LIMITS, with_text("<text>top</text>", "<text>rework</text>"))
    assert [one.text for one in other.columns] == ["top", "rework"]


def test_the_rest_of_the_file_stays_as_it_is() -> None:
    made = edited(LIMITS, {(1, 9): "改了说明"})
    assert decisions.gate(made) == [] and grid_of(made).rows[0][9] == "改了说明"
    assert grid_of(made).rows[1:] == grid_of(LIMITS).rows[1:] and grid_of(made).headings == grid_of(LIMITS).headings
    assert edited(LIMITS, {(1, 9): grid_of(LIMITS).rows[0][9]}) is LIMITS


@pytest.mark.parametrize("place", [(0, 0), (999, 0), (1, 99), (1, -1)])
def test_a_cell_that_is_not_there_is_refused(place: tuple[int, int]) -> None:
    with pytest.raises(CellUnknown):
        edited(LIMITS, {place: "x"})


@pytest.mark.parametrize("text", ["x" * 2_001, "a\x00x", "a\x0bx"])
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(CellUnknown):
        edited(LIMITS, {(1, 0): text})
