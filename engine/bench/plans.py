"""What the planner does with the statements of a page: which case-bound tables it reads from one end to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

CASE_BOUND = ("case", "task", "deadline", "measure", "custody", "stop", "contact", "contact_record", "rating", "entry",
              "entry_text", "instance", "timer", "incident", "attachment", "outbox", "inbox", "answered")
WORTH_AN_INDEX = 1_000  # rows: below that reading all of them is the better plan
Asked = dict[str, Any]


@contextmanager
def listening(engine: sa.Engine) -> Iterator[Asked]:
    """Every SELECT that is sent while the block runs, each text once, with the values of the last time."""
    asked: Asked = {}

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")) and not many:
            asked[statement] = values

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def sequential_scans(connection: sa.Connection, asked: Asked) -> list[str]:
    """«table: statement» of each sequential scan of a case-bound table that is big enough for an index."""
    big = set(connection.execute(
        sa.text("SELECT relname FROM pg_class WHERE relname = ANY(:names) AND reltuples >= :rows"),
        {"names": list(CASE_BOUND), "rows": WORTH_AN_INDEX}).scalars())
    found = []
    for statement, values in asked.items():
        plain = statement.replace(" FOR UPDATE", "")
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {plain}", values).scalar_one()
        found += [f"{table}: {' '.join(statement.split())}" for table in _scanned(plan[0]["Plan"]) if table in big]
    return sorted(found)


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scanned(below)
