"""The table search against a naive walk over days and minutes (R11), with another package's working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines import Limit, Stop, at_fraction, due_at, elapsed, load_calendars, remaining

CALENDAR = load_calendars()
OFFICE = CALENDAR.office()
ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
STRETCHES = [(time(8, 30), time(12)), (time(13), time(17, 30))]

moments = st.datetimes(datetime(2004, 1, 1), datetime(2026, 10, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0, tzinfo=ZONE))
work = st.builds(Limit, st.integers(1, 30).map(Decimal), st.sampled_from(["work_hour", "work_day"]))
few_stops = st.lists(st.tuples(st.integers(-3000, 20_000), st.integers(0, 6000)), max_size=3)


def works(day: date) -> bool:
    """chinesecalendar lacks one make-up day: 2005-12-31 was worked by the notice of 2006."""
    return day == date(2005, 12, 31) or bool(chinese_calendar.is_workday(day))


def stretches(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = start.date()
    while True:
        if works(day):
            for opening, closing in STRETCHES:
                begin = max(datetime.combine(day, opening, ZONE), start)
                end = datetime.combine(day, closing, ZONE)
                if begin < end:
                    yield begin, end
        day += timedelta(1)


def walk_hours(opened: datetime, limit: Limit) -> datetime:
    left = limit.span()
    for begin, end in stretches(opened):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError


def walk_days(opened: datetime, number: int) -> datetime:
    day = opened.date()
    while number:
        day += timedelta(1)
        number -= works(day)
    return datetime.combine(day, time(17, 30), ZONE)


def walk_minutes(opened: datetime, minutes: int, stops: list[Stop]) -> datetime:
    for begin, end in stretches(opened):
        while begin < end:
            stood = any(stop.since <= begin < (stop.until or begin) for stop in stops)
            begin += MINUTE
            minutes -= not stood
            if not minutes:
                return begin
    raise AssertionError


def stops_after(opened: datetime, pairs: list[tuple[int, int]]) -> list[Stop]:
    return [Stop(opened + since * MINUTE, opened + (since + length) * MINUTE) for since, length in pairs]


@settings(max_examples=300, deadline=None)
@given(moments, work)
def test_hours_agree_with_the_walk(opened: datetime, limit: Limit) -> None:
    assert due_at(opened, limit, "hours", CALENDAR, OFFICE).at == walk_hours(opened, limit)


@settings(max_examples=300, deadline=None)
@given(moments, st.integers(1, 30))
def test_days_agree_with_the_walk(opened: datetime, number: int) -> None:
    due = due_at(opened, Limit(Decimal(number), "work_day"), "next_day", CALENDAR, OFFICE)
    assert due.at == walk_days(opened, number)
    assert sum(day.counted for day in due.days) == number


@settings(max_examples=100, deadline=None)
@given(moments, st.integers(1, 24), few_stops)
def test_stops_agree_with_the_walk(opened: datetime, hours: int, pairs: list[tuple[int, int]]) -> None:
    stops = stops_after(opened, pairs)
    due = due_at(opened, Limit(Decimal(hours), "work_hour"), "hours", CALENDAR, OFFICE, stops)
    assert due.at == walk_minutes(opened, hours * 60, stops)
    assert sum(day.work_minutes for day in due.days) == hours * 60


@settings(max_examples=200, deadline=None)
@given(moments, st.integers(0, 5000), work, st.sampled_from(["hours", None]))
def test_who_opens_later_is_never_due_earlier(opened: datetime, later: int, limit: Limit, count: Any) -> None:
    first = due_at(opened, limit, count, CALENDAR, OFFICE).at
    assert first <= due_at(opened + later * MINUTE, limit, count, CALENDAR, OFFICE).at


@settings(max_examples=200, deadline=None)
@given(moments, work, few_stops, st.sampled_from([0.25, 0.5, 0.8, 2.0]))
def test_the_fraction_used_at_a_fraction_is_that_fraction(
    opened: datetime, limit: Limit, pairs: list[tuple[int, int]], part: float,
) -> None:
    due = due_at(opened, limit, None, CALENDAR, OFFICE, stops_after(opened, pairs))
    assert abs(elapsed(due, at_fraction(due, part)) - part) < 1e-9
    assert remaining(due, due.at) == timedelta(0)


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)), work)  # noqa: DTZ001
def test_an_unknown_year_is_flagged_never_silent(opened: datetime, limit: Limit) -> None:
    due = due_at(opened.replace(tzinfo=UTC), limit, None, CALENDAR, OFFICE)
    years = range(due.opened_at.astimezone(ZONE).year, due.at.astimezone(ZONE).year + 1)
    assert due.provisional == any(not 2004 <= year <= 2026 for year in years)
