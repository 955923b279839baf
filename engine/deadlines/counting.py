"""When is this due: the arithmetic of limits, working days and stops of the clock. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from engine.deadlines.calendars import Calendar
from engine.deadlines.limits import Count, Limit, check_count
from engine.deadlines.timetable import NOTHING, Flow, RoundTheClock, Timetable, timetable
from engine.deadlines.weeks import Office
from engine.errors import Invalid

NEXT_DAY, STOPPED, OVER_FOR_TODAY = "次日起算", "停表", "已过办公时间"


class MomentInvalid(Invalid):
    """时间应带时区、在 1950 年至 2200 年之间，停表的结束不能早于开始。"""

    code = "moment_invalid"


class Stop(NamedTuple):
    """A stretch in which the clock stands still, from inclusive, until exclusive; None: still standing."""

    since: datetime
    until: datetime | None = None
    reason: str = ""


class DayCounted(NamedTuple):
    """One local date between opening and due: counted or not, why, and how many minutes of it ran."""

    date: date
    counted: bool
    why: str
    work_minutes: int


@dataclass(frozen=True, slots=True)
class Due:
    """A due time that can explain itself.

    `at` is the last moment still on time, the closed stops included. An open stop does not move it: the clock
    stands (`is_stopped`) and the due time is counted again when the stop ends. `unstopped` is the due time
    without any stop. `provisional`: a year on the way has no rest-day notice loaded.
    """

    at: datetime
    opened_at: datetime
    limit: Limit
    count: Count
    provisional: bool
    stops: tuple[Stop, ...]
    unstopped: datetime
    table: Timetable = field(repr=False, compare=False)

    @property
    def flow(self) -> Flow:
        """Office hours for working units, wall time for the others."""
        return self.table if self.limit.is_working else RoundTheClock()

    @property
    def days(self) -> tuple[DayCounted, ...]:
        """Every local date from opening to due, counted or skipped; laid out only when asked."""
        return tuple(_days(self))

    @property
    def unsettled_years(self) -> tuple[int, ...]:
        """The years on the way whose rest-day notice is not loaded."""
        return _unsettled(self.limit, self.table, self.opened_at, self.at)

    def is_stopped(self, at: datetime) -> bool:
        """Whether the clock stands still at that moment."""
        return any(stop.since <= at and (stop.until is None or at < stop.until) for stop in self.stops)

    def is_overdue(self, at: datetime) -> bool:
        """Past the due time; work whose clock was stopped in time and still stands is not."""
        standing = (stop for stop in self.stops if stop.until is None)
        return at > self.at and not any(stop.since < self.at for stop in standing)


def due_at(opened_at: datetime, limit: Limit, count: Count | None, calendar: Calendar, office: Office,
           stops: Sequence[Stop] = ()) -> Due:
    """Last moment at which work opened then is still on time.

    next_day: day one is the next working day (calendar day), the last one ends at office close. hours: from
    the minute; a working day is eight working hours. None: whole days by next_day, everything else by hours.
    A working-day deadline on a rest day rolls forward; a calendar one does not. Stops push it by the time
    that would have run. Raises LimitInvalid, MomentInvalid.
    Source: 民法典 201–203 (the opening day does not count, the last day ends with business hours), in force
    since 2021-01-01; the rest is a local setting without an article (requirements part 3).
    """
    _check_moments(opened_at, stops)
    counting = check_count(limit, count)
    table = timetable(calendar, office)
    unstopped = _unstopped(opened_at, limit, counting, table)
    flow: Flow = table if limit.is_working else RoundTheClock()
    at = _pushed(opened_at, unstopped, stops, flow)
    provisional = bool(_unsettled(limit, table, opened_at, at))
    return Due(at, opened_at, limit, counting, provisional, tuple(stops), unstopped, table)


def _check_moments(opened_at: datetime, stops: Sequence[Stop]) -> None:
    moments = [opened_at, *(moment for stop in stops for moment in (stop.since, stop.until) if moment)]
    for moment in moments:
        if moment.tzinfo is None or not 1950 <= moment.year <= 2200:
            raise MomentInvalid(moment=str(moment))
    if any(stop.until is not None and stop.until < stop.since for stop in stops):
        raise MomentInvalid()


def elapsed(due: Due, at: datetime) -> float:
    """The part of the limit used up by then, stops left out; above 1 when overdue and time ran since."""
    return used(due, at) / due.flow.ran(due.opened_at, due.unstopped)


def used(due: Due, at: datetime) -> timedelta:
    """Time that ran since opening, stops left out: office time for working units, else wall time."""
    if at <= due.opened_at:
        return NOTHING
    stood = (due.flow.ran(since, min(until or at, at))
             for since, until in _merged(due.stops, due.opened_at) if since < at)
    return due.flow.ran(due.opened_at, at) - sum(stood, NOTHING)


def remaining(due: Due, at: datetime) -> timedelta:
    """Time left then, negative when overdue: office time for working units, else wall time."""
    return due.flow.ran(due.opened_at, due.unstopped) - used(due, at)


def at_fraction(due: Due, fraction: float) -> datetime:
    """The instant at which that part of the limit is used up: 0.8 for the reminder, 2 for twice the limit."""
    if fraction == 1:
        return due.at
    total = due.flow.ran(due.opened_at, due.unstopped)
    goal = due.flow.after(due.opened_at, total * fraction)
    return _pushed(due.opened_at, goal, due.stops, due.flow)


def _unstopped(opened_at: datetime, limit: Limit, count: Count, table: Timetable) -> datetime:
    """The due time without stops."""
    if count == "hours" and limit.unit != "calendar_month":
        return (table if limit.is_working else RoundTheClock()).after(opened_at, limit.span())
    local, amount = table.local(opened_at), int(limit.amount)
    if limit.unit == "calendar_month":
        day = _months_later(local.date(), amount)
        if count == "hours":
            return RoundTheClock().after(local.replace(year=day.year, month=day.month, day=day.day), NOTHING)
        return table.closing(day)
    if limit.unit == "calendar_day":
        return table.closing(local.date() + timedelta(amount))
    return table.closing(table.working_day_after(local.date(), amount))


def _months_later(day: date, months: int) -> date:
    """The corresponding day of a later month, or its last day. Source: 民法典 202."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _merged(stops: Sequence[Stop], opened_at: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """The stops in order, without overlaps, none before opening."""
    since: datetime | None = None
    until: datetime | None = None
    for stop in sorted(stops, key=lambda stop: stop.since):
        if stop.until is not None and stop.until <= opened_at:
            continue
        if since is not None and until is not None and stop.since > until:
            yield since, until
            since = None
        if since is None:
            since, until = max(stop.since, opened_at), stop.until
        elif until is not None:
            until = None if stop.until is None else max(until, stop.until)
    if since is not None:
        yield since, until


def _pushed(opened_at: datetime, goal: datetime, stops: Sequence[Stop], flow: Flow) -> datetime:
    """The goal moved on by the closed stops that began before it was reached."""
    for since, until in _merged(stops, opened_at):
        if until is None or since >= goal:
            break
        goal = flow.after(goal, flow.ran(since, until))
    return goal


def _unsettled(limit: Limit, table: Timetable, start: datetime, end: datetime) -> tuple[int, ...]:
    if not limit.is_working or table.office.every_day:
        return ()
    years = range(table.local(start).year, table.local(end).year + 1)
    return tuple(year for year in years if not table.calendar.is_settled(year))


def _days(due: Due) -> Iterator[DayCounted]:
    first = due.table.local(due.opened_at).date()
    last = due.table.local(due.at - timedelta(microseconds=1)).date()
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        rest = due.table.why_rest(day) if due.limit.is_working else ""
        if rest:
            yield DayCounted(day, False, rest, 0)
        elif day == first and due.count == "next_day":
            yield DayCounted(day, False, NEXT_DAY, 0)
        else:
            yield _day_worked(due, day, first)


def _day_worked(due: Due, day: date, first: date) -> DayCounted:
    begin = max(due.table.midnight(day), due.opened_at)
    end = min(due.table.midnight(day + timedelta(1)), due.at)
    minutes = round((used(due, end) - used(due, begin)) / timedelta(minutes=1))
    if minutes > 0:
        why = due.table.why_work(day) if due.limit.is_working else ""
        return DayCounted(day, True, why, minutes)
    stood = any(stop.since < end and (stop.until is None or stop.until > begin) for stop in due.stops)
    return DayCounted(day, False, STOPPED if stood else OVER_FOR_TODAY, 0)
