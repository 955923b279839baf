"""S3: what somebody uploads to do harm is refused with its reason, or runs within its budget; nothing ever breaks."""

from __future__ import annotations

import pytest

from engine import decisions
from engine.library import source_of
from engine.processes import gate, try_run
from tests.engine.processes.hostile import SECRET, refused, survived
from tests.engine.processes.watching import reached_out, watched

REFUSED, SURVIVED = dict(refused()), dict(survived())
TABLE = ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="d">'
         '<decision id="t"><decisionTable id="tt"><input id="i"><inputExpression><text>x</text></inputExpression>'
         '</input><output id="o" name="y"/>{}</decisionTable></decision></definitions>')
ROW = '<rule id="r{0}"><inputEntry><text>{1}</text></inputEntry><outputEntry><text>{0}</text></outputEntry></rule>'


@pytest.mark.parametrize("name", REFUSED)
def test_such_a_file_is_never_let_in(name: str) -> None:
    content = REFUSED[name]
    with watched() as events:
        found = gate([source_of(content, definition_id="p", kind="bpmn", file="p.bpmn")])
        table = decisions.gate(source_of(content, definition_id="p", kind="dmn", file="p.dmn"))
    for findings in (found, table):
        assert [one.message for one in findings if one.severity == "error"]
    assert reached_out(events) == []
    assert try_run([source_of(content, definition_id="p", kind="bpmn", file="p.bpmn")])["status"] == "refused"


@pytest.mark.parametrize("name", SURVIVED)
def test_such_a_file_is_refused_with_a_reason_or_runs_within_its_budget(name: str) -> None:
    source = source_of(SURVIVED[name], definition_id="p", kind="bpmn", file="p.bpmn")
    with watched() as events:
        report = try_run([source])
    assert report["status"] in ("completed", "failed", "refused", "waiting")
    assert report["status"] in ("completed", "waiting") or all(one["message"] for one in report["problems"])
    assert (report["status"] == "failed") <= bool(report["problems"])
    assert reached_out(events) == [] and SECRET.partition("//")[2] not in str(report["trace"])


@pytest.mark.parametrize(("rows", "code"), [
    (ROW.format(1, "-") * 30_000, "table_unreadable"), (ROW.format(1, "1, " * 400), "cell_unreadable"),
    (ROW.format(1, "[" * 900), "cell_unreadable"), (ROW.format(1, "not(" * 200), "cell_unreadable"),
    (ROW.format("9" * 30, "-"), "output_unreadable"), (ROW.format(1, "9" * 300), "cell_unreadable"),
    (ROW.format(1, "-") * 2, "id_duplicate"), ("<rule/>", "row_width"), ("<rule>" * 70 + "</rule>" * 70, ""),
])
def test_a_hostile_table_is_refused(rows: str, code: str) -> None:
    found = decisions.gate(source_of(TABLE.format(rows).encode(), definition_id="t", kind="dmn", file="t.dmn"))
    assert [one for one in found if one.severity == "error" and one.message]
    assert code in {one.code for one in found} or code in ("", "table_unreadable"), found[:3]
