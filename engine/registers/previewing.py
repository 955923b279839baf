"""What an administrator looks at before anything is written: a plan in short, small enough to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from engine.registers.planning import ACTIONS, Change, Difference, Plan
from engine.registers.reading import Problem

SHOWN = 300


class Shown(NamedTuple):
    """A row of the preview: what it does to whom, and which cells change."""

    sheet: str
    line: int
    action: str
    subject: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Preview:
    """What a workbook would do: the first SHOWN rows of each kind («» for all kinds) and the first faults.

    `numbers` counts the rows of each kind, `faults` all faults; `digest` is the plan's.
    """

    digest: str
    counts: Mapping[str, Mapping[str, int]]
    owners: tuple[str, ...]
    numbers: Mapping[str, int]
    rows: Mapping[str, tuple[Shown, ...]]
    faults: int
    problems: tuple[Problem, ...]

    @property
    def moving(self) -> int:
        """How many rows do something."""
        return self.numbers[""]

    def kept(self) -> dict[str, Any]:
        """The preview as JSON."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Preview:
        """The preview that was kept as JSON."""
        rows = {kind: tuple(_read(one) for one in found) for kind, found in kept["rows"].items()}
        return cls(kept["digest"], kept["counts"], tuple(kept["owners"]), kept["numbers"], rows, kept["faults"],
                   tuple(Problem(*one) for one in kept["problems"]))


def preview_of(plan: Plan) -> Preview:
    """A plan in short."""
    moving = [change for change in plan.changes if change.action != "same"]
    kinds: dict[str, list[Change]] = {"": moving}
    kinds |= {kind: [one for one in moving if one.action == kind] for kind in ACTIONS if kind != "same"}
    return Preview(
        plan.digest, plan.counts, plan.owners, {kind: len(found) for kind, found in kinds.items()},
        {kind: tuple(_shown(one) for one in found[:SHOWN]) for kind, found in kinds.items()},
        len(plan.problems), tuple(plan.problems[:SHOWN]))


def _shown(change: Change) -> Shown:
    differences = change.differences if change.action != "add" else ()
    return Shown(change.sheet, change.line, change.action, change.subject, differences)


def _read(kept: Any) -> Shown:
    sheet, line, action, subject, differences = kept
    return Shown(sheet, line, action, subject, tuple(Difference(*one) for one in differences))
