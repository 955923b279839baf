"""When work is due: one row a sentence, the weekday of both ends written beside the date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.deadlines import (
    Limit,
    LimitInvalid,
    MomentInvalid,
    OfficeUnknown,
    answer_due,
    due_at,
    load_calendars,
)

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
CALENDAR = load_calendars()
HOURS, NEXT = "hours", "next_day"

ROWS = [
    # opened                  limit               count  due                     what the row shows
    ("2026-11-18 09:00 Wed", "1 work_hour", HOURS, "2026-11-18 10:00 Wed", "inside the morning"),
    ("2026-11-18 11:30 Wed", "1 work_hour", HOURS, "2026-11-18 13:30 Wed", "lunch does not count"),
    ("2026-11-18 12:20 Wed", "1 work_hour", HOURS, "2026-11-18 14:00 Wed", "opened during lunch"),
    ("2026-11-18 06:10 Wed", "4 work_hour", HOURS, "2026-11-18 13:30 Wed", "opened before the office opens"),
    ("2026-11-18 13:30 Wed", "4 work_hour", HOURS, "2026-11-18 17:30 Wed", "ends at close, not next morning"),
    ("2026-11-18 17:00 Wed", "0.5 work_hour", HOURS, "2026-11-18 17:30 Wed", "the last half hour"),
    ("2026-11-18 17:31 Wed", "0.5 work_hour", HOURS, "2026-11-19 09:00 Thu", "opened after close"),
    ("2026-11-20 17:00 Fri", "1 work_hour", HOURS, "2026-11-23 09:00 Mon", "over the weekend"),
    ("2026-11-21 10:00 Sat", "1 work_hour", HOURS, "2026-11-23 09:30 Mon", "opened on a Saturday"),
    ("2026-11-18 10:15 Wed", "1 work_day", HOURS, "2026-11-19 10:15 Thu", "a working day is eight hours"),
    ("2026-11-20 10:15 Fri", "2 work_day", HOURS, "2026-11-24 10:15 Tue", "two of them over a weekend"),
    ("2026-09-30 16:40 Wed", "2 work_day", HOURS, "2026-10-09 16:40 Fri", "over National Day"),
    ("2026-10-09 16:40 Fri", "1 work_day", HOURS, "2026-10-10 16:40 Sat", "the Saturday is worked"),
    ("2026-11-18 08:00 Wed", "1 work_day", NEXT, "2026-11-19 17:30 Thu", "day one is always tomorrow"),
    ("2026-11-18 10:15 Wed", "2 work_day", NEXT, "2026-11-20 17:30 Fri", "next day"),
    ("2026-11-19 10:15 Thu", "2 work_day", NEXT, "2026-11-23 17:30 Mon", "rolls over the weekend"),
    ("2026-11-21 10:00 Sat", "1 work_day", NEXT, "2026-11-23 17:30 Mon", "reported on a Saturday"),
    ("2026-09-30 16:40 Wed", "2 work_day", NEXT, "2026-10-09 17:30 Fri", "National Day is skipped"),
    ("2026-10-08 09:00 Thu", "2 work_day", NEXT, "2026-10-10 17:30 Sat", "ends on the make-up Saturday"),
    ("2026-09-18 09:00 Fri", "1 work_day", NEXT, "2026-09-20 17:30 Sun", "a make-up Sunday"),
    ("2026-02-13 09:00 Fri", "1 work_day", NEXT, "2026-02-14 17:30 Sat", "worked before Spring Festival"),
    ("2026-02-14 16:00 Sat", "3 work_day", NEXT, "2026-02-26 17:30 Thu", "nine days of Spring Festival"),
    ("2026-09-28 10:00 Mon", "5 calendar_day", NEXT, "2026-10-03 17:30 Sat", "a calendar day does not roll"),
    ("2026-11-18 10:00 Wed", "7 calendar_day", HOURS, "2026-11-25 10:00 Wed", "a week to the minute"),
    ("2028-02-28 10:00 Mon", "1 calendar_day", NEXT, "2028-02-29 17:30 Tue", "the leap day is a day"),
    ("2024-02-28 09:00 Wed", "1 work_day", NEXT, "2024-02-29 17:30 Thu", "the leap day is worked"),
    ("2024-02-29 09:00 Thu", "12 calendar_month", NEXT, "2025-02-28 17:30 Fri", "a year later there is none"),
    ("2026-01-31 09:00 Sat", "1 calendar_month", HOURS, "2026-02-28 09:00 Sat", "the last day of February"),
    ("2026-11-21 23:55 Sat", "10 urgent_minute", HOURS, "2026-11-22 00:05 Sun", "no night, no weekend"),
    ("2026-10-01 03:00 Thu", "3 urgent_work_hour", HOURS, "2026-10-01 06:00 Thu", "no holiday"),
    ("2026-10-01 03:00 Thu", "2 urgent_work_day", HOURS, "2026-10-03 03:00 Sat", "24 urgent hours each"),
]


def moment(text: str) -> datetime:
    stamp, weekday = text.rsplit(" ", 1)
    at = datetime.fromisoformat(stamp).replace(tzinfo=CALENDAR.office().zone)
    assert WEEKDAYS[at.weekday()] == weekday, f"{stamp} is not a {weekday}"
    return at


@pytest.mark.cites("E4", "E5")
@pytest.mark.parametrize(("opened", "limit", "count", "due", "shows"), ROWS, ids=[row[4] for row in ROWS])
def test_work_is_due(opened: str, limit: str, count: str, due: str, shows: str) -> None:
    answer = due_at(moment(opened), Limit.parse(limit), count, CALENDAR, CALENDAR.office())  # type: ignore[arg-type]
    assert answer.at == moment(due), shows


def test_seconds_are_kept() -> None:
    opened = moment("2026-11-18 09:00 Wed") + timedelta(seconds=17)
    due = due_at(opened, Limit.parse("1 work_hour"), None, CALENDAR, CALENDAR.office())
    assert due.at == opened + timedelta(hours=1)


def test_the_zone_in_which_the_caller_thinks_does_not_matter() -> None:
    opened = moment("2026-09-30 16:40 Wed")
    limit, office = Limit.parse("2 work_day"), CALENDAR.office()
    assert due_at(opened.astimezone(UTC), limit, None, CALENDAR, office).at == \
        due_at(opened, limit, None, CALENDAR, office).at


@pytest.mark.parametrize("text", ["", "two work_day", "2 fortnight", "0 work_day", "-1 work_day",
                                  "1.5 calendar_month", "2 work_day; drop", "99999999 work_day"])
def test_a_limit_that_cannot_be_counted_is_refused(text: str) -> None:
    with pytest.raises(LimitInvalid):
        Limit.parse(text)


@pytest.mark.parametrize("limit", ["3 work_hour", "1 urgent_work_day", "0.5 work_day"])
def test_next_day_says_nothing_about_hours_and_half_days(limit: str) -> None:
    with pytest.raises(LimitInvalid):
        answer_due("2026-11-18T09:00", limit, "next_day")


def test_half_a_day_counts_in_hours_by_itself() -> None:
    assert answer_due("2026-11-18T13:30", "0.5 work_day")["due"] == "2026-11-18T17:30:00+08:00"


def test_a_moment_without_a_zone_is_refused_by_the_arithmetic() -> None:
    with pytest.raises(MomentInvalid):
        due_at(datetime(2026, 11, 18), Limit.parse("1 work_day"), None, CALENDAR,  # noqa: DTZ001
               CALENDAR.office())


def test_the_command_answers_in_the_offices_own_time() -> None:
    answer = answer_due("2026-09-30T16:40", "2 work_day")
    assert answer["due"] == "2026-10-09T17:30:00+08:00"
    assert answer["count"] == "next_day"
    assert answer["days"] == ["2026-10-08", "2026-10-09"]
    assert not answer["provisional"]
    assert "国办发明电〔2025〕7号" in answer["source"]


def test_the_command_refuses_an_unknown_office_and_an_unreadable_time() -> None:
    with pytest.raises(OfficeUnknown):
        answer_due("2026-09-30T16:40", "2 work_day", office="moon")
    with pytest.raises(MomentInvalid):
        answer_due("yesterday", "2 work_day")
