"""The calendar files: true to another package day by day, honest about what is not published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
import yaml

from engine.deadlines import CalendarBroken, Limit, answer_due, due_at, load_calendars
from engine.deadlines.calendars import FOLDER
from engine.deadlines.drafting import FIRST, LAST, draft

CALENDAR = load_calendars()
# The notice of 2006 had Saturday 2005-12-31 worked; chinesecalendar does not know it.
KNOWN_DIFFERENCE = {date(2005, 12, 31)}


def days(first: int, last: int) -> Iterator[date]:
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(1)


def test_every_day_agrees_with_chinesecalendar() -> None:
    different = {day for day in days(2004, 2026)
                 if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)}
    assert different == KNOWN_DIFFERENCE


@pytest.mark.parametrize("year", range(FIRST, LAST + 1))
def test_the_file_has_the_days_that_the_drafter_gives(year: int) -> None:
    kept = yaml.safe_load((FOLDER / f"cn-{year}.yaml").read_text(encoding="utf-8"))
    drafted = yaml.safe_load(draft(year))
    assert (kept["rest_days"], kept["work_days"]) == (drafted["rest_days"], drafted["work_days"])


@pytest.mark.parametrize("year", range(FIRST, LAST + 1))
def test_every_year_cites_its_source(year: int) -> None:
    assert CALENDAR.years[year].source.startswith("《")


def test_make_up_days_are_weekend_days() -> None:
    worked = [day for year in CALENDAR.years.values() for day in year.work_days]
    assert worked
    assert all(day.weekday() > 4 for day in worked)


def test_2027_is_projected_and_lends_no_make_up_day() -> None:
    assert not CALENDAR.is_settled(2027)
    assert not CALENDAR.years[2027].work_days


def test_a_deadline_into_2027_is_provisional_and_says_why() -> None:
    answer = answer_due("2026-12-30T10:00", "3 work_day")
    assert answer["provisional"]
    assert "2027 年放假通知" in answer["provisional_why"]


def test_a_calendar_deadline_into_2027_is_settled() -> None:
    assert not answer_due("2026-12-30T10:00", "7 calendar_day")["provisional"]


def test_the_duty_office_works_through_national_day() -> None:
    assert answer_due("2026-10-01T10:00", "2 work_hour", office="duty")["due"] == "2026-10-01T12:00:00+08:00"


def test_summer_hours_hold_from_june_to_september() -> None:
    july, november = (answer_due(f"{day}T12:30", "1 work_hour", office="summer")["due"]
                      for day in ("2026-07-01", "2026-11-18"))
    assert (july, november) == ("2026-07-01T15:30:00+08:00", "2026-11-18T14:30:00+08:00")


def an_office(folder: Path, hours: str, zone: str = "Asia/Shanghai") -> Path:
    (folder / "offices.yaml").write_text(
        f"offices: {{default: {{name: 试, zone: {zone}, days: every, hours: {hours}}}}}", encoding="utf-8")
    return folder


def test_a_berlin_office_loses_the_hour_that_its_clocks_skip(tmp_path: Path) -> None:
    calendar = load_calendars(an_office(tmp_path, '["00:00-24:00"]', "Europe/Berlin"))
    opened = datetime(2026, 3, 28, 22, tzinfo=ZoneInfo("Europe/Berlin"))
    due = due_at(opened, Limit.parse("5 work_hour"), None, calendar, calendar.office())
    assert due.table.local(due.at).isoformat() == "2026-03-29T04:00:00+02:00"


@pytest.mark.parametrize("hours", ['["13:00-12:00"]', '["08:30-12:00", "11:00-17:30"]',
                                   '["08:30-25:00"]', "[]"])
def test_impossible_office_hours_are_refused(tmp_path: Path, hours: str) -> None:
    with pytest.raises(CalendarBroken, match=r"offices\.yaml"):
        load_calendars(an_office(tmp_path, hours))


def test_a_notice_that_arrives_is_taken_up(tmp_path: Path) -> None:
    assert not load_calendars(an_office(tmp_path, '["00:00-24:00"]')).is_settled(2026)
    (tmp_path / "cn-2026.yaml").write_bytes((FOLDER / "cn-2026.yaml").read_bytes())
    assert load_calendars(tmp_path).is_settled(2026)


def test_a_year_with_another_years_day_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "cn-2026.yaml").read_text(encoding="utf-8")
    (an_office(tmp_path, '["00:00-24:00"]') / "cn-2026.yaml").write_text(
        text.replace("2026-01-01: 元旦", "2025-01-01: 元旦"), encoding="utf-8")
    with pytest.raises(CalendarBroken, match=r"cn-2026\.yaml"):
        load_calendars(tmp_path)
