"""An office's hours as values: a week, its seasons, the weeks that follow one another, and days of its own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Spans = tuple[tuple[int, int], ...]
DEFAULT = "default"
WEEKDAYS, MADE_UP = 7, 7
"""The days of a week, and the place after Sunday: what a make-up workday (调休上班日) works."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
_SAME = str.maketrans({"：": ":", "～": "-", "~": "-", "—": "-", "–": "-", "－": "-", "至": "-", "到": "-",
                       "，": ",", "、": ",", "；": ",", ";": ",", "\n": ",", "\r": ","})
_LONGEST = 200


class SpanInvalid(ValueError):
    """What is wrong with a day's hours as they were typed, for people."""


class OwnDay(NamedTuple):
    """A day on which one office works otherwise: its hours, none for closed, and why."""

    spans: Spans
    reason: str


@dataclass(frozen=True, slots=True)
class Season:
    """Other hours between two days of the year, both included; may run over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]
    days: tuple[Spans, ...]

    def holds(self, day: date) -> bool:
        """Whether the day lies in the season."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Week:
    """Minutes since local midnight for Monday to Sunday and, at the end, a make-up workday.

    `every_day`: rest days and make-up workdays mean nothing here.
    """

    days: tuple[Spans, ...]
    every_day: bool = False
    seasons: tuple[Season, ...] = ()

    def hours_on(self, day: date, is_made_up: bool = False) -> Spans:
        """The hours that the week says for a date, whatever the State's rest days say."""
        return self.days_on(day)[MADE_UP if is_made_up else day.weekday()]

    def days_on(self, day: date) -> tuple[Spans, ...]:
        """The eight places of the season that holds the date."""
        return next((season.days for season in self.seasons if season.holds(day)), self.days)


@dataclass(frozen=True, slots=True, eq=False)
class Office:
    """When an office works: weeks in force one after the other, and days of its own.

    `weeks` begins with one since ever (date.min). One object stands for one state of an office's hours; what changes
    is another office, so that a due time computed once keeps its reasons.
    """

    id: str
    name: str
    zone: ZoneInfo
    weeks: tuple[tuple[date, Week], ...]
    days: Mapping[date, OwnDay] = field(default_factory=dict)

    @property
    def every_day(self) -> bool:
        """Whether the State's rest days never matter here."""
        return all(week.every_day for _, week in self.weeks)

    def week_on(self, day: date) -> Week:
        """The week in force that day."""
        return self.weeks[bisect_right(self.weeks, day, key=lambda one: one[0]) - 1][1]

    def usual_on(self, day: date) -> Spans:
        """The hours that the office would keep that day if it were open."""
        days = self.week_on(day).days_on(day)
        return days[day.weekday()] or days[MADE_UP] or next(spans for spans in days if spans)


def same_every_day(spans: Spans, every_day: bool) -> tuple[Spans, ...]:
    """The same hours on each day worked: Monday to Friday and make-up workdays, or all of them."""
    return tuple(spans if every_day or place < 5 or place == MADE_UP else () for place in range(WEEKDAYS + 1))


def read_spans(text: str) -> Spans:
    """The stretches of «08:30-12:00，13:00-17:30» in minutes since midnight; empty for a day off.

    Full-width signs, 至 and several separators are taken. Raises SpanInvalid.
    """
    if len(text) > _LONGEST:
        raise SpanInvalid("太长了，一天最多写几段")
    plain = re.sub(r"\s*([:-])\s*", r"\1", text.translate(_SAME))
    found = sorted(_span(part) for part in re.split(r"[,\s]+", plain) if part)
    for one, other in zip(found, found[1:], strict=False):
        if one[1] > other[0]:
            raise SpanInvalid(f"「{_word(one)}」与「{_word(other)}」重叠")
        if one[1] == other[0]:
            raise SpanInvalid(f"「{_word(one)}」与「{_word(other)}」首尾相接，请写成一段")
    return tuple(found)


def _span(part: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise SpanInvalid(f"看不懂「{part[:20]}」，应写作 08:30-12:00")
    hour, minute, until, rest = (int(number) for number in match.groups())
    first, last = hour * 60 + minute, until * 60 + rest
    if minute > 59 or rest > 59 or last > 1440 or first >= 1440:
        raise SpanInvalid(f"「{part}」不是一天里的时间，最晚 24:00")
    if last <= first:
        raise SpanInvalid(f"「{part}」的结束不晚于开始；过夜的请分在两天里写")
    return first, last


def spans_text(spans: Spans) -> str:
    """The stretches as they are typed: «08:30-12:00，13:00-17:30»."""
    return "，".join(_word(span) for span in spans)


def _word(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in span)


def week_as_json(week: Week) -> dict[str, Any]:
    """A week as it is kept: {days: eight texts, every_day, seasons: [{from, until, days}]}."""
    return {"days": [spans_text(spans) for spans in week.days], "every_day": week.every_day,
            "seasons": [{"from": _day_text(season.first), "until": _day_text(season.last),
                         "days": [spans_text(spans) for spans in season.days]} for season in week.seasons]}


def week_from_json(kept: Mapping[str, Any]) -> Week:
    """The week that was kept so."""
    seasons = tuple(Season(_pair(one["from"]), _pair(one["until"]), _days(one["days"])) for one in kept["seasons"])
    return Week(_days(kept["days"]), kept["every_day"], seasons)


def _days(texts: Sequence[str]) -> tuple[Spans, ...]:
    return tuple(read_spans(text) for text in texts)


def _day_text(at: tuple[int, int]) -> str:
    return f"{at[0]:02d}-{at[1]:02d}"


def _pair(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
