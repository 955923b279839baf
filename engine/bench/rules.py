"""`rules`: a question to a table of 500 rows beside an act, and its last row beside its first."""

from __future__ import annotations

import hashlib
from functools import partial
from itertools import count
from statistics import mean

from engine import decisions, library
from engine.bench.crowd import timed
from engine.bench.figures import Report, conditions_of, figure
from engine.bench.step import NotTheSame
from engine.bench.walking import WALK, Office
from engine.db.session import create_engine, session_factory

ROWS = 500
TURNS = 5  # of which the best counts: a question is shorter than what may come between
ASKED = 40  # questions of a turn, so that what is measured is not the stopwatch
_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="bench_file" name="bench"
             namespace="https://wangge.dev/dmn">
  <decision id="bench" name="bench"><decisionTable id="bench_table" hitPolicy="FIRST">
    {inputs}
    <output id="out_1" label="limit" name="limit" typeRef="string"/>
    {rules}
  </decisionTable></decision>
</definitions>"""
_COUNT = count(5)
_INPUT = """<input id="in_{name}" label="{name}">
      <inputExpression id="ask_{name}" typeRef="{kind}"><text>{name}</text></inputExpression>
    </input>"""
_INPUTS = (("matter", "string"), ("urgency", "string"), ("count", "number"))
_RULE = """<rule id="row_{row}">
      <inputEntry id="a_{row}"><text>"M{row:04d}"</text></inputEntry>
      <inputEntry id="b_{row}"><text>"normal","urgent"</text></inputEntry>
      <inputEntry id="c_{row}"><text>&gt;= {low}</text></inputEntry>
      <outputEntry id="o_{row}"><text>"{row} work_day"</text></outputEntry>
    </rule>"""


def measure(url: str, rounds: int, scale: float = 1) -> Report:
    """Questions and acts in turns; raises NotTheSame when the table answers wrong."""
    engine = create_engine(url)
    try:
        office = Office(session_factory(engine))
        office.found()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
            conditions = conditions_of(connection)
        table = table_of(ROWS)
        _question(table, 1, 1)
        taken = [_round(office, table) for _ in range(rounds + 2)][2:]
    finally:
        engine.dispose()
    return Report({
        "question_ms": figure([last for _, last, _ in taken], "ms"),
        "act_ms": figure([act for _, _, act in taken], "ms"),
        "question_over_act": figure([last / act for _, last, act in taken], "×"),
        "last_row_over_first_row": figure([last / first for first, last, _ in taken], "×"),
    }, conditions | {"rows": ROWS, "questions": ASKED})


def table_of(rows: int) -> library.Source:
    """A published table in which only row n answers for the matter Mn."""
    rules = "\n    ".join(_RULE.format(row=row, low=row % 3) for row in range(1, rows + 1))
    inputs = "\n    ".join(_INPUT.format(name=name, kind=kind) for name, kind in _INPUTS)
    content = _TABLE.format(inputs=inputs, rules=rules).encode()
    return library.Source(definition_id="bench", kind="dmn", file="bench.dmn", content=content, pack="bench",
                          version=1, sha256=hashlib.sha256(content).hexdigest())


def _round(office: Office, table: library.Source) -> tuple[float, float, float]:
    """Milliseconds of a question to the first row, of one to the last, and of an act."""
    acts = []
    office.report()
    for turn in WALK:
        actor, task_id, values = office.prepare(turn)
        acts.append(timed(partial(office.act, turn, actor, task_id, values)))
    turns = [[timed(partial(_question, table, row, ASKED)) / ASKED for row in (1, ROWS)] for _ in range(TURNS)]
    return min(first for first, _ in turns), min(last for _, last in turns), mean(acts)


def _question(table: library.Source, row: int, times: int) -> None:
    """Each asks something new, for what was asked before is known."""
    for _ in range(times):
        answer = decisions.ask(table, {"matter": f"M{row:04d}", "urgency": "normal", "count": next(_COUNT)})
        if answer.rows[0].number != row:
            raise NotTheSame(f"row {answer.rows[0].number} answered instead of row {row}")
