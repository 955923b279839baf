"""What is late, whose it is, and of which kind: the supervisor's figures, counted from deadlines and cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.cases.queues import Asker
from engine.clock import ZONE
from engine.directory import Actor, PostView
from engine.directory.models import Division, Organisation
from engine.supervision import tallies

State = Literal["late", "near", "unaccepted"]
STATES: tuple[State, ...] = ("late", "near", "unaccepted")
NO_CLASS = ""
WEEKS, COLUMNS = 8, 5
Week = tuple[datetime, int, int]  # its Monday, deadlines met, deadlines that ended
_RUNS = (Case.closed_at.is_(None), Case.stopped_at.is_(None))
LEVELS = ("city", "county", "township", "community")


@dataclass(slots=True)
class Unit:
    """A line of the board: a division below the reader's, or an organisation of their own level."""

    key: str
    name: str
    organisations: list[int] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=dict)
    near: dict[str, int] = field(default_factory=dict)
    unaccepted: int = 0
    in_time: int = 0
    ended: int = 0

    @property
    def total(self) -> int:
        """Every late case of this line."""
        return sum(self.late.values())

    @property
    def total_near(self) -> int:
        """Every case of this line that is near its due time."""
        return sum(self.near.values())

    def rest(self, columns: Sequence[str]) -> int:
        """Late cases of the classes that have no column of their own."""
        return sum(number for name, number in self.late.items() if name not in columns)

    @property
    def rate(self) -> int | None:
        """Share of the deadlines of eight weeks that were met, in percent; None without any."""
        return round(100 * self.in_time / self.ended) if self.ended else None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the supervisor's page says; `weeks` holds this week and the seven before it."""

    division: str
    units: tuple[Unit, ...]
    classes: tuple[str, ...]
    late: int
    late_before: int | None
    near: int
    today: int
    unaccepted: int
    worst: Unit | None
    oldest_due: datetime | None
    weeks: tuple[Week, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The classes that get a column: all when they fit, else the most loaded ones."""
        return self.classes if len(self.classes) <= COLUMNS else self.classes[: COLUMNS - 1]

    def find(self, key: str) -> Unit | None:
        """The line with this key."""
        return next((unit for unit in self.units if unit.key == key), None)


def accountable() -> ColumnElement[int]:
    """Who answers for a case being late: its handler while it is handled, else the centre that holds it."""
    return case((and_(Case.stage == "handle", Case.handler_id.is_not(None)), Case.handler_id), else_=Case.holder_id)


def in_state(state: State, at: datetime) -> ColumnElement[bool]:
    """Open cases that are late, near their due time, or late and never accepted."""
    return and_(*_RUNS, _while_running(state, at))


def _while_running(state: State, at: datetime) -> ColumnElement[bool]:
    if state == "near":
        return and_(Case.due_at >= at, Case.warn_at <= at)
    if state == "late":
        return Case.due_at < at
    return and_(Case.due_at < at, Case.dispatched_at.is_(None), Case.stage.in_(("collect", "assign")))


def selection(state: State, at: datetime, unit: Unit | None, class_name: str | None) -> list[ColumnElement[bool]]:
    """The conditions of one cell of the board."""
    found = [in_state(state, at)]
    if unit is not None:
        found.append(accountable().in_(unit.organisations))
    if class_name is not None:
        found.append(Case.class_name.is_(None) if class_name == NO_CLASS else Case.class_name == class_name)
    return found


def read_board(session: Session, actor: Actor, at: datetime) -> Board:
    """The board of the reader's jurisdiction, in five statements whatever its size."""
    post = next((each for each in actor.posts if each.role == "supervisor"), actor.posts[0])
    units = _units(session, post)
    by_organisation = {key: unit for unit in units.values() for key in unit.organisations}
    today, oldest = _count_cases(session, actor, at, by_organisation)
    weeks = _count_ended(session, post, at, by_organisation)
    busy = [unit for unit in units.values() if unit.total or unit.total_near]
    shown = sorted(busy or [unit for unit in units.values() if unit.ended],
                   key=lambda unit: (-unit.total, -unit.total_near, unit.name))
    classes = sorted({name for unit in shown for name in (*unit.late, *unit.near)},
                     key=lambda name: -sum(unit.late.get(name, 0) for unit in shown))
    return Board(
        division=post.division_name, units=tuple(shown), classes=tuple(classes),
        late=sum(unit.total for unit in shown), late_before=tallies.late_before(session, post, at),
        near=sum(unit.total_near for unit in shown), today=today,
        unaccepted=sum(unit.unaccepted for unit in shown),
        worst=next((unit for unit in shown if unit.total), None), oldest_due=oldest, weeks=weeks)


def _units(session: Session, post: PostView) -> dict[str, Unit]:
    """One line a division right below the reader's and one an organisation beside them; all others by what they are."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Division.path, Division.name).join(
            Division, Division.code == Organisation.division_code).order_by(Division.path, Organisation.id)).all()
    below = {path: name for _, _, path, name in rows if path.rpartition(".")[0] == post.path}
    units: dict[str, Unit] = {}
    for key, name, path, _ in rows:
        place, said = _line(post.path, path, below, key, name)
        units.setdefault(place, Unit(place, said)).organisations.append(key)
    return units


def _line(top: str, path: str, below: dict[str, str], organisation: int, name: str) -> tuple[str, str]:
    if path.startswith(f"{top}."):
        child = ".".join(path.split(".")[: top.count(".") + 2])
        if child in below:
            return f"d{child.rpartition('.')[2]}", below[child]
    return f"o{organisation}", name


def _count_cases(session: Session, actor: Actor, at: datetime, units: dict[int, Unit]) -> tuple[int, datetime | None]:
    """Late and near cases by line and class; how many fall due today, and since when the oldest is late.

    All of it stands in the index of open cases: `least` keeps the planner from visiting the rows by another one.
    """
    who, end = accountable().label("who"), Asker(actor, at).day_end
    states = [_while_running(state, at) for state in STATES]
    counted = [func.count().filter(one) for one in (*states, and_(Case.due_at >= at, Case.due_at <= end))]
    rows = session.execute(
        select(who, Case.class_name, *counted, func.min(Case.due_at).filter(states[0]))
        .where(*_RUNS, func.least(Case.warn_at, Case.due_at) <= end).group_by(who, Case.class_name))
    today, oldest = 0, []
    for row in rows:
        organisation, class_name, late, near, never, due, first = tuple(row)
        today += due
        oldest += [first] if first else []
        if unit := units.get(organisation):
            _add(unit, class_name or NO_CLASS, late, near, never)
    return today, min(oldest, default=None)


def _add(unit: Unit, name: str, late: int, near: int, never: int) -> None:
    if late:
        unit.late[name] = unit.late.get(name, 0) + late
    if near:
        unit.near[name] = unit.near.get(name, 0) + near
    unit.unaccepted += never


def _count_ended(session: Session, post: PostView, at: datetime, units: dict[int, Unit]) -> tuple[Week, ...]:
    """Deadlines of eight weeks, this one included: by organisation into the lines, and by week for the curve."""
    since = tallies.monday(at) - timedelta(weeks=WEEKS - 1)
    weeks: dict[date, tuple[int, int]] = {}
    for monday, organisation, ended, met in tallies.list_ended(session, post, since):
        if unit := units.get(organisation):
            unit.in_time, unit.ended = unit.in_time + met, unit.ended + ended
        before = weeks.get(monday, (0, 0))
        weeks[monday] = (before[0] + met, before[1] + ended)
    return tuple((datetime.combine(monday, time(), ZONE), *weeks[monday]) for monday in sorted(weeks))


def heat(number: int, most: Iterable[int]) -> int:
    """How dark a cell is, from 0 to 4, beside the darkest of the board."""
    top = max(most, default=0)
    if not number or not top:
        return 0
    return min(4, 1 + int(3 * number / top)) if top > 3 else 1


def sequence(units: Sequence[Unit]) -> list[int]:
    """Every cell of the board, for `heat`."""
    return [number for unit in units for number in unit.late.values()]
