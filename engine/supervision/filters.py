"""What a figure of the supervisor's board stands for: conditions on cases that fit into an address.

`Filters.of` reads them from an address and `query` writes them back; `list_page` gives the cases for the board, and
`conditions` what lists that are taken out and acts on all of them ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, false, not_, or_
from sqlalchemy.orm import Session

from engine.cases import reading
from engine.cases.demanding import accountable
from engine.cases.filters import PAGE, Order, Page, missed_between
from engine.cases.models import STAGES, Case
from engine.cases.queues import Asker
from engine.cases.rows import CaseRow
from engine.clock import ZONE
from engine.directory import Actor
from engine.supervision import units
from engine.supervision.tallies import monday
from engine.supervision.thresholds import returned_often

State = Literal["late", "near", "today", "unaccepted", "waiting", "stopped", "returned", "missed", "settled", "arrived"]
STATES: tuple[State, ...] = get_args(State)
BY_WEEK: tuple[State, ...] = ("missed", "settled", "arrived")  # looked back on; they cannot be urged
NO_CLASS = ""
WEEKS = 8
_OR = "|"
_OPEN = Case.closed_at.is_(None)
RUNS = (_OPEN, Case.stopped_at.is_(None))
_NEVER = and_(Case.dispatched_at.is_(None), Case.stage.in_(("collect", "assign")))


@dataclass(frozen=True, slots=True)
class Filters:
    """One figure of the board: a state, of one unit, of one class or all but some, in one stage or week."""

    state: State = "late"
    unit: str | None = None
    matter: str | None = None
    but: tuple[str, ...] = ()
    stage: str | None = None
    week: date | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """The filters of an address; what is unknown is left out."""
        state: State = next((one for one in STATES if one == given.get("state")), "late")
        matter = given.get("matter")
        stage = next((one for one in STAGES if one == given.get("stage")), None)
        but = tuple(one[:60] for one in given["but"].split(_OR)[:40]) if "but" in given else ()
        return cls(state, given.get("unit", "")[:40] or None, None if matter is None else matter[:60], but, stage,
                   _week_of(given.get("week", "")))

    @property
    def query(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        found = {"state": self.state, "unit": self.unit, "matter": self.matter,
                 "but": _OR.join(self.but) if self.but else None, "stage": self.stage,
                 "week": self.week.isoformat() if self.week else None}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def is_past(self) -> bool:
        """Whether it looks back, on cases that may be closed."""
        return self.state in BY_WEEK

    @property
    def order(self) -> Order:
        """The most urgent first; of what came in the latest."""
        return "newest" if self.is_past else "due"


def while_running(state: State, at: datetime) -> ColumnElement[bool]:
    """The state of a case whose clock runs."""
    late = Case.due_at < at
    found = {"near": and_(Case.due_at >= at, Case.warn_at <= at), "unaccepted": and_(late, _NEVER),
             "waiting": and_(late, not_(_NEVER)),
             "today": and_(Case.due_at >= at, Case.due_at <= Asker(_NOBODY, at).day_end)}
    return found.get(state, late)


def conditions(session: Session, actor: Actor, filters: Filters, at: datetime,
               organisations: Sequence[int] | None) -> list[ColumnElement[bool]]:
    """The filters of this reader as conditions on the case; `organisations`: those of the unit, None for all."""
    if filters.is_past:
        return _in_weeks(filters, at, organisations)
    if filters.state == "returned":
        found = [_OPEN, Case.returns >= returned_often(session, actor, at)]
    elif filters.state == "stopped":
        found = [_OPEN, Case.stopped_at.is_not(None)]
    else:
        found = [*RUNS, while_running(filters.state, at)]
    if organisations is not None:
        found.append(accountable().in_(organisations))
    return [*found, *_of_class(filters), *([Case.stage == filters.stage] if filters.stage else [])]


def _of_class(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.matter is not None:
        found.append(Case.class_name.is_(None) if filters.matter == NO_CLASS else Case.class_name == filters.matter)
    if filters.but:
        unnamed = Case.class_name.is_(None) if NO_CLASS not in filters.but else false()
        found.append(or_(Case.class_name.not_in(filters.but), unnamed))
    return found


def _in_weeks(filters: Filters, at: datetime, organisations: Sequence[int] | None) -> list[ColumnElement[bool]]:
    """What came in, was closed, or missed a deadline in a week, or in the eight up to now."""
    first = filters.week or monday(at) - timedelta(weeks=WEEKS - 1)
    begin = datetime.combine(first, time(), ZONE)
    end = begin + timedelta(weeks=1) if filters.week else at
    if filters.state == "arrived":
        return [Case.opened_at >= begin, Case.opened_at < end, *_of_class(filters)]
    if filters.state == "settled":
        return [Case.closed_at >= begin, Case.closed_at < end, Case.opened_at < end, *_of_class(filters)]
    return [missed_between(begin, end, organisations), *_of_class(filters)]


def organisations_of(session: Session, actor: Actor, filters: Filters) -> list[int] | None:
    """The organisations of the unit; None where no unit is named, [] for one that the reader's board does not have."""
    if filters.unit is None:
        return None
    found = units.list_units(session, units.post_of(actor)).get(filters.unit)
    return found.organisations if found else []


def list_page(session: Session, actor: Actor, filters: Filters, at: datetime, cursor: str | None = None,
              limit: int = PAGE, organisations: Sequence[int] | None = None) -> Page[CaseRow]:
    """One page of the cases that the filters let through, within the scope of the session.

    `organisations`: those of the unit where the caller knows them already.
    """
    known = organisations if organisations is not None else organisations_of(session, actor, filters)
    where = conditions(session, actor, filters, at, known)
    return reading.list_where(session, where, at, cursor, limit, filters.order, counted=not filters.is_past)


_NOBODY = Actor(person_id=None, account_id=None, name="")


def _week_of(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day - timedelta(days=day.weekday()) if 2000 <= day.year <= 2100 else None
