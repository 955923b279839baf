"""Hours as somebody types them: read, refused with the reason, and counted through changes against a naive walk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines import (
    MOST_SEASONS,
    Change,
    Limit,
    Office,
    OwnDay,
    Season,
    Week,
    due_at,
    explain,
    load_calendars,
    office_with,
    read_spans,
    read_week,
    same_every_day,
    spans_text,
    timetable,
    type_week,
)
from engine.deadlines.weeks import week_as_json, week_from_json

CALENDAR, ZONE = load_calendars(), ZoneInfo("Asia/Shanghai")
MORNING, WHOLE = "08:00-12:00", "08:30-12:00，13:00-17:30"
TYPED = {f"d{place}": WHOLE if place < 5 or place == 7 else "" for place in range(8)}

SUMMER = {"seasons": "1", "s1_from": "06-01", "s1_until": "09-30", "s1_0": MORNING, "s1_7": MORNING}
WINTER = {"seasons": "2", "s2_from": "11-15", "s2_until": "02-29", "s2_0": "09:00-15:00", "s2_7": "09:00-15:00"}


def hours(text: str) -> Week:
    return Week(same_every_day(read_spans(text), False))


def office(*changes: Change) -> Office:
    return office_with("o1", "试", [Change("week", None, week=hours(WHOLE)), *changes])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(opened: str, limit: str, place: Office) -> str:
    found = due_at(at(opened), Limit.parse(limit), None, CALENDAR, place).at
    return found.astimezone(ZONE).isoformat(" ", "minutes")[:16]


@pytest.mark.parametrize(("text", "said"), [
    ("08:30-12:00，13:00-17:30", WHOLE), ("8:30 - 12:00, 13：00～17：30", WHOLE), ("08:30至12:00、13:00到17:30", WHOLE),
    ("13:00-17:30 08:30-12:00", WHOLE), ("", ""), ("00:00-24:00", "00:00-24:00"), ("9:00—9:01", "09:00-09:01"),
])
def test_hours_are_read_as_people_type_them(text: str, said: str) -> None:
    assert spans_text(read_spans(text)) == said


@pytest.mark.parametrize(("text", "why"), [
    ("12:00-08:30", "结束不晚于开始"), ("08:30-08:30", "结束不晚于开始"), ("22:00-06:00", "过夜"),
    ("08:30-12:00 11:00-17:00", "重叠"),
    ("08:00-12:00，12:00-18:00", "首尾相接"), ("08:60-12:00", "不是一天里的时间"), ("08:00-24:01", "不是一天里的时间"),
    ("上午八点到十二点", "看不懂"), ("8-12", "看不懂"), ("08:00-09:00 " * 20, "太长"), ("٠٨:00-12:00", "看不懂"),
])
def test_hours_that_cannot_be_are_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_spans(text)


@pytest.mark.parametrize(("changed", "field", "why"), [
    ({f"d{place}": "" for place in range(7)}, "d0", "至少有一天"), ({"d7": ""}, "d7", "调休"),
    ({"d2": "9-5"}, "d2", "看不懂"),
    ({**SUMMER, "s1_from": "06-31"}, "s1_from", "06-01"), ({**SUMMER, "s1_7": ""}, "s1_7", "调休"),
    ({**SUMMER, "s1_0": ""}, "s1_0", "至少有一天"), ({**SUMMER, "s1_until": "06-01"}, "s1_until", "同一天"),
    ({**SUMMER, **WINTER, "s2_0": "9-15"}, "s2_0", "看不懂"),
    ({**SUMMER, **WINTER, "s2_until": ""}, "s2_until", "06-01"),
    *(({**SUMMER, **WINTER, "s2_from": first, "s2_until": last}, "s2_from", "与第 1 段时间重叠") for first, last in (
        ("09-30", "12-31"), ("01-01", "06-01"), ("07-01", "07-02"), ("05-01", "10-31"), ("12-01", "06-15"))),
])
def test_what_is_wrong_stands_beside_its_field(changed: dict[str, str], field: str, why: str) -> None:
    read = read_week({**TYPED, **changed})
    assert read.week is None and why in read.problems[field][0]


def test_a_week_is_typed_as_it_was_read() -> None:
    blank = {f"s{number}_{place}": "" for number in (1, 2) for place in range(8)}
    typed = {**TYPED, **blank, **SUMMER, **WINTER, "s2_6": "10:00-11:00"}
    week = read_week(typed).week
    assert week is not None and len(week.seasons) == 2 and type_week(week) == typed
    assert type_week(week_from_json(week_as_json(week))) == typed


def test_a_part_of_the_year_that_is_left_blank_is_none() -> None:
    week = read_week({**TYPED, **SUMMER, "seasons": "3"}).week
    assert week is not None and [one.first for one in week.seasons] == [(6, 1)]
    assert read_week({**TYPED, **SUMMER, "seasons": "x"}).week == read_week(TYPED).week
    told = {**TYPED, "seasons": "999", f"s{MOST_SEASONS + 1}_from": "06-01"}
    assert read_week(told).week == read_week(TYPED).week  # more than there is room for


def test_summer_and_winter_each_count_by_their_own_hours() -> None:
    workdays = {f"s{number}_{place}": text for number, text in ((1, MORNING), (2, "09:00-15:00")) for place in range(5)}
    week = read_week({**TYPED, **SUMMER, **WINTER, **workdays}).week
    place = office(Change("week", date(2026, 1, 1), week=week))
    assert due("2026-07-01 11:00", "2 work_hour", place) == "2026-07-02 09:00"
    assert due("2026-11-13 17:00", "2 work_hour", place) == "2026-11-16 10:30"  # Friday usual, Monday winter
    assert due("2026-12-31 14:00", "2 work_hour", place) == "2027-01-04 10:00"
    assert due("2026-03-02 17:00", "1 work_hour", place) == "2026-03-03 09:00"


def test_an_office_that_is_open_on_saturday_counts_it_unless_it_is_a_holiday() -> None:
    week = Week((*[read_spans(WHOLE)] * 5, read_spans(MORNING), (), read_spans(WHOLE)))
    place = office(Change("week", date(2026, 1, 1), week=week))
    assert due("2026-11-20 16:30", "2 work_hour", place) == "2026-11-21 09:00"  # Friday to Saturday
    assert due("2026-11-20 10:00", "1 work_day", place) == "2026-11-21 12:00"
    assert due("2026-10-02 10:00", "1 work_hour", place) == "2026-10-08 09:30"  # Saturday 3 October rests


def test_a_make_up_workday_has_its_own_hours() -> None:
    week = Week((*[read_spans(WHOLE)] * 5, (), (), read_spans("09:00-15:00")))
    place = office(Change("week", date(2026, 1, 1), week=week))
    assert due("2026-10-09 10:00", "1 work_day", place) == "2026-10-10 15:00"  # Saturday 10 October is worked


def test_days_of_its_own_close_and_open_one_office() -> None:
    closed = Change("days", date(2026, 11, 23), date(2026, 11, 24), own=OwnDay((), "渔民节"))
    opened = Change("days", date(2026, 11, 28), date(2026, 11, 28), own=OwnDay(read_spans(MORNING), "补班"))
    place = office(closed, opened)
    assert due("2026-11-20 10:00", "1 work_day", place) == "2026-11-25 17:30"
    assert due("2026-11-27 17:00", "1 work_hour", place) == "2026-11-28 08:30"
    told = explain(due_at(at("2026-11-20 10:00"), Limit.parse("1 work_day"), None, CALENDAR, place))
    assert [day["why"] for day in told["days"] if day["date"] in ("2026-11-23", "2026-11-24")] == ["渔民节"] * 2
    called_off = Change("days", date(2026, 11, 24), date(2026, 11, 24), own=OwnDay(read_spans(WHOLE), "取消"))
    again = office(closed, called_off)
    assert due("2026-11-20 10:00", "1 work_day", again) == "2026-11-24 17:30"  # the later one holds


def test_a_limit_that_crosses_a_change_counts_each_day_by_its_own_hours() -> None:
    place = office(Change("week", date(2026, 11, 24), week=hours(MORNING)))
    assert due("2026-11-23 14:30", "6 work_hour", place) == "2026-11-24 11:00"  # 3 h on Monday, 3 h on Tuesday
    assert due("2026-11-23 14:30", "1 work_day", place) == "2026-11-24 12:00"
    assert due("2026-11-23 14:30", "1 work_day", office()) == "2026-11-24 17:30"


def test_a_planned_change_stands_when_an_earlier_one_is_put_before_it() -> None:
    place = office(Change("week", date(2026, 12, 1), week=hours(MORNING)),
                   Change("week", date(2026, 11, 24), week=hours("09:00-17:00")))
    table = timetable(CALENDAR, place)
    assert [spans_text(table.opening(date(2026, *day))[0]) for day in ((11, 23), (11, 24), (12, 1))] == [
        WHOLE, "09:00-17:00", MORNING]


# against a naive walk -------------------------------------------------------------------------------------------------
def _spans(cuts: list[int]) -> str:
    marks = [f"{cut // 4:02d}:{cut % 4 * 15:02d}" for cut in sorted(cuts)]
    return ",".join("-".join(pair) for pair in zip(marks[::2], marks[1::2], strict=True))


spans = st.sampled_from([2, 4]).flatmap(lambda size: st.lists(st.integers(24, 88), min_size=size, max_size=size,
                                                              unique=True)).map(_spans).map(read_spans)
days = st.tuples(*[st.one_of(spans, st.just(()))] * 7, spans).filter(lambda week: any(week[:5]))
seasons = st.lists(st.builds(Season, st.tuples(st.integers(1, 12), st.integers(1, 28)),
                             st.tuples(st.integers(1, 12), st.integers(1, 28)), days), max_size=3).map(tuple)
weeks = st.builds(Week, days, st.booleans(), seasons)
dates = st.dates(date(2025, 12, 1), date(2026, 4, 30))
changes = st.lists(st.one_of(
    st.builds(lambda since, week: Change("week", since, week=week), dates, weeks),
    st.builds(lambda since, more, own: Change("days", since, since + timedelta(more), own=own), dates,
              st.integers(0, 9), st.builds(OwnDay, st.one_of(spans, st.just(())), st.just("本地"))),
), max_size=5)


def walk(day: date, done: list[Change], first: Week) -> tuple[tuple[int, int], ...]:
    """What an office works that day, found by looking through every change anew."""
    for change in reversed(done):
        if change.own is not None and change.since and change.until and change.since <= day <= change.until:
            return change.own.spans
    begun = [(change.since, place, change.week) for place, change in enumerate(done)
             if change.week is not None and change.since and change.since <= day]
    week = max(begun, key=lambda one: one[:2])[2] if begun else first
    year = CALENDAR.years.get(day.year)  # a few minutes a week may take a long limit beyond the years we know
    shown = next((season.days for season in week.seasons if season.holds(day)), week.days)
    if week.every_day or year is None:
        return shown[day.weekday()]
    if day in year.work_days:
        return shown[7]
    return () if day in year.rest_days else shown[day.weekday()]


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 30)), st.integers(1, 120), weeks, changes)  # noqa: DTZ001
def test_whatever_changed_on_the_way_the_hours_counted_are_those_in_force(
        opened: datetime, quarters: int, first: Week, done: list[Change]) -> None:
    start = opened.replace(second=0, microsecond=0, tzinfo=ZONE)
    place = office_with("o1", "试", [Change("week", None, week=first), *done])
    limit = Limit(Decimal(quarters) / 4, "work_hour")
    found = due_at(start, limit, None, CALENDAR, place)
    left, day = limit.span(), start.date()
    while True:
        for begin, end in walk(day, done, first):
            midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
            since, until = max(midnight + timedelta(minutes=begin), start), midnight + timedelta(minutes=end)
            if until > since and until - since >= left:
                assert found.at == since + left
                return
            left -= max(until - since, timedelta())
        day += timedelta(1)
