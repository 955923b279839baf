"""Asking a table: which rows fire under its hit policy, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, NoneType
from typing import Any

from engine.decisions.compiling import table_of
from engine.decisions.errors import CellFailed, DecisionFailed, InputMissing, NoAnswer, RowsDisagree
from engine.decisions.sheet import Row
from engine.decisions.table import Input, Table
from engine.expressions import ExpressionFailed
from engine.library.source import Source

Outputs = Mapping[str, Any]
MOST_ANSWERS = 20_000
_PLAIN = frozenset({str, int, bool, float, NoneType})
_answers: dict[tuple[Any, ...], Answer] = {}  # a table answers the same to the same; few questions are new


@dataclass(frozen=True, slots=True)
class Fired:
    """A row that fired, numbered from 1; cites empty means a local setting (本地设定，无条文)."""

    number: int
    id: str
    cites: str
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a table answered, by which rows, in which version.

    `outputs` holds one row for UNIQUE, ANY, FIRST, PRIORITY and an aggregated COLLECT; one per fired row, in the
    policy's order, for RULE ORDER, OUTPUT ORDER and a plain COLLECT. Under ANY and an aggregated COLLECT `rows`
    names every row that took part. The same question gets the same answer, which therefore cannot be changed.
    """

    outputs: tuple[Outputs, ...]
    rows: tuple[Fired, ...]
    definition_id: str
    pack: str
    version: int
    hit_policy: str
    columns: tuple[str, ...] = ()
    several: bool = False

    @property
    def as_data(self) -> dict[str, Any]:
        """What a business rule task gets: the outputs by name, a list for each where the policy gives several rows."""
        if not self.several:
            return dict(self.one)
        return {name: [row[name] for row in self.outputs] for name in self.columns}

    @property
    def one(self) -> Outputs:
        """The only answer; raises DecisionFailed when the table gave none or several."""
        if len(self.outputs) != 1:
            raise DecisionFailed(f"给出了 {len(self.outputs)} 个答案，这里只能用一个",
                                 table=self.definition_id)
        return self.outputs[0]


def ask(source: Source, data: Mapping[str, Any]) -> Answer:
    """What the table answers to these data.

    No row fires: NoAnswer, except under a plain COLLECT (no outputs) and COLLECT COUNT (0). Rows that
    contradict the hit policy: RowsDisagree. A datum that is not given, or not among the listed values:
    InputMissing. A cell that cannot be computed: CellFailed. A table unfit to publish: TableRefused.
    """
    table = table_of(source)
    key = _key(source, table, data)
    known = _answers.get(key) if key else None
    if known is None:
        known = _asked(source, table, data)
        if key and all(_is_plain(value) for row in known.outputs for value in row.values()):
            if len(_answers) >= MOST_ANSWERS:
                _answers.clear()
            _answers[key] = known
    return known


def _key(source: Source, table: Table, data: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What an answer depends on: the table in its version and the data that it asks for; None when they are no key.

    With their types, for True is not 1 to a table.
    """
    try:
        values = tuple([data[name] for name in table.names])
    except KeyError:
        return None
    types = tuple(map(type, values))
    if not _PLAIN.issuperset(types):
        return None
    return source.sha256, source.definition_id, source.pack, source.version, values, types


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN


def _asked(source: Source, table: Table, data: Mapping[str, Any]) -> Answer:
    question = _Question(table, data)
    rows, outputs = _POLICIES[table.sheet.hit_policy](question)
    fired = tuple(Fired(row.number, row.id, row.cites, row.note) for row in rows)
    policy = table.sheet.hit_policy
    several = policy in ("RULE ORDER", "OUTPUT ORDER") or (policy == "COLLECT" and not table.sheet.aggregation)
    return Answer(tuple(map(MappingProxyType, outputs)), fired, source.definition_id, source.pack, source.version,
                  policy, tuple(output.column.text for output in table.outputs), several)


class _Question:
    """One table and the data it is asked about."""

    def __init__(self, table: Table, data: Mapping[str, Any]) -> None:
        self.table = table
        self.data = data
        self.id = table.sheet.id

    def fired(self) -> list[Row]:
        """Every row whose cells all pass, from first to last."""
        bits = self.table.every_row
        for column in self.table.inputs:
            bits &= self._passing(column)
            if not bits:
                return []
        rows = self.table.sheet.rows
        found = []
        while bits:
            lowest = bits & -bits
            found.append(rows[lowest.bit_length() - 1])
            bits ^= lowest
        return found

    def some(self) -> list[Row]:
        """Every row that fires; raises NoAnswer when none does."""
        rows = self.fired()
        if not rows:
            given = "，".join(f"{one.column.title}={self._value(one)!r}" for one in self.table.inputs)
            raise NoAnswer(f"没有一行符合（{given[:300]}）", table=self.id)
        return rows

    def outputs(self, row: Row) -> Outputs:
        """What this row answers."""
        found: dict[str, Any] = {}
        for output in self.table.outputs:
            cell = output.cells[row.number - 1]
            try:
                found[output.column.text] = None if cell is None else cell.evaluate(self.data)
            except ExpressionFailed as failed:
                title = output.column.title
                raise CellFailed(f"第 {row.number} 行「{title}」列：{failed.message}", table=self.id,
                                 row=row.number, column=title) from failed
        return found

    def _passing(self, column: Input) -> int:
        value, title = self._value(column), column.column.title
        if not column.admitted(value):
            raise InputMissing(f"的「{title}」列不接受 {value!r}，可选值：{column.admits.text}",
                               table=self.id, column=title, name=column.column.text)
        try:
            return column.lookup.rows(value, self.data)
        except ExpressionFailed as failed:
            raise CellFailed(f"的「{title}」列：{failed.message}", table=self.id, column=title) from failed

    def _value(self, column: Input) -> Any:
        title = column.column.title
        for name in sorted(column.ask.names):
            if name not in self.data:
                raise InputMissing(f"的「{title}」列要用「{name}」，没有给出", table=self.id, column=title,
                                   name=name)
        try:
            return column.ask.evaluate(self.data)
        except ExpressionFailed as failed:
            raise CellFailed(f"的「{title}」列：{failed.message}", table=self.id, column=title) from failed


Found = tuple[list[Row], list[Outputs]]
_AGGREGATES: Mapping[str, Callable[[list[Any]], Any]] = {"SUM": sum, "MIN": min, "MAX": max}


def _unique(question: _Question) -> Found:
    rows = question.some()
    if len(rows) > 1:
        raise _disagreement(question, rows, "同时符合，而命中策略 UNIQUE 只许一行")
    return rows, [question.outputs(rows[0])]


def _any(question: _Question) -> Found:
    rows = question.some()
    outputs = [question.outputs(row) for row in rows]
    if any(other != outputs[0] for other in outputs):
        raise _disagreement(question, rows, "同时符合而答案不同，命中策略 ANY 要求答案相同")
    return rows, outputs[:1]


def _first(question: _Question) -> Found:
    rows = question.some()[:1]
    return rows, [question.outputs(rows[0])]


def _priority(question: _Question) -> Found:
    rows, outputs = _output_order(question)
    return rows[:1], outputs[:1]


def _output_order(question: _Question) -> Found:
    answered = [(row, question.outputs(row)) for row in question.some()]
    answered.sort(key=lambda pair: _rank(question, *pair))
    return [row for row, _ in answered], [outputs for _, outputs in answered]


def _rule_order(question: _Question) -> Found:
    rows = question.some()
    return rows, [question.outputs(row) for row in rows]


def _collect(question: _Question) -> Found:
    aggregation = question.table.sheet.aggregation
    rows = question.fired() if aggregation in ("", "COUNT") else question.some()
    outputs = [question.outputs(row) for row in rows]
    if not aggregation:
        return rows, outputs
    name = question.table.outputs[0].column.text
    if aggregation == "COUNT":
        return rows, [{name: len(outputs)}]
    return rows, [{name: _aggregated(question, rows, [output[name] for output in outputs])}]


_POLICIES: Mapping[str, Callable[[_Question], Found]] = {
    "UNIQUE": _unique, "ANY": _any, "FIRST": _first, "PRIORITY": _priority,
    "RULE ORDER": _rule_order, "OUTPUT ORDER": _output_order, "COLLECT": _collect,
}


def _aggregated(question: _Question, rows: list[Row], values: list[Any]) -> Any:
    try:
        return _AGGREGATES[question.table.sheet.aggregation](values)
    except TypeError as error:
        numbers = "、".join(str(row.number) for row in rows)
        raise CellFailed(f"第 {numbers} 行的答案不能合计：要都是数字", table=question.id) from error


def _rank(question: _Question, row: Row, outputs: Outputs) -> tuple[int, ...]:
    ranks = []
    for output in question.table.outputs:
        value = outputs[output.column.text]
        rank = output.rank_of(value)
        if rank is None:
            title = output.column.title
            raise CellFailed(f"第 {row.number} 行「{title}」列的答案 {value!r} 不在可选值里，排不出先后",
                             table=question.id, row=row.number, column=title)
        ranks.append(rank)
    return tuple(ranks)


def _disagreement(question: _Question, rows: list[Row], why: str) -> RowsDisagree:
    numbers = [row.number for row in rows]
    return RowsDisagree(f"第 {'、'.join(map(str, numbers))} 行{why}", table=question.id, rows=numbers)
