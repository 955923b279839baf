"""What a workbook would do: each row compared with the registers and with the other rows, nothing changed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from engine.clock import ZONE
from engine.directory.models import Division
from engine.registers import known
from engine.registers.reading import Problem, Row
from engine.registers.sheets import POST_IDENTITY, Sheet, all_sheets

Action = Literal["add", "change", "end", "same"]
Tell = Callable[[int, int], None]
ACTIONS: tuple[Action, ...] = ("add", "change", "end", "same")


def say_nothing(done: int, total: int) -> None:
    """Nobody asks how far it is."""


class Difference(NamedTuple):
    """A cell that changes: its heading, what it says now, and what it will say."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What one row does: `id` is the row it changes, `cells` what it will say then."""

    sheet: str
    line: int
    action: Action
    subject: str
    cells: Mapping[str, str]
    differences: tuple[Difference, ...] = ()
    id: int | None = None


@dataclass(frozen=True)
class Plan:
    """Everything a workbook would do, and what stands in its way."""

    changes: Sequence[Change]
    problems: Sequence[Problem]

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many rows of each sheet do what: {sheet: {action: number}}."""
        counted = Counter((change.sheet, change.action) for change in self.changes)
        sheets = [sheet.key for sheet in all_sheets() if any(change.sheet == sheet.key for change in self.changes)]
        return {sheet: {action: counted[sheet, action] for action in ACTIONS} for sheet in sheets}

    @cached_property
    def moving(self) -> int:
        """How many rows do something."""
        return sum(change.action != "same" for change in self.changes)

    @cached_property
    def digest(self) -> str:
        """What was shown, in one line: the same plan has the same."""
        said = [(one.sheet, one.line, one.action, one.subject, one.differences) for one in self.changes]
        return hashlib.sha256(json.dumps([said, self.problems]).encode()).hexdigest()

    @property
    def owners(self) -> tuple[str, ...]:
        """The administrators who answer for what changes, in the order of the sheets."""
        changed = {change.sheet for change in self.changes if change.action != "same"}
        return tuple(dict.fromkeys(sheet.owner for sheet in all_sheets() if sheet.key in changed))


@dataclass
class Desk:
    """What the checks of one workbook share: the registers as they are, the rows beside it, the faults found.

    `whole` says that an empty cell means «nothing», as on a page; in a workbook it leaves what is there.
    `tell` hears how many rows of how many are looked through.
    """

    session: Session
    at: datetime
    rows: Mapping[str, Sequence[Row]]
    top: str = ""
    whole: bool = False
    problems: list[Problem] = field(default_factory=list)
    planned: dict[str, dict[str, Change]] = field(default_factory=dict)
    tell: Tell = say_nothing
    walked: int = 0

    @cached_property
    def divisions(self) -> dict[str, Division]:
        """Every division by its code."""
        return known.divisions(self.session)

    @cached_property
    def ending_posts(self) -> dict[int, str]:
        """The posts that this very workbook ends, with their last day."""
        ends = {tuple(row.cells[title] for title in POST_IDENTITY): row.cells["离岗日期"]
                for row in self.rows.get("posts", ()) if row.cells["离岗日期"]}
        held = known.people(self.session, {identity[0] for identity in ends}) if ends else {}
        usernames = {one.id: username for username, one in held.items()}
        found = {}
        for post in known.posts(self.session, usernames) if usernames else ():
            cells = known.post_cells(post, usernames[post.person_id])
            if (identity := tuple(cells[title] for title in POST_IDENTITY)) in ends:
                found[post.id] = ends[identity]
        return found

    @property
    def today(self) -> str:
        """The day of the import in the office's zone."""
        return self.at.astimezone(ZONE).date().isoformat()

    def fault(self, sheet: Sheet, row: Row, column: str, message: str) -> None:
        """Note what is wrong in a cell; «» names the row."""
        self.problems.append(Problem(sheet.key, row.line, column, message))

    def merged(self, sheet: Sheet, row: Row, held: Mapping[str, str] | None) -> dict[str, str]:
        """What the row will say: its own cells, and what it leaves empty as it is."""
        if held is None or self.whole:
            return dict(row.cells)
        return {title: row.cells[title] or held.get(title, "") for title in sheet.titles}

    def differ(self, sheet: Sheet, cells: Mapping[str, str], held: Mapping[str, str] | None) -> tuple[Difference, ...]:
        """Which cells change."""
        before = held or {}
        return tuple(Difference(title, before.get(title, ""), cells[title]) for title in sheet.titles
                     if cells[title] != before.get(title, ""))

    def is_within(self, division: str) -> bool:
        """Whether a division lies below the one of who imports."""
        path = self.divisions[division].path
        return not self.top or path == self.top or path.startswith(f"{self.top}.")

    def require_division(self, sheet: Sheet, row: Row, code: str) -> None:
        """Note a division that is not there, or not theirs to change."""
        if code not in self.divisions:
            self.fault(sheet, row, "区划代码", f"没有代码为「{code}」的区划")
        elif not self.is_within(code):
            self.fault(sheet, row, "区划代码", f"「{self.divisions[code].name}」不在您的管辖范围内")

    def require_interval(self, sheet: Sheet, row: Row, cells: Mapping[str, str], since: str, until: str) -> None:
        """Note an end that lies before its beginning."""
        if cells[since] and cells[until] and cells[until] < cells[since]:
            self.fault(sheet, row, until, f"{until}（{cells[until]}）早于{since}（{cells[since]}）")

    def require_fixed(self, sheet: Sheet, row: Row, cells: Mapping[str, str], held: Mapping[str, str] | None) -> None:
        """Note what never changes once it is there."""
        for column in sheet.columns:
            if held and column.fixed and cells[column.title] != held[column.title]:
                self.fault(sheet, row, column.title, f"已登记为「{held[column.title]}」，不能改；请停用后另建")

    def unique(self, sheet: Sheet) -> list[Row]:
        """The rows of a sheet, each identity once; what is repeated is named."""
        first: dict[tuple[str, ...], int] = {}
        kept = []
        for row in self.rows.get(sheet.key, ()):
            identity = tuple(row.cells[title] for title in sheet.identity)
            line = first.setdefault(identity, row.line)
            if line == row.line:
                kept.append(row)
            else:
                self.fault(sheet, row, sheet.identity[0], f"与第 {line} 行重复")
        return kept

    def walk(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows one after the other, while it is told how far it is."""
        total = sum(len(sheet) for sheet in self.rows.values())
        for row in rows:
            yield row
            self.walked += 1
            self.tell(self.walked, total)

    def keep(self, change: Change, key: str) -> None:
        """Add a planned row, found again by its key."""
        self.planned.setdefault(change.sheet, {})[key] = change

    def cells_after(self, sheet: str, key: str, held: Mapping[str, known.Held]) -> Mapping[str, str] | None:
        """What a row of another sheet will say once this workbook is applied; None where there is none."""
        change = self.planned.get(sheet, {}).get(key)
        if change is not None:
            return change.cells
        return held[key].cells if key in held else None


def action_of(held: known.Held | None, differences: Sequence[Difference], ends: str) -> Action:
    """What a row does: an end is a change of the date of its end alone or with others."""
    if held is None:
        return "add"
    if not differences:
        return "same"
    return "end" if any(one.title == ends and one.after for one in differences) else "change"


def codes_of(rows: Iterable[Row], title: str) -> set[str]:
    """What stands in a column."""
    return {row.cells[title] for row in rows if row.cells[title]}
