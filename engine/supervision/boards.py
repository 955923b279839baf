"""What is late, whose it is, and of which kind: the supervisor's figures, counted from open cases and the tally."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases.demanding import accountable
from engine.cases.models import Case
from engine.cases.queues import Asker
from engine.clock import ZONE
from engine.directory import Actor, PostView
from engine.supervision import asides, tallies
from engine.supervision.filters import NO_CLASS, RUNS, WEEKS, State, while_running
from engine.supervision.units import Unit, list_units, percent, post_of

COLUMNS = 7
_COUNTED: tuple[State, ...] = ("late", "near", "unaccepted", "waiting", "today")


@dataclass(frozen=True, slots=True)
class Week:
    """What a week counts: deadlines that ended and were met, cases that came in and were closed.

    `rate_above`: the share met in all of the division above; None at the top.
    """

    begin: datetime
    ended: int = 0
    met: int = 0
    arrived: int = 0
    settled: int = 0
    rate_above: int | None = None

    @property
    def missed(self) -> int:
        """Deadlines that ended too late."""
        return self.ended - self.met

    @property
    def rate(self) -> int | None:
        """Share of the deadlines that were met, in percent; None where none ended."""
        return percent(self.met, self.ended)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the supervisor's page says; `weeks` ends with this one and holds seven before it at most."""

    division: str
    above: str | None
    is_centre: bool
    units: tuple[Unit, ...]
    classes: tuple[str, ...]
    late_before: int | None
    oldest_due: datetime | None
    day_end: datetime
    weeks: tuple[Week, ...]
    asides: asides.Asides

    @property
    def late(self) -> int:
        """Every late case."""
        return sum(unit.total for unit in self.units)

    @property
    def near(self) -> int:
        """Every case near its due time."""
        return sum(unit.total_near for unit in self.units)

    @property
    def today(self) -> int:
        """Every case that falls due before tonight."""
        return sum(unit.today for unit in self.units)

    @property
    def unaccepted(self) -> int:
        """Every late case that nobody accepted."""
        return sum(unit.unaccepted for unit in self.units)

    @property
    def waiting(self) -> int:
        """Every late case that somebody accepted and that waits for somebody now."""
        return sum(sum(unit.waiting.values()) for unit in self.units)

    @property
    def worst(self) -> Unit | None:
        """The line with most late cases."""
        return next((unit for unit in self.units if unit.total), None)

    @property
    def rate(self) -> int | None:
        """The share in time of all lines together: what each is measured by."""
        return percent(sum(unit.in_time for unit in self.units), sum(unit.ended for unit in self.units))

    @property
    def columns(self) -> tuple[str, ...]:
        """The classes that get a column: all when they fit, else the most loaded ones."""
        return self.classes if len(self.classes) <= COLUMNS else self.classes[: COLUMNS - 1]

    @property
    def by_class(self) -> dict[str, int]:
        """Late cases of every class."""
        return {name: sum(unit.late.get(name, 0) for unit in self.units) for name in self.classes}

    @property
    def rest(self) -> int:
        """Late cases of the classes that have no column of their own."""
        return self.late - sum(self.by_class[name] for name in self.columns)

    def find(self, key: str | None) -> Unit | None:
        """The line with this key."""
        return next((unit for unit in self.units if unit.key == key), None)

    def most(self, of: str, number: int = 3) -> list[tuple[Unit, int]]:
        """The lines that have most of `unaccepted` or `today`."""
        ranked = [(unit, getattr(unit, of)) for unit in self.units if getattr(unit, of)]
        return sorted(ranked, key=lambda one: (-one[1], one[0].name))[:number]

    def most_waiting(self, number: int = 3) -> list[tuple[Unit, str, int]]:
        """Whom most late cases wait for: the line, the stage, and how many."""
        ranked = [(unit, stage, count) for unit in self.units for stage, count in unit.waiting.items()]
        return sorted(ranked, key=lambda one: (-one[2], one[0].name, one[1]))[:number]


def read_board(session: Session, actor: Actor, at: datetime) -> Board:
    """The board of the reader's jurisdiction, in a constant number of statements whatever its size."""
    post = post_of(actor)
    units = list_units(session, post)
    by_organisation = {key: unit for unit in units.values() for key in unit.organisations}
    oldest = _count_cases(session, actor, at, by_organisation)
    weeks = _count_weeks(session, post, at, by_organisation)
    busy = [unit for unit in units.values() if unit.total or unit.total_near or unit.today]
    shown = sorted(busy or [unit for unit in units.values() if unit.ended],
                   key=lambda unit: (-unit.total, -unit.total_near, unit.name))
    classes = sorted({name for unit in shown for name in (*unit.late, *unit.near)},
                     key=lambda name: (-sum(unit.late.get(name, 0) for unit in shown), name))
    aside = asides.read_asides(session, actor, at)
    return Board(
        division=post.division_name, above=aside.above, is_centre=post.organisation_kind == "centre",
        units=tuple(shown), classes=tuple(classes), late_before=tallies.late_before(session, post, at),
        oldest_due=oldest, day_end=Asker(actor, at).day_end, weeks=weeks, asides=aside)


def _count_cases(session: Session, actor: Actor, at: datetime, units: Mapping[int, Unit]) -> datetime | None:
    """Late and near cases by line, class and stage; since when the oldest is late.

    All of it stands in the index of open cases: `least` keeps the planner from visiting the rows by another one.
    """
    who, end = accountable().label("who"), Asker(actor, at).day_end
    counted = [func.count().filter(while_running(state, at)) for state in _COUNTED]
    first = func.min(Case.due_at).filter(while_running("late", at))
    rows = session.execute(
        select(who, Case.class_name, Case.stage, first, *counted)
        .where(*RUNS, func.least(Case.warn_at, Case.due_at) <= end).group_by(who, Case.class_name, Case.stage))
    oldest = []
    for organisation, class_name, stage, since, *numbers in rows:
        oldest += [since] if since else []
        if unit := units.get(organisation):
            _add(unit, class_name or NO_CLASS, stage, numbers)
    return min(oldest, default=None)


def _add(unit: Unit, name: str, stage: str, numbers: Sequence[int]) -> None:
    late, near, never, waiting, today = numbers
    for kept, key, number in ((unit.late, name, late), (unit.near, name, near), (unit.waiting, stage, waiting)):
        if number:
            kept[key] = kept.get(key, 0) + number
    unit.unaccepted += never
    unit.today += today


def _count_weeks(session: Session, post: PostView, at: datetime, units: Mapping[int, Unit]) -> tuple[Week, ...]:
    """The last eight weeks, from the first on in which something ended or came in; by organisation into the lines."""
    last = tallies.monday(at)
    rows = tallies.list_ended(session, post, last - timedelta(weeks=WEEKS - 1))
    own, above = [row for row in rows if row.organisation_id is not None], {
        row.week: percent(row.met, row.ended) for row in rows if row.organisation_id is None}
    weeks: dict[date, Week] = {}
    for row in own:
        if unit := units.get(row.organisation_id or 0):
            unit.in_time, unit.ended = unit.in_time + row.met, unit.ended + row.ended
        weeks[row.week] = _and(weeks.get(row.week) or Week(datetime.combine(row.week, time(), ZONE)), row)
    if not weeks:
        return ()
    mondays = [min(weeks) + timedelta(weeks=number) for number in range((last - min(weeks)).days // 7 + 1)]
    return tuple(replace(weeks.get(monday) or Week(datetime.combine(monday, time(), ZONE)),
                         rate_above=above.get(monday)) for monday in mondays)


def _and(week: Week, row: tallies.Ended) -> Week:
    return replace(week, ended=week.ended + row.ended, met=week.met + row.met, arrived=week.arrived + row.arrived,
                   settled=week.settled + row.settled)


def heat(number: int, most: Iterable[int]) -> int:
    """How dark a cell is, from 0 to 4, beside the darkest of the board."""
    top = max(most, default=0)
    if not number or not top:
        return 0
    return min(4, 1 + int(3 * number / top)) if top > 3 else 1


def sequence(units: Sequence[Unit]) -> list[int]:
    """Every cell of the board, for `heat`."""
    return [number for unit in units for number in unit.late.values()]
