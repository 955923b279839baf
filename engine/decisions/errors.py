"""How asking a table fails. A table that cannot answer is an incident for its keeper, never silence."""

from __future__ import annotations

from typing import Any

from engine.errors import Invalid, Unavailable
from engine.library.findings import Finding


class DecisionFailed(Unavailable):
    """规则表没有给出答案，请联系规则维护人员。"""

    code = "decision_failed"

    def __init__(self, reason: str, *, table: str, **facts: Any) -> None:
        super().__init__(f"规则表「{table}」{reason}", table=table, **facts)
        self.table = table
        self.reason = reason


class NoAnswer(DecisionFailed):
    """没有一行符合。"""

    code = "no_answer"


class RowsDisagree(DecisionFailed):
    """符合的行互相矛盾；行号在 facts["rows"]。"""

    code = "rows_disagree"


class InputMissing(DecisionFailed):
    """少了要问的数据；列名在 facts["column"]，数据名在 facts["name"]。"""

    code = "input_missing"


class CellFailed(DecisionFailed):
    """有一格算不出来。"""

    code = "cell_failed"


class TableRefused(Invalid):
    """这张规则表不能使用；原因在 findings。"""

    code = "table_refused"

    def __init__(self, table: str, findings: tuple[Finding, ...]) -> None:
        first = findings[0].message if findings else ""
        super().__init__(f"规则表「{table}」不能使用：{first}", table=table)
        self.findings = findings
