"""The lamp and the words beside a due time, and the stops of its clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.deadlines import Due, Limit, Stop, due_at, explain, lamp, load_calendars, near_at, say_left, worst

CALENDAR = load_calendars()
ZONE = CALENDAR.office().zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def a_due(limit: str = "4 work_hour", *stops: Stop, opened: str = "2026-11-18T08:30") -> Due:
    return due_at(at(opened), Limit.parse(limit), None, CALENDAR, CALENDAR.office(), stops)


@pytest.mark.parametrize(("moment", "colour"), [
    ("2026-11-18T08:30", "green"), ("2026-11-18T11:41", "green"), ("2026-11-18T11:42", "yellow"),
    ("2026-11-18T13:30", "yellow"), ("2026-11-18T13:31", "red"), ("2026-11-21T10:00", "red"),
])
def test_four_working_hours_turn_yellow_at_eighty_per_cent(moment: str, colour: str) -> None:
    assert lamp(a_due(), at(moment)) == colour


def test_a_deadline_at_friday_close_is_red_on_saturday_though_no_office_time_ran() -> None:
    due = a_due(opened="2026-11-20T13:30")
    assert due.at == at("2026-11-20T17:30")
    assert lamp(due, at("2026-11-21T09:00")) == "red"
    assert say_left(due, at("2026-11-21T09:00")) == "已超时"


def test_a_stopped_clock_is_grey_and_keeps_what_was_left() -> None:
    due = a_due("4 work_hour", Stop(at("2026-11-18T09:30"), None, "挂账"))
    assert lamp(due, at("2026-11-30T09:30")) == "grey"
    assert say_left(due, at("2026-11-30T09:30")) == "停表 · 剩 3 工作时"


def test_a_closed_stop_pushes_the_due_time_by_the_office_time_it_held() -> None:
    due = a_due("4 work_hour", Stop(at("2026-11-18T09:30"), at("2026-11-19T09:30"), "挂账"))
    assert due.at == at("2026-11-19T13:30")


def test_a_stop_over_the_weekend_pushes_nothing() -> None:
    weekend = Stop(at("2026-11-21T00:00"), at("2026-11-23T08:00"))
    stopped = a_due("2 work_day", weekend, opened="2026-11-19T10:00")
    assert stopped.at == a_due("2 work_day", opened="2026-11-19T10:00").at


def test_a_stop_after_the_due_time_saves_nobody() -> None:
    late = a_due("4 work_hour", Stop(at("2026-11-18T15:00"), at("2026-11-19T15:00")))
    assert late.at == a_due().at


def test_stops_that_overlap_count_once() -> None:
    due = a_due("4 work_hour", Stop(at("2026-11-18T09:00"), at("2026-11-18T10:00")),
                Stop(at("2026-11-18T09:30"), at("2026-11-18T10:30")))
    assert due.at == at("2026-11-18T15:00")


def test_a_round_the_clock_limit_is_pushed_by_wall_time() -> None:
    night = Stop(at("2026-11-21T01:00"), at("2026-11-21T02:00"))
    due = a_due("3 urgent_work_hour", night, opened="2026-11-21T00:00")
    assert due.at == at("2026-11-21T04:00")


@pytest.mark.parametrize(("limit", "moment", "chinese", "english"), [
    ("4 work_hour", "2026-11-18T10:00", "剩 2 工作时", "2 working hours left"),
    ("4 work_hour", "2026-11-18T13:18", "剩 12 分钟", "12 minutes left"),
    ("4 work_hour", "2026-11-20T14:00", "超 2 工作日", "2 working days over"),
    ("5 work_day", "2026-11-18T08:30", "剩 6 工作日", "6 working days left"),
    ("3 urgent_work_hour", "2026-11-18T09:20", "剩 2 小时", "2 hours left"),
    ("7 calendar_day", "2026-11-27T08:30", "超 1 天", "1 day over"),
    ("10 urgent_minute", "2026-11-18T08:39:30", "剩不到 1 分钟", "under a minute left"),
])
def test_what_is_left_is_said_in_words(limit: str, moment: str, chinese: str, english: str) -> None:
    due = a_due(limit)
    assert say_left(due, at(moment)) == chinese
    assert say_left(due, at(moment), "en") == english


def test_a_case_shows_the_worst_lamp() -> None:
    assert worst(["green", "yellow", "grey"]) == "yellow"
    assert worst([]) == "grey"


def test_near_due_is_yellows_first_moment() -> None:
    due = a_due()
    assert lamp(due, near_at(due)) == "yellow"
    assert lamp(due, near_at(due) - timedelta(seconds=1)) == "green"


def test_every_skipped_day_says_why() -> None:
    account = explain(a_due("3 work_day", opened="2026-09-30T16:40"))
    why = {day["date"]: day["why"] for day in account["days"]}
    assert why["2026-09-30"] == "次日起算"
    assert why["2026-10-05"] == "国庆节"
    assert why["2026-10-10"] == "调休上班（国庆节）"
    assert (account["counted"], account["skipped"]) == (3, 8)


def test_the_account_reads_in_english_too() -> None:
    account = explain(a_due("3 work_day", opened="2026-09-30T16:40"), "en")
    assert account["days"][-1]["why"] == "make-up workday (National Day)"
    assert account["rule"] == "3 working days, day one is the next working day, ends when the office closes"


def test_a_day_on_which_the_clock_stood_is_not_counted() -> None:
    account = explain(a_due("2 work_day", Stop(at("2026-11-19T08:00"), at("2026-11-20T08:00"), "挂账")))
    assert account["due"] == "2026-11-23T17:30:00+08:00"
    assert [day["why"] for day in account["days"] if day["date"] == "2026-11-19"] == ["停表"]
    assert account["stops"][0]["minutes"] == 480
