"""A mould: a case that really travelled, with gaps where its copies differ: row ids, number, instants, seals.

A copy is consistent by construction: every row that hangs on the case comes along, instants move together, and the
entries are chained and sealed anew. Contacts, photos and notices are not copied: they belong to somebody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.audit.models import Entry
from engine.cases.models import Case, CaseWords, ContactRecord, Custody, EntryText, Rating, Request, Stop
from engine.clock import ZONE
from engine.db import Base
from engine.processes.models import Instance, Timer
from engine.worklist.models import Deadline, Measure, Task

TABLES: tuple[sa.Table, ...] = tuple(
    Base.metadata.tables[model.__tablename__] for model in (
        Case, CaseWords, Instance, Timer, Task, Deadline, Measure, Custody, Stop, Request, ContactRecord, Rating, Entry,
        EntryText))
"""In an order that keeps their references."""
Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]
_NAMES = {"case_id": "case", "task_id": "task", "deadline_id": "deadline", "instance_id": "instance"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+\d\d:\d\d")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def read_moulds(session: Session, cases: Sequence[int]) -> list[Mould]:
    """These cases as moulds, in this order, in a statement a table."""
    read: dict[int, dict[str, list[Row]]] = {case_id: {table.name: [] for table in TABLES} for case_id in cases}
    owners: dict[int, int] = {}
    for table in TABLES:
        key = {"case": "id", "timer": "instance_id"}.get(table.name, "case_id")
        wanted = table.c[key].in_(list(owners) if table.name == "timer" else cases)
        for found in session.execute(sa.select(table).where(wanted).order_by(*table.primary_key.columns)):
            row = dict(found._mapping)
            if table.name == "instance":
                owners[row["id"]] = row["case_id"]
            owner = owners[row[key]] if table.name == "timer" else row[key]
            read[owner][table.name].append(row)
    return [Mould(read[case_id]) for case_id in cases]


class _Pattern:
    """A text with numbered gaps."""

    def __init__(self, pieces: Sequence[str | int]) -> None:
        self.text = "".join("%s" if isinstance(one, int) else one.replace("%", "%%") for one in pieces)
        self.pick = itemgetter(*(one for one in pieces if isinstance(one, int)))

    def fill(self, values: list[str]) -> str:
        """The text of one copy."""
        filled: str = self.text % self.pick(values)
        return filled


class Mould:
    """A travelled case, understood once; `fill` gives the rows of a copy as text for COPY."""

    def __init__(self, rows: Rows) -> None:
        self.case = rows["case"][0]
        self.closed_at: datetime | None = self.case["closed_at"]
        self.opened_at: datetime = self.case["opened_at"]
        self.county: str = self.case["path"].split(".")[min(1, self.case["path"].count("."))]
        self.ids = {table.name: [row["id"] for row in rows[table.name]] for table in TABLES if "id" in table.c}
        self.waiting = _waiting(rows)
        self._gaps: dict[Any, int] = {}
        self._gap("number")
        for name, ids in self.ids.items():
            for number in ids:
                self._gap(name, number)
        self._gap("month")
        entries = rows["entry"]
        self._seals = [(self._sealed(row, place and entries[place - 1]), self._gap("hash", row["seq"]))
                       for place, row in enumerate(entries)]
        self._tables = {table.name: _Pattern(self._lines(table, rows[table.name]))
                        for table in TABLES if rows[table.name]}
        self._instants = [(gap, *key[1:]) for key, gap in self._gaps.items() if key[0] == "at"]
        self._acts = [(self._gap("act", row["seq"]), row["seq"]) for row in entries]

    @property
    def is_still(self) -> bool:
        """Whether its age is free: no drawn timer waits and its clock does not stand."""
        return self.case["stopped_at"] is None and not any(is_timer for _, is_timer in self.waiting)

    @property
    def counts(self) -> dict[str, int]:
        """How many row ids a copy takes, by table."""
        return {name: len(ids) for name, ids in self.ids.items()}

    def fill(self, number: str, first: Mapping[str, int], moved: timedelta, waits: timedelta) -> dict[str, str]:
        """The lines of a copy by table: its row ids begin at `first`, its past is moved, and what it waits for."""
        values = [""] * len(self._gaps)
        values[0] = number
        place = 1
        for name, ids in self.ids.items():
            values[place:place + len(ids)] = map(str, range(first[name], first[name] + len(ids)))
            place += len(ids)
        for gap, instant, precision, is_waiting in self._instants:
            values[gap] = (instant + (waits if is_waiting else moved)).isoformat(timespec=precision)
        values[self._gap("month")] = self._month(moved)
        for gap, seq in self._acts:
            values[gap] = f"{first['case']:016x}{seq:016x}"
        for content, gap in self._seals:
            values[gap] = hashlib.sha256(content.fill(values).encode()).hexdigest()
        return {name: pattern.fill(values) for name, pattern in self._tables.items()}

    def _month(self, moved: timedelta = timedelta()) -> str:
        """The mark of the month in the words by which a case is found."""
        return f"@{(self.opened_at + moved).astimezone(ZONE):%Y-%m}"

    def _gap(self, *key: Any) -> int:
        return self._gaps.setdefault(key, len(self._gaps))

    def _at(self, instant: datetime, precision: str = "auto", is_waiting: bool = False) -> int:
        return self._gap("at", instant, precision, is_waiting)

    def _sealed(self, row: Row, before: Any) -> _Pattern:
        """What the seal of an entry covers, as `audit.seal` writes it."""
        previous = self._gap("hash", before["seq"]) if before else ""
        plain = [_json(row[name]) for name in ("actor", "organisation_id", "verb", "element")]
        return _Pattern([
            '["', previous, '",', self._gap("case", row["case_id"]), f',{row["seq"]},"',
            self._at(row["at"].astimezone(UTC), "microseconds"), '",', ",".join(plain), ",",
            *self._instants_in(_json(row["facts"])), ",", *self._instants_in(_json(row["versions"])), ',"',
            self._gap("act", row["seq"]), '"]'])

    def _lines(self, table: sa.Table, rows: Sequence[Row]) -> list[str | int]:
        pieces: list[str | int] = []
        for row in rows:
            for place, column in enumerate(table.c):
                pieces += ["\t" if place else "", *self._value(table.name, column.name, row)]
            pieces.append("\n")
        return pieces

    def _value(self, table: str, name: str, row: Row) -> list[str | int]:
        value = row[name]
        if value is None or name == "sealed":  # what is sealed for one case cannot be read in another
            return ["\\N"]
        if name == "tallied":
            return ["t" if row["closed_at"] else "f"]  # the caller counts anew
        special = self._special(table, name, row)
        if special is not None:
            return [special]
        if isinstance(value, datetime):
            return [self._at(value, is_waiting=_is_waiting(table, name))]
        if isinstance(value, dict | list):
            return self._instants_in(_json(value), _escaped)
        if table == "case_words" and name == "search":
            before, _, after = value.partition(self._month())
            return [_escaped(before), self._gap("month"), _escaped(after)]
        if isinstance(value, bytes):
            return [f"\\\\x{value.hex()}"]
        return [str(value).lower() if isinstance(value, bool) else _escaped(str(value))]

    def _special(self, table: str, name: str, row: Row) -> int | None:
        """The gap of a number, a seal or a row id."""
        if (table, name) == ("case", "number"):
            return 0
        if name in ("head_hash", "hash"):
            return self._gap("hash", row["entries" if table == "case" else "seq"])
        if name == "previous_hash" and row["seq"] > 1:
            return self._gap("hash", row["seq"] - 1)
        if name == "act_id":
            return self._gap("act", row["seq"])
        owner = table if name == "id" else _NAMES.get(name)
        return self._gap(owner, row[name]) if owner else None

    def _instants_in(self, text: str, said: Callable[[str], str] = str) -> list[str | int]:
        """A text of JSON, the instants in it and the number of the case as gaps."""
        pieces: list[str | int] = []
        end = 0
        for found in re.finditer(f"{_INSTANT.pattern}|{re.escape(self.case['number'])}", text):
            pieces.append(said(text[end:found.start()]))
            is_number = found[0] == self.case["number"]
            precision = "microseconds" if "." in found[0] else "auto"
            pieces.append(0 if is_number else self._at(datetime.fromisoformat(found[0]), precision))
            end = found.end()
        return [*pieces, said(text[end:])]


def number_prefix(mould: Mould, moved: timedelta) -> str:
    """County and month of a copy's number."""
    return f"{mould.county}-{(mould.opened_at + moved).astimezone(ZONE):%y%m}"


def _waiting(rows: Rows) -> list[tuple[datetime, bool]]:
    """What the clock will do with the case: the instants, and whether each is a drawn timer."""
    timers = [(row["due_at"], True) for row in rows["timer"]]
    measures = [(row["next_at"], False) for row in rows["deadline"] if row["next_at"]]
    ends = [(row["stopped_until"], False) for row in rows["case"] if row["stopped_until"]]
    return sorted(timers + measures + ends)


def _is_waiting(table: str, name: str) -> bool:
    return (table, name) in (("timer", "due_at"), ("deadline", "next_at"))


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
