"""Office time as a table that is searched, not walked: one sorted list of open stretches a year."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from engine.deadlines.calendars import WEEKEND, Calendar
from engine.deadlines.weeks import Office, Spans

NOTHING = timedelta(0)
CLOSED = "不办公"


class Flow(Protocol):
    """How time runs for a limit: in office hours, or round the clock."""

    def ran(self, start: datetime, end: datetime) -> timedelta:
        """Time that ran between two instants; negative when they are the other way round."""

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The earliest instant by which that much time has run since the start."""


class RoundTheClock:
    """Wall time: never stops for nights, weekends or holidays."""

    def ran(self, start: datetime, end: datetime) -> timedelta:
        """Wall time between two instants."""
        return end - start

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The instant that much wall time later."""
        return start.astimezone(UTC) + span


@dataclass(frozen=True, slots=True)
class _Year:
    days: list[date]  # the working days
    starts: list[datetime]  # the open stretches, in UTC
    ends: list[datetime]
    until: list[timedelta]  # office time of the year up to the end of each stretch

    @property
    def total(self) -> timedelta:
        return self.until[-1] if self.until else NOTHING

    def before(self, at: datetime) -> timedelta:
        """Office time of this year that lies before the instant."""
        last = bisect_right(self.starts, at) - 1
        if last < 0:
            return NOTHING
        return self.until[last] - max(self.ends[last] - at, NOTHING)

    def when(self, worked: timedelta) -> datetime:
        """The earliest instant by which that much of this year's office time has run; worked > 0."""
        at = bisect_left(self.until, worked)
        return self.ends[at] - (self.until[at] - worked)


class Timetable:
    """One office's working time under one calendar; years are laid out when first asked for."""

    def __init__(self, calendar: Calendar, office: Office) -> None:
        self.calendar = calendar
        self.office = office
        self._years: dict[int, _Year] = {}

    def ran(self, start: datetime, end: datetime) -> timedelta:
        """Office time between two instants; negative when they are the other way round."""
        if end < start:
            return -self.ran(end, start)
        first, last = self.local(start).year, self.local(end).year
        passed = sum((self._year(year).total for year in range(first, last)), NOTHING)
        return passed + self._year(last).before(end) - self._year(first).before(start)

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The earliest instant by which that much office time has run; the start itself for none."""
        if span <= NOTHING:
            return start.astimezone(UTC)
        year = self.local(start).year
        wanted = self._year(year).before(start) + span
        while wanted > self._year(year).total:
            wanted -= self._year(year).total
            year += 1
        return self._year(year).when(wanted)

    def working_day_after(self, day: date, number: int) -> date:
        """The first, second … working day after a date."""
        year = day.year
        index = bisect_right(self._year(year).days, day) + number - 1
        while index >= len(self._year(year).days):
            index -= len(self._year(year).days)
            year += 1
        return self._year(year).days[index]

    def closing(self, day: date) -> datetime:
        """When the office closes that day, or would close if it is a rest day."""
        return self._instant(day, (self.opening(day)[0] or self.office.usual_on(day))[-1][1])

    def midnight(self, day: date) -> datetime:
        """The instant at which the office's local date begins."""
        return self._instant(day, 0)

    def opening(self, day: date) -> tuple[Spans, str]:
        """The day's stretches of office time; without any, why nobody works.

        A day of the office's own goes before all; then the State's rest days, where the week follows them; on a
        Saturday or Sunday that is only a weekend the office is open when its week says so.
        """
        own = self.office.days.get(day)
        if own is not None:
            return own.spans, "" if own.spans else own.reason
        week = self.office.week_on(day)
        is_made_up = not week.every_day and bool(self.calendar.why_work(day))
        spans = week.hours_on(day, is_made_up)
        if not week.every_day and (rest := self.calendar.why_rest(day)) and (rest != WEEKEND or not spans):
            return (), rest
        return spans, "" if spans else CLOSED

    def why_rest(self, day: date) -> str:
        """Why this office rests that day; empty when it works."""
        return self.opening(day)[1]

    def why_work(self, day: date) -> str:
        """Why this office works on a day that is off elsewhere; empty on an ordinary one."""
        own = self.office.days.get(day)
        if own is not None:
            return own.reason if own.spans else ""
        return "" if self.office.week_on(day).every_day else self.calendar.why_work(day)

    def local(self, at: datetime) -> datetime:
        """The instant on the office's wall clock."""
        return at.astimezone(self.office.zone)

    def _instant(self, day: date, minute: int) -> datetime:
        wall = datetime(day.year, day.month, day.day, tzinfo=self.office.zone) + timedelta(minutes=minute)
        return wall.astimezone(UTC)

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._lay_out(year)
        return found

    def _lay_out(self, number: int) -> _Year:
        year = _Year([], [], [], [])
        day = date(number, 1, 1)
        total = NOTHING
        for _ in range(366):
            spans = self.opening(day)[0] if day.year == number else ()
            if spans:
                year.days.append(day)
                for opening, closing in spans:
                    start, end = self._instant(day, opening), self._instant(day, closing)
                    total += end - start
                    year.starts.append(start)
                    year.ends.append(end)
                    year.until.append(total)
            day += timedelta(1)
        return year


@lru_cache(maxsize=1024)
def timetable(calendar: Calendar, office: Office) -> Timetable:
    """The timetable of an office, kept while its calendar is in use."""
    return Timetable(calendar, office)
