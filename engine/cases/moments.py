"""How an office says a moment: today's by the hour, a near one with its weekday, all in the office's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine import deadlines
from engine.cases.words import Language

ZONE = ZoneInfo("Asia/Shanghai")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_NEAR = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}
_AGO = ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min"))


def stamp(at: datetime, now: datetime, language: Language = "zh") -> str:
    """«今天 14:05», «11 月 6 日 16:05», with the year where it is another one."""
    local = at.astimezone(ZONE)
    return f"{_day(local, now, language, weekday=False)} {local:%H:%M}"


def due_stamp(at: datetime, now: datetime, language: Language = "zh") -> str:
    """«今天 17:30», «11 月 13 日（周五）17:30»: a moment that matters names its weekday."""
    local = at.astimezone(ZONE)
    day = _day(local, now, language, weekday=True)
    return f"{day}{local:%H:%M}" if day.endswith("）") else f"{day} {local:%H:%M}"


def full_stamp(at: datetime, language: Language = "zh") -> str:
    """«2026 年 3 月 6 日（周五）17:30»: a moment on paper, which does not know when it is read."""
    local = at.astimezone(ZONE)
    day = _date(local, 0, language, weekday=True)
    return f"{day}{local:%H:%M}" if language == "zh" else f"{day} {local:%H:%M}"


def brief(at: datetime, now: datetime, language: Language = "zh", with_hour: bool = False) -> str:
    """«14:05» today, «昨天 14:05», «11-06» (or «11-06 14:05») before: for a narrow column."""
    local, here = at.astimezone(ZONE), now.astimezone(ZONE)
    days = (here.date() - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return f"{_NEAR[-1][language == 'en']} {local:%H:%M}"
    if with_hour:
        return f"{local:%m-%d %H:%M}"
    return f"{local:%m-%d}" if local.year == here.year else f"{local:%Y-%m-%d}"


def date_words(at: datetime, now: datetime, language: Language = "zh") -> str:
    """The day alone, with its weekday."""
    local = at.astimezone(ZONE)
    return _date(local, now.astimezone(ZONE).year, language, weekday=True)


def ago(at: datetime, now: datetime, language: Language = "zh") -> str:
    """«2 小时前», «3 天前»; «刚刚» within a minute."""
    seconds = max(0, int((now - at) / timedelta(seconds=1)))
    for size, zh, en in _AGO:
        if seconds >= size:
            number = seconds // size
            return f"{number} {en} ago" if language == "en" else f"{number} {zh}前"
    return "just now" if language == "en" else "刚刚"


def _day(local: datetime, now: datetime, language: Language, weekday: bool) -> str:
    here = now.astimezone(ZONE)
    near = _NEAR.get((local.date() - here.date()).days)
    if near is not None:
        return near[language == "en"]
    return _date(local, here.year, language, weekday)


def _date(local: datetime, this_year: int, language: Language, weekday: bool) -> str:
    named = deadlines.weekday(local.date(), language)
    if language == "en":
        year = "" if local.year == this_year else f" {local.year}"
        return f"{named + ' ' if weekday else ''}{local.day} {_MONTHS[local.month - 1]}{year}"
    year = "" if local.year == this_year else f"{local.year} 年 "
    return f"{year}{local.month} 月 {local.day} 日{f'（{named}）' if weekday else ''}"
