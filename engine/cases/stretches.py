"""The chart of custody: one lane a level, who held the case when, in time, over time, supervised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.cases.models import Case, Custody, Stop
from engine.worklist.models import Deadline, Measure

Place = Callable[[datetime], float]
LEVELS = ("grid", "community", "township", "county", "city")


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane as fractions of the chart; `late_from` is where it went over its due time."""

    since: float
    until: float
    late_from: float | None
    organisation: str
    capacity: str
    began: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One level: its bars, its due times, and the moments at which it supervised."""

    level: str
    bars: tuple[Bar, ...]
    dues: tuple[float, ...]
    supervised: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All lanes over one span of time, with the stops of the clock across them."""

    begin: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    stops: tuple[tuple[float, float], ...]


def chart_of(case: Case, custody: Sequence[tuple[Custody, str]], stops: Sequence[Stop],
             measures: Sequence[Measure], running: Sequence[Deadline], levels: Sequence[str],
             at: datetime, demanded: Sequence[tuple[datetime, str]] = ()) -> Chart:
    """The chart of a case; `custody` comes with the organisation's name, `levels` are those of its place.

    Who holds it now is late by the earliest of the `running` deadlines that are theirs. `demanded`: when people of
    which level supervised it, beside the clock's `measures`.
    """
    begin = min([case.opened_at, *(row.since for row, _ in custody)])
    dues = {row.id: _due(row, running) for row, _ in custody}
    end = max([case.closed_at or at, *(due for due in dues.values() if due)])
    span = (end - begin).total_seconds() or 1.0

    def place(moment: datetime) -> float:
        return round(min(max((moment - begin).total_seconds() / span, 0.0), 1.0), 4)

    now = case.closed_at or at
    rings = [*demanded, *((each.at, each.level) for each in measures if each.kind in ("supervise", "raise"))]
    lanes = []
    for level in levels:
        held = [(row, name) for row, name in custody if row.level == level]
        bars = tuple(_bar(row, dues[row.id], name, now, place) for row, name in held)
        ticks = tuple(sorted({place(due) for row, _ in held if (due := dues[row.id])}))
        rung = tuple(place(moment) for moment, where in rings if where == level)
        lanes.append(Lane(level, bars, ticks, rung))
    stood = tuple((place(stop.since), place(stop.until or at)) for stop in stops)
    return Chart(begin, end, tuple(lanes), stood)


def _due(row: Custody, running: Sequence[Deadline]) -> datetime | None:
    """When a stretch was to end: as it was written at its end, or by the deadlines of who holds it now."""
    if row.until is not None:
        return row.due_at
    own = [each.due_at for each in running if each.organisation_id == row.organisation_id and each.stage != "total"]
    return min(own, default=None)


def _bar(row: Custody, due: datetime | None, name: str, now: datetime, place: Place) -> Bar:
    until = row.until or now
    late = place(due) if due and due < until else None
    return Bar(place(row.since), place(until), late, name, row.capacity, row.since, row.until)
