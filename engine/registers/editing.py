"""One row changed on a page: the same checks and the same carrying out as a workbook of one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.directory import Actor
from engine.errors import Invalid
from engine.registers.applying import FirstPassword, apply
from engine.registers.keeping import make_plan, require, top_of
from engine.registers.planning import Plan
from engine.registers.reading import Problem, Workbook, clean
from engine.registers.sheets import get_sheet


class RowInvalid(Invalid):
    """填写的内容有误，没有保存。

    `fields` maps each heading to what is wrong there.
    """

    code = "row_invalid"


@dataclass(frozen=True)
class Saved:
    """What was done, and the first password of somebody new."""

    plan: Plan
    first: FirstPassword | None


def save_row(session: Session, actor: Actor, key: str, cells: Mapping[str, str], at: datetime) -> Saved:
    """Add, change or end what this row names; an empty cell means «nothing». The caller commits.

    Raises NotYoursToConfirm for another administrator's sheet, RowInvalid with the headings that are wrong.
    """
    sheet = get_sheet(key)
    require(actor, (sheet.owner,))
    row, problems = clean(sheet, 1, cells)
    plan = make_plan(session, Workbook({key: [row]}, problems, {}), at, top_of(actor), whole=True)
    if plan.problems:
        raise RowInvalid(fields=_by_heading(plan.problems))
    first = apply(session, plan, actor.label, at)
    return Saved(plan, first[0] if first else None)


def _by_heading(problems: Sequence[Problem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in problems:
        found.setdefault(one.column, []).append(one.message)
    return found
