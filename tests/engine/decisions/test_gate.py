"""What the gate refuses before a table is published, and what it only warns of."""

from __future__ import annotations

import pytest

from engine.decisions import TableRefused, describe, gate
from engine.library import Source, source_of
from tests.engine.decisions.tables import a_file, a_table

ROW = ("1", '"a"')
ONE = ('<decision id="limits"><decisionTable><output id="o" name="x"/><rule id="r"><outputEntry>'
       "<text>1</text></outputEntry></rule></decisionTable></decision>")
OTHER = ONE.replace("limits", "other").replace('"o"', '"p"').replace('"r"', '"s"')
WORDS = '<decision id="limits"><literalExpression><text>1</text></literalExpression></decision>'


@pytest.mark.parametrize(("code", "source"), [
    ("cell_unreadable", a_table("UNIQUE", ["n"], ["x"], ("一般", "1"))),
    ("output_unreadable", a_table("UNIQUE", ["n"], ["x"], ("1", "一般.x"))),
    ("output_unreadable", a_table("UNIQUE", ["n"], ["x"], ("1", "1 / 0"))),
    ("input_unreadable", a_table("UNIQUE", ["n.x"], ["x"], ROW)),
    ("input_unreadable", a_table("UNIQUE", [""], ["x"], ROW)),
    ("hit_policy_unknown", a_table("LAST", ["n"], ["x"], ROW)),
    ("aggregation_unknown", a_table("COLLECT", ["n"], ["x"], ROW, aggregation="AVERAGE")),
    ("aggregation_misplaced", a_table("FIRST", ["n"], ["x"], ROW, aggregation="SUM")),
    ("aggregation_several_outputs",
     a_table("COLLECT", ["n"], ["x", "y"], ("1", "1", "1"), aggregation="SUM")),
    ("rules_missing", a_table("UNIQUE", ["n"], ["x"])),
    ("output_missing", a_table("UNIQUE", ["n"], [], ("1",))),
    ("output_unnamed", a_table("UNIQUE", ["n"], [""], ROW)),
    ("output_unnamed", a_table("UNIQUE", ["n"], ["_x"], ROW)),
    ("output_repeated", a_table("UNIQUE", ["n"], ["x", "x"], ("1", "1", "1"))),
    ("output_values_missing", a_table("PRIORITY", ["n"], ["x"], ROW)),
    ("output_values_missing", a_table("OUTPUT ORDER", ["n"], ["x"], ROW)),
    ("values_unreadable", a_table("PRIORITY", ["n"], ["x"], ROW, values="一般")),
    ("value_unlisted", a_table("PRIORITY", ["n"], ["x"], ROW, values='"b"')),
    ("kind_mismatch", a_table("UNIQUE", ["n"], ["x"], ("1", '"a"'), types="string")),
    ("kind_mismatch", a_table("UNIQUE", ["n"], ["x"], ('"true"', "true"), types="boolean")),
    ("kind_mismatch", a_table("UNIQUE", ["n"], ["x"], ("1", '"1"'), types="integer")),
    ("several_decisions", a_file(ONE + OTHER)),
    ("decision_missing", a_file("")),
    ("table_missing", a_file(WORDS)),
    ("id_mismatch", a_file(ONE.replace("limits", "limit"))),
    ("id_duplicate", a_file(ONE.replace('"o"', '"r"'))),
    ("element_unsupported", a_file(ONE + '<businessKnowledgeModel id="b"/>')),
    ("element_unsupported", a_file(ONE.replace('name="x"/>', 'name="x"><defaultOutputEntry/></output>'))),
    ("language_unsupported", a_file(ONE.replace("<outputEntry>", '<outputEntry expressionLanguage="juel">'))),
    ("row_width", a_file(ONE.replace('<rule id="r">', '<annotation name="cites"/><annotation name="note"/>'
                                     '<rule id="r"><annotationEntry/>'))),
    ("row_width", a_file(ONE.replace('name="x"/>', 'name="x"/><output id="p" name="y"/>'))),
    ("dmn_version", a_file(ONE, namespace="http://www.omg.org/spec/DMN/20130901")),
    ("xml_unreadable", a_file(ONE, before='<!DOCTYPE d [<!ENTITY a "b">]>')),
    ("xml_unreadable", a_file(ONE.replace("<text>1", "<text>1<"))),
    ("xml_unreadable", a_file("<x>" * 70 + "</x>" * 70)),
    ("xml_unreadable", a_file("<x/>" * 50_001)),
    ("xml_unreadable", a_file("<!-- " + "x" * 2**21 + " -->")),
])
def test_the_gate_refuses(code: str, source: Source) -> None:
    errors = [finding for finding in gate(source) if finding.severity == "error"]
    assert code in [finding.code for finding in errors]
    assert all(finding.file == "limits.dmn" and finding.message for finding in errors)


def test_a_file_in_another_encoding_is_refused() -> None:
    source = source_of("<d/>".encode("utf-16"), definition_id="limits", kind="dmn", file="limits.dmn")
    assert [finding.code for finding in gate(source)] == ["xml_unreadable"]


def test_a_finding_names_row_column_and_what_to_write() -> None:
    [finding] = gate(a_table("UNIQUE", ["严重程度"], ["x"], ("-", "1"), ("一般", "2")))
    assert finding.element == "row_2"
    assert "第 2 行「严重程度」列" in finding.message and '"一般"' in finding.message


def test_every_unreadable_cell_is_found_at_once() -> None:
    found = gate(a_table("UNIQUE", ["n"], ["x"], ("一般", "x."), ("“a”", "1"), ("1", "y.")))
    assert [finding.element for finding in found] == ["row_1", "row_2", "row_1", "row_3"]


def test_a_misspelt_annotation_column_is_pointed_out() -> None:
    written = a_table("UNIQUE", ["n"], ["x"], ROW).content.replace(b'"cites"', b'"cite"')
    [finding] = gate(source_of(written, definition_id="limits", kind="dmn", file="limits.dmn"))
    assert (finding.code, finding.severity) == ("annotation_unknown", "warning")
    assert "cites" in finding.message


@pytest.mark.parametrize(("hit", "first", "second", "code"), [
    ("UNIQUE", "[1..5]", "[5..9]", "rows_overlap"),
    ("UNIQUE", '"a","b"', 'not("a")', "rows_overlap"),
    ("UNIQUE", "-", "1", "rows_overlap"),
    ("UNIQUE", 'not("a")', 'not("b")', "rows_overlap"),
    ("FIRST", "-", "1", "row_unreachable"),
    ("FIRST", "[1..9]", "(2..3)", "row_unreachable"),
])
def test_the_gate_warns_of_rows_in_each_others_way(hit: str, first: str, second: str, code: str) -> None:
    found = gate(a_table(hit, ["n"], ["x"], (first, "1"), (second, "2")))
    assert [(one.element, one.code, one.severity) for one in found] == [("row_2", code, "warning")]


@pytest.mark.parametrize(("hit", "first", "second"), [
    ("UNIQUE", "[1..5)", "[5..9]"), ("UNIQUE", '"a"', 'not("a")'), ("UNIQUE", "true", "false"),
    ("UNIQUE", "< limit", ">= limit"), ("FIRST", "1", "-"), ("FIRST", "[1..5]", "[2..6]"),
    ("COLLECT", "-", "-"),
])
def test_rows_apart_raise_no_warning(hit: str, first: str, second: str) -> None:
    assert gate(a_table(hit, ["n"], ["x"], (first, "1"), (second, "2"))) == []


def test_a_table_is_described_as_it_is_written() -> None:
    info = describe(a_table("FIRST", ["severity"], ["level"], ('"一般"', '"乡"', "E10", "why"), ("坏", "1")))
    assert (info.id, info.name, info.hit_policy) == ("limits", "时限", "FIRST")
    assert [column.title for column in (*info.inputs, *info.outputs)] == ["severity", "level"]
    assert (info.rows[0].inputs, info.rows[0].outputs, info.rows[0].cites) == (('"一般"',), ('"乡"',), "E10")
    assert info.rows[1].inputs == ("坏",)


def test_what_is_no_table_cannot_be_described() -> None:
    with pytest.raises(TableRefused):
        describe(a_file(""))
