"""An office's hours as a page or a command asks for them: typed texts read, what is wrong said beside each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.deadlines.weeks import (
    MADE_UP,
    WEEKDAYS,
    OwnDay,
    Season,
    SpanInvalid,
    Spans,
    Week,
    read_spans,
    spans_text,
)
from engine.errors import Invalid

Problems = dict[str, list[str]]
MOST_DAYS, LONGEST_REASON = 62, 60
_LAST_YEAR = 2150


class HoursInvalid(Invalid):
    """办公时间填写有误，没有保存。

    `fields` maps each field of the form to what is wrong there.
    """

    code = "hours_invalid"


@dataclass(frozen=True)
class TypedWeek:
    """What was typed for a week, as far as it can be read, and what is wrong with it, by field."""

    week: Week | None
    problems: Problems = field(default_factory=dict)


def read_week(typed: Mapping[str, str]) -> TypedWeek:
    """The week of a form: `d0`–`d6` Monday to Sunday, `d7` a make-up workday, `every_day`; with `season` on also
    `s0`–`s7` from `season_from` until `season_until` (MM-DD)."""
    problems: Problems = {}
    days = _read_days(typed, "d", problems)
    seasons = _read_season(typed, problems) if typed.get("season") else ()
    if problems:
        return TypedWeek(None, problems)
    return TypedWeek(Week(days, bool(typed.get("every_day")), seasons))


def type_week(week: Week) -> dict[str, str]:
    """A week as the fields of a form say it; the first of its seasons, for a form has room for one."""
    typed = {f"d{place}": spans_text(spans) for place, spans in enumerate(week.days)}
    if week.every_day:
        typed["every_day"] = "1"
    for season in week.seasons[:1]:
        first, last = ("{:02d}-{:02d}".format(*at) for at in (season.first, season.last))
        typed |= {"season": "1", "season_from": first, "season_until": last}
        typed |= {f"s{place}": spans_text(spans) for place, spans in enumerate(season.days)}
    return typed


def read_day(text: str, name: str, problems: Problems, not_before: date | None = None) -> date | None:
    """The day typed in a field, not earlier than the one given; None where it says none, or where it is wrong."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= _LAST_YEAR:
        problems[name] = ["不是日期，应写作 2026-01-31"]
        return None
    if not_before is not None and day < not_before:
        problems[name] = ["这一天已经过去；已经过去的办公时间不改"]
        return None
    return day


def read_own_days(typed: Mapping[str, str], today: date) -> tuple[date, date, OwnDay]:
    """The days of its own of a form: `since`, `until` (none: one day), `spans` (none: closed), `reason`.

    Raises HoursInvalid.
    """
    problems: Problems = {}
    since = read_day(typed.get("since", ""), "since", problems, today)
    until = read_day(typed.get("until", ""), "until", problems) or since
    spans = _read_spans(typed.get("spans", ""), "spans", problems)
    reason = typed.get("reason", "").strip()
    if since is None:
        problems.setdefault("since", ["不能为空"])
    if since and until and "until" not in problems:
        if until < since:
            problems["until"] = ["结束早于开始"]
        elif until - since >= timedelta(MOST_DAYS):
            problems["until"] = [f"一次最多 {MOST_DAYS} 天"]
    if not reason or len(reason) > LONGEST_REASON:
        problems["reason"] = [f"最多 {LONGEST_REASON} 个字" if reason else "不能为空"]
    if problems or since is None or until is None:
        raise HoursInvalid(fields=problems)
    return since, until, OwnDay(spans, reason)


def _read_days(typed: Mapping[str, str], letter: str, problems: Problems) -> tuple[Spans, ...]:
    before = len(problems)
    days = tuple(_read_spans(typed.get(f"{letter}{place}", ""), f"{letter}{place}", problems)
                 for place in range(WEEKDAYS + 1))
    if len(problems) == before and not any(days[:WEEKDAYS]):
        problems[f"{letter}0"] = ["一周里至少有一天办公"]
    elif len(problems) == before and not days[MADE_UP] and not typed.get("every_day"):
        problems[f"{letter}7"] = ["调休上班日也要写办公时间"]
    return days


def _read_season(typed: Mapping[str, str], problems: Problems) -> tuple[Season, ...]:
    days = _read_days(typed, "s", problems)
    ends = []
    for name in ("season_from", "season_until"):
        try:
            at = date.fromisoformat(f"2024-{typed.get(name, '').strip()}")
            ends.append((at.month, at.day))
        except ValueError:
            problems[name] = ["应写作 06-01（月-日）"]
    if len(ends) == 2 and ends[0] == ends[1]:
        problems["season_until"] = ["开始和结束是同一天"]
    return () if problems else (Season(ends[0], ends[1], days),)


def _read_spans(text: str, name: str, problems: Problems) -> Spans:
    try:
        return read_spans(text)
    except SpanInvalid as wrong:
        problems[name] = [str(wrong)]
        return ()
