"""Decision tables: every hit policy, and the cells that dmn-js writes."""

from __future__ import annotations

from engine.library import Source, source_of
from tests.engine.processes.conformance.model import ENDS, Model, refused, runs, tasks
from tests.engine.processes.drawing import escaped, script
from tests.engine.processes.models import gateways

SPACE = "https://www.omg.org/spec/DMN/{}/MODEL/"
ASK = ('<businessRuleTask id="ask"><extensionElements><spiffworkflow:calledDecisionId>dec'
       "</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>")


def table(policy: str, *rows: tuple[str, str], aggregation: str = "", values: str = "", kind: str = "", ask: str = "x",
          space: str = SPACE.format("20191111")) -> Source:
    """A table of one input and one output `r`; `values` are the output's, in their order."""
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    listed = f"<outputValues><text>{escaped(values)}</text></outputValues>" if values else ""
    rules = "".join(f'<rule id="row{number}"><inputEntry id="c{number}"><text>{escaped(cell)}</text></inputEntry>'
                    f'<outputEntry id="o{number}"><text>{escaped(answer)}</text></outputEntry></rule>'
                    for number, (cell, answer) in enumerate(rows))
    text = (f'<definitions xmlns="{space}" id="D" name="D" namespace="n"><decision id="dec" name="dec">'
            f'<decisionTable id="t" hitPolicy="{policy}"{extra}><input id="i"><inputExpression id="e" typeRef="{kind}">'
            f'<text>{escaped(ask)}</text></inputExpression></input><output id="o" name="r">{listed}</output>{rules}'
            "</decisionTable></decision></definitions>")
    return source_of(text.encode(), definition_id="dec", kind="dmn", file="dec.dmn")


def asking(name: str, given: str, expected: str, source: Source, *, holds: bool = True, rows: str = "") -> Model:
    """A table that is asked, and a gateway that asks for its answer."""
    return runs(name, ENDS + script("i", given) + ASK + gateways("exclusive", "w") + tasks("yes", "no"),
                f"""start -> i -> ask -> w -[{expected}]-> yes -> end
                    w -*-> no -> end""", f"start i ask w {'yes' if holds else 'no'} end", source, rows=rows)


def failing(name: str, given: str, source: Source, rows: str = "S20") -> Model:
    """A table that has no answer."""
    return runs(name, ENDS + script("i", given) + ASK, "start -> i -> ask -> end", "start i", source, status="failed",
                rows=rows)


def bad(name: str, source: Source, code: str, element: str, rows: str = "S20b") -> Model:
    """A table that is not taken."""
    return refused(name, ENDS + script("i", "x = 1") + ASK, "start -> i -> ask -> end", code, element, source,
                   rows=rows)


A, B = ("> 1", '"a"'), ("> 2", '"b"')
POLICIES: list[Model] = [
    asking("unique", "x = 5", 'r == "mid"', table("UNIQUE", ("< 3", '"low"'), ("[3..9]", '"mid"')), rows="S20"),
    failing("unique_twice", "x = 5", table("UNIQUE", A, B)),
    asking("any", "x = 5", 'r == "a"', table("ANY", A, ("> 2", '"a"')), rows="S20"),
    failing("any_disagrees", "x = 5", table("ANY", A, B)),
    asking("first", "x = 5", 'r == "a"', table("FIRST", A, B), rows="S20"),
    asking("priority", "x = 5", 'r == "b"', table("PRIORITY", A, B, values='"b","a"'), rows="S20"),
    bad("priority_of_nothing", table("PRIORITY", A, B), "output_values_missing", "o", rows="S20"),
    asking("rule_order", "x = 5", 'r == ["a", "b"]', table("RULE ORDER", A, B, ("> 9", '"c"')), rows="S20"),
    asking("output_order", "x = 5", 'r == ["b", "a"]', table("OUTPUT ORDER", A, B, values='"b","a"'), rows="S20"),
    asking("collect", "x = 5", "r == [1, 2]", table("COLLECT", ("> 1", "1"), ("> 2", "2")), rows="S20 P-decisions"),
    *(asking(f"collect_{name.lower()}", "x = 5", f"r == {answer}",
             table("COLLECT", ("> 1", "2"), ("> 2", "3"), ("> 9", "7"), aggregation=name), rows="S20 P-decisions")
      for name, answer in (("SUM", 5), ("MIN", 2), ("MAX", 3), ("COUNT", 2))),
    asking("collect_nothing", "x = 0", "r == []", table("COLLECT", A)),
    failing("no_row", "x = 0", table("FIRST", A), rows="S20b"),
    asking("other_versions", "x = 5", 'r == "a"', table("FIRST", A, space="http://www.omg.org/spec/DMN/20151101/dmn.xsd")),
    *(asking(f"dmn_{year}", "x = 5", 'r == "a"', table("FIRST", A, space=SPACE.format(year)))
      for year in ("20211108", "20230324")),
    asking("input_expression", "x = 5\ny = 5", 'r == "a"', table("FIRST", ("> 9", '"a"'), ask="x + y")),
    asking("computed_answer", "x = 5", "r == 10", table("FIRST", ("-", "x * 2"))),
]
CELLS = [
    ('"重大","特别重大"', 'x = "特别重大"', True), ('"重大","特别重大"', 'x = "一般"', False),
    ('not("一般")', 'x = "重大"', True), ('not("一般")', 'x = "一般"', False),
    ("1,2,3", "x = 3", True), ("1,2,3", "x = 4", False), ("[1..5]", "x = 5", True),
    ("(1..5)", "x = 5", False), ("[1..5)", "x = 5", False), ("]1..5[", "x = 5", False), ("]1..5]", "x = 5", True),
    (">= 5", "x = 5", True), ("-", "x = 9", True), ("", "x = 9", True), ("true", "x = True", True),
    ("false", "x = True", False), ("< 3,> 8", "x = 9", True), ("not(> 3)", "x = 2", True), ("-5", "x = -5", True),
    ("1.5", "x = 1.5", True), ("[-1..1]", "x = 0", True), ("!= 3", "x = 4", True), ("< y", "x = 3\ny = 4", True),
    ("[1..y]", "x = 3\ny = 2", False), ('date("2026-01-01")', 'x = "2026-01-01"', True),
    ('> date("2026-01-01")', 'x = "2025-12-31"', False),
]
CELL_MODELS = [asking(f"cell_{number}", given, 'r == "yes"', table("FIRST", (cell, '"yes"'), ("-", '"no"')),
                      holds=holds, rows="S20b P-decisions") for number, (cell, given, holds) in enumerate(CELLS)]
BAD_CELLS = [bad(f"bad_cell_{number}", table("FIRST", (cell, '"yes"')), "cell_unreadable", "row0")
             for number, cell in enumerate(["? > 5", "> 5 and < 9", '"a" or "b"', 'contains("a")', "5..9", "yes"])]
MODELS = [*POLICIES, *CELL_MODELS, *BAD_CELLS]
