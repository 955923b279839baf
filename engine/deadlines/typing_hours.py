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
MOST_SEASONS = 4
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
    """The week of a form: `d0`–`d6` Monday to Sunday, `d7` a make-up workday, `every_day`; then as many `seasons` as it
    says, each `sN_0`–`sN_7` from `sN_from` until `sN_until` (MM-DD). One that is blank throughout is none."""
    problems: Problems = {}
    days = _read_days(typed, "d", problems)
    seasons = _read_seasons(typed, problems)
    if problems:
        return TypedWeek(None, problems)
    return TypedWeek(Week(days, bool(typed.get("every_day")), tuple(seasons.values())))


def type_week(week: Week) -> dict[str, str]:
    """A week as the fields of a form say it, all of its seasons."""
    typed = {f"d{place}": spans_text(spans) for place, spans in enumerate(week.days)}
    if week.every_day:
        typed["every_day"] = "1"
    if week.seasons:
        typed["seasons"] = str(len(week.seasons))
    for number, season in enumerate(week.seasons, 1):
        ends = ("{:02d}-{:02d}".format(*at) for at in (season.first, season.last))
        texts = (*ends, *(spans_text(spans) for spans in season.days))
        typed |= dict(zip(season_fields(number), texts, strict=True))
    return typed


def season_count(typed: Mapping[str, str]) -> int:
    """How many seasons a form has room for; none where it does not say."""
    said = typed.get("seasons", "")
    return min(int(said), MOST_SEASONS) if said.isascii() and said.isdecimal() and len(said) < 4 else 0


def season_fields(number: int) -> tuple[str, ...]:
    """The fields of the season with this number, from 1: its two ends, then its eight days."""
    return (f"s{number}_from", f"s{number}_until", *(f"s{number}_{place}" for place in range(WEEKDAYS + 1)))


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


def _read_seasons(typed: Mapping[str, str], problems: Problems) -> dict[int, Season]:
    found: dict[int, Season] = {}
    for number in range(1, season_count(typed) + 1):
        if not any(typed.get(name, "").strip() for name in season_fields(number)):
            continue
        season = _read_season(typed, number, problems)
        other = next((before for before, one in found.items() if season and _overlap(one, season)), None)
        if other is not None:
            problems[f"s{number}_from"] = [f"与第 {other} 段时间重叠"]
        elif season is not None:
            found[number] = season
    return found


def _read_season(typed: Mapping[str, str], number: int, problems: Problems) -> Season | None:
    before = len(problems)
    ends = []
    for name in season_fields(number)[:2]:
        try:
            at = date.fromisoformat(f"2024-{typed.get(name, '').strip()}")
            ends.append((at.month, at.day))
        except ValueError:
            problems[name] = ["应写作 06-01（月-日）"]
    if len(ends) == 2 and ends[0] == ends[1]:
        problems[f"s{number}_until"] = ["开始和结束是同一天"]
    days = _read_days(typed, f"s{number}_", problems)
    return Season(ends[0], ends[1], days) if len(problems) == before else None


def _overlap(one: Season, other: Season) -> bool:
    """Whether two parts of the year share a day: one of them begins in the other, though both may run over New Year."""
    return one.holds(date(2024, *other.first)) or other.holds(date(2024, *one.first))


def _read_spans(text: str, name: str, problems: Problems) -> Spans:
    try:
        return read_spans(text)
    except SpanInvalid as wrong:
        problems[name] = [str(wrong)]
        return ()
