"""The bench `rules` asks a table of five hundred rows, each of which answers."""

from __future__ import annotations

import pytest

from engine import decisions
from engine.bench import rules


@pytest.mark.parametrize("row", [1, 250, 500])
def test_every_row_of_the_big_table_can_answer(row: int) -> None:
    answer = decisions.ask(rules.table_of(rules.ROWS), {"matter": f"M{row:04d}", "urgency": "urgent", "count": 2})
    assert [fired.number for fired in answer.rows] == [row] and answer.one == {"limit": f"{row} work_day"}


def test_a_question_is_set_beside_an_act(scratch: str) -> None:
    report = rules.measure(scratch, rounds=1)
    assert {"question_over_act", "last_row_over_first_row"} <= set(report.figures)
