"""Rest days, make-up workdays and office hours, as loaded from rules/calendars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import yaml

from engine.deadlines.weeks import DEFAULT, Office, Season, Week, read_spans, same_every_day
from engine.errors import Invalid, NotFound

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "calendars"
WEEKEND = "周末"
MAKE_UP = "调休上班"

Shape = TypeVar("Shape")


class CalendarBroken(Invalid):
    """放假安排或办公时间文件有误。"""

    code = "calendar_broken"


class OfficeUnknown(NotFound):
    """没有这个办公时间。"""

    code = "office_unknown"


@dataclass(frozen=True, slots=True)
class Year:
    """One year's rest days and make-up workdays with the notice that gave them."""

    year: int
    status: str
    source: str
    in_force: date
    rest_days: Mapping[date, str]
    work_days: Mapping[date, str]

    @property
    def is_published(self) -> bool:
        """The year's notice is out; a projected year knows statutory days alone."""
        return self.status == "published"


@dataclass(frozen=True, eq=False)
class Calendar:
    """All loaded years and offices. An unknown year rests on weekends only; its deadlines are provisional."""

    years: Mapping[int, Year]
    offices: Mapping[str, Office]

    def office(self, office_id: str = DEFAULT) -> Office:
        """The hours of this name in offices.yaml; raises OfficeUnknown."""
        try:
            return self.offices[office_id]
        except KeyError:
            raise OfficeUnknown(f"没有「{office_id}」这个办公时间。", office=office_id) from None

    def why_rest(self, day: date) -> str:
        """Why nobody works that day: a holiday's name or 「周末」; empty on a working day."""
        year = self.years.get(day.year)
        if year is not None:
            if day in year.work_days:
                return ""
            if day in year.rest_days:
                return year.rest_days[day]
        return WEEKEND if day.weekday() > 4 else ""

    def why_work(self, day: date) -> str:
        """「调休上班（国庆节）」 for a weekend day worked in exchange; empty otherwise."""
        year = self.years.get(day.year)
        holiday = year.work_days.get(day) if year is not None else None
        return f"{MAKE_UP}（{holiday}）" if holiday else ""

    def is_working_day(self, day: date) -> bool:
        """Whether offices that follow the calendar work that day."""
        return not self.why_rest(day)

    def is_settled(self, year: int) -> bool:
        """The year's rest-day notice is loaded."""
        found = self.years.get(year)
        return found is not None and found.is_published


def load_calendars(folder: Path = FOLDER) -> Calendar:
    """The calendar of a folder, read once and again when a file was added or replaced there.

    Raises CalendarBroken naming the file that cannot be read.
    """
    return _load(folder, folder.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(folder: Path, _stamp: int) -> Calendar:
    years = [_read(path, _year) for path in sorted(folder.glob("cn-*.yaml"))]
    return Calendar({year.year: year for year in years}, _read(folder / "offices.yaml", _offices))


def _read(path: Path, shape: Callable[[Any], Shape]) -> Shape:
    try:
        return shape(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise CalendarBroken(f"{path.name}：{error}", file=path.name) from error


def _year(text: Mapping[str, Any]) -> Year:
    year = Year(int(text["year"]), text["status"], text["source"], text["in_force"],
                dict(text["rest_days"]), dict(text["work_days"]))
    if year.status not in ("published", "projected") or not year.source:
        raise ValueError("status 应为 published 或 projected，source 不能为空")
    if any(day.year != year.year for day in (*year.rest_days, *year.work_days)):
        raise ValueError(f"有不在 {year.year} 年的日期")
    return year


def _offices(text: Mapping[str, Any]) -> dict[str, Office]:
    return {name: _office(name, entry) for name, entry in text["offices"].items()}


def _office(name: str, entry: Mapping[str, Any]) -> Office:
    if entry["days"] not in ("working", "every"):
        raise ValueError("days 应为 working 或 every")
    every_day = entry["days"] == "every"

    def laid_out(texts: list[str]) -> tuple[tuple[tuple[int, int], ...], ...]:
        return same_every_day(_hours(texts), every_day)

    seasons = tuple(Season(_month_day(part["from"]), _month_day(part["until"]), laid_out(part["hours"]))
                    for part in entry.get("seasons", ()))
    week = Week(laid_out(entry["hours"]), every_day, seasons)
    return Office(name, entry["name"], ZoneInfo(entry["zone"]), ((date.min, week),))


def _month_day(text: str) -> tuple[int, int]:
    month, day = (int(part) for part in text.split("-"))
    date(2024, month, day)
    return month, day


def _hours(texts: list[str]) -> tuple[tuple[int, int], ...]:
    if not (spans := read_spans("，".join(texts))):
        raise ValueError(f"办公时间应从早到晚、不重叠：{texts}")
    return spans
