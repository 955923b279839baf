"""Typed office hours on a page: shown again, drawn and said, and what work accepted now would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine import deadlines, directory, registers
from engine.deadlines import MADE_UP, Season, Spans, Week
from engine.errors import Invalid
from web.failing import failure_of
from web.languages import current

FIELDS = ("name", "start", "since", "take_over", "every_day", "seasons", "limit",
          *(f"d{place}" for place in range(MADE_UP + 1)))
TURNS = ("try", "copy", "add", "drop")
"""Buttons that show the form again with what was typed, and keep nothing."""
_DAYS = (("周一", "Mon"), ("周二", "Tue"), ("周三", "Wed"), ("周四", "Thu"), ("周五", "Fri"), ("周六", "Sat"),
         ("周日", "Sun"), ("调休上班日", "Make-up workday"))
_COPIED = (1, 2, 3, 4, MADE_UP)


@dataclass(frozen=True)
class Tried:
    """A typed week: as far as it can be read, when work accepted now would be due, and what is wrong."""

    week: Week | None
    trial: registers.Trial | None
    problem: str = ""


@dataclass(frozen=True)
class DayLine:
    """One day of a week as it is drawn: its name, its stretches in minutes from midnight, and the same in words."""

    name: str
    spans: Spans
    words: tuple[str, ...]


def given(form: Mapping[str, str]) -> dict[str, str]:
    """What a form of hours sent; with «copy» Monday's hours stand on every workday, with «add» there is room for one
    more season, with «drop» one of them is gone."""
    count = deadlines.season_count(form)
    names = (*FIELDS, *(name for number in range(1, count + 1) for name in deadlines.season_fields(number)))
    typed = {name: form.get(name, "")[:300] for name in names if name in form}
    for days in ("d", *(f"s{number}_" for number in range(1, count + 1))):
        if form.get("copy") == days:
            typed |= {f"{days}{place}": typed.get(f"{days}0", "") for place in _COPIED}
    if "add" in form:
        typed["seasons"] = str(min(count + 1, deadlines.MOST_SEASONS))
    if (dropped := form.get("drop", "")) in map(str, range(1, count + 1)):
        return _without(typed, int(dropped), count)
    return typed


def focus_of(form: Mapping[str, str]) -> str:
    """The field at which somebody goes on who has only turned the form; empty otherwise."""
    if "add" in form:
        return deadlines.season_fields(min(deadlines.season_count(form) + 1, deadlines.MOST_SEASONS))[0]
    return "add" if "drop" in form else f"{form['copy']}0" if "copy" in form else ""


def _without(typed: Mapping[str, str], dropped: int, count: int) -> dict[str, str]:
    """What was typed without one of the seasons; those behind it move up."""
    seasons = [[typed.get(name, "") for name in deadlines.season_fields(number)]
               for number in range(1, count + 1) if number != dropped]
    names = {name for number in range(1, count + 1) for name in deadlines.season_fields(number)}
    kept = {name: value for name, value in typed.items() if name not in names} | {"seasons": str(len(seasons))}
    for number, values in enumerate(seasons, 1):
        kept |= dict(zip(deadlines.season_fields(number), values, strict=True))
    return kept


def week_of(office: str, day: date) -> dict[str, str]:
    """The fields of the hours of a file on that day, to start from; blank where there is no such file."""
    found = deadlines.load_calendars().offices.get(office)
    return deadlines.type_week(found.week_on(day)) if found else {}


def tried(session: Session, actor: directory.Actor, number: int | None, typed: Mapping[str, str],
          at: datetime) -> Tried:
    """What the typed hours give; a limit that is none, or hours that cannot be read, leave out what needs them."""
    read = deadlines.read_week(typed)
    if read.week is None:
        return Tried(None, None)
    since = deadlines.read_day(typed.get("since", ""), "since", {})
    limit = f"{typed.get('limit') or '4'} work_hour"
    try:
        return Tried(read.week, registers.try_week(session, actor, number, read.week, since, limit, at))
    except Invalid as refused:
        return Tried(read.week, None, failure_of(refused).detail)


def week_lines(week: Week, season: Season | None = None) -> list[DayLine]:
    """A week, or one of its seasons, day by day; a make-up workday only where it means something."""
    days = season.days if season else week.days
    shown = days[:MADE_UP] if week.every_day else days
    return [DayLine(day_name(place), spans, tuple(deadlines.spans_text((one,)) for one in spans) or (spans_words(()),))
            for place, spans in enumerate(shown)]


def day_name(place: int) -> str:
    """What the eight places of a week are called."""
    return _DAYS[place][current() == "en"]


def spans_words(spans: Spans) -> str:
    """Stretches for people, or that nobody works."""
    said = deadlines.spans_text(spans)
    return (said.replace("，", ", ") if current() == "en" else said) or str(_("no hours"))


def week_words(week: Week) -> str:
    """A week in one line: days with the same hours together, days off left out, its seasons behind."""
    return ("; " if current() == "en" else "；").join([_days_words(week.days, week.every_day), *(
        f"{season_words(season)}{_(': ')}{_days_words(season.days, week.every_day)}" for season in week.seasons)])


def season_words(season: Season) -> str:
    """From which day of the year to which."""
    first, last = ("{:02d}-{:02d}".format(*at) for at in (season.first, season.last))
    return str(_("every year %(first)s to %(last)s", first=first, last=last))


def _days_words(days: tuple[Spans, ...], every_day: bool) -> str:
    runs: list[tuple[int, int]] = []
    for place, spans in enumerate(days[:MADE_UP]):
        if runs and days[runs[-1][0]] == spans:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    said = [f"{_run_words(first, last, every_day)} {spans_words(days[first])}" for first, last in runs if days[first]]
    return ("; " if current() == "en" else "；").join(said)


def _run_words(first: int, last: int, every_day: bool) -> str:
    if (first, last) == (0, MADE_UP - 1) and every_day:
        return str(_("every day"))
    if first == last:
        return day_name(first)
    return str(_("%(first)s to %(last)s", first=day_name(first), last=day_name(last)))
