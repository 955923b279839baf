"""Why a due time is what it is: rule, days counted and skipped, stops, and whether it may still move."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from engine.deadlines.calendars import FOLDER, MAKE_UP, WEEKEND, load_calendars
from engine.deadlines.counting import (
    NEXT_DAY,
    OVER_FOR_TODAY,
    STOPPED,
    DayCounted,
    Due,
    MomentInvalid,
    due_at,
)
from engine.deadlines.limits import Limit, check_count
from engine.deadlines.timetable import CLOSED
from engine.deadlines.weeks import DEFAULT, Office

LOCAL = "本地设定，无条文"
_WEEKDAYS = {"zh": "周一 周二 周三 周四 周五 周六 周日".split(), "en": "Mon Tue Wed Thu Fri Sat Sun".split()}
_ENGLISH = {
    WEEKEND: "weekend", MAKE_UP: "make-up workday", NEXT_DAY: "counting starts the next day",
    STOPPED: "clock stopped", OVER_FOR_TODAY: "after office hours", CLOSED: "closed",
    "元旦": "New Year's Day",
    "春节": "Spring Festival", "春节延长假期": "Spring Festival (extended)", "清明节": "Qingming Festival",
    "劳动节": "Labour Day", "端午节": "Dragon Boat Festival", "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日": "70th anniversary of the victory of 1945",
}


def explain(due: Due, lang: str = "zh", hours: str = "") -> dict[str, Any]:
    """The whole account of a due time, ready for JSON; `days` holds every date, counted or not, and why.

    `hours`: what the office's hours are called now, where that is not the name they were read with.
    """
    days, office = due.days, due.table.office
    return {
        "due": _local(due, due.at), "opened": _local(due, due.opened_at),
        "unstopped": _local(due, due.unstopped),
        "limit": str(due.limit), "limit_words": due.limit.words(lang), "count": due.count,
        "rule": rule_words(due, lang),
        "office": {"id": office.id, "name": hours or office.name, "zone": office.zone.key},
        "days": [_day(entry, lang) for entry in days],
        "counted": sum(entry.counted for entry in days), "skipped": sum(not entry.counted for entry in days),
        "stops": [_stop(due, index) for index in range(len(due.stops))],
        "provisional": due.provisional, "provisional_why": provisional_words(due, lang),
        "source": source_words(due, hours),
    }


def rule_words(due: Due, lang: str = "zh") -> str:
    """How this limit is counted, in one sentence."""
    span = due.limit.words(lang)
    if due.count == "next_day":
        working = due.limit.is_working
        if lang == "zh":
            return f"{span}，自次{'一工作' if working else ''}日起算，最后一日办公结束时到期"
        return f"{span}, day one is the next {'working ' if working else ''}day, ends when the office closes"
    if lang == "zh":
        how = "只计办公时间，1 工作日为 8 工作时" if due.limit.is_working else "不分昼夜、节假日连续计算"
        return f"{span}，自起算时刻起，{how}"
    how = "office hours only, a working day is 8 of them" if due.limit.is_working else "round the clock"
    return f"{span}, from the minute, {how}"


def provisional_words(due: Due, lang: str = "zh") -> str:
    """Why the due time may still move; empty when it is settled."""
    years = due.unsettled_years
    if not years:
        return ""
    if lang == "zh":
        return f"{'、'.join(map(str, years))} 年放假通知尚未收录，暂按已知休息日计算，收录后重算"
    return (f"The rest-day notice for {', '.join(map(str, years))} is not loaded: "
            "counted with the rest days known so far, counted again when it is")


def source_words(due: Due, hours: str = "") -> str:
    """The notices whose days were counted; round-the-clock and calendar limits follow none."""
    if not due.limit.is_working:
        return f"{LOCAL}；不计放假安排"
    if due.table.office.every_day:
        return f"{LOCAL}；{hours or due.table.office.name}，不计放假安排"
    years = range(due.table.local(due.opened_at).year, due.table.local(due.at).year + 1)
    known = due.table.calendar.years
    return "；".join(known[year].source if year in known else f"{year} 年放假通知未收录，只计周末"
                    for year in years)


def answer_due(from_: str | datetime, limit: str, count: str | None = None, office: str | Office = DEFAULT,
               folder: Path = FOLDER) -> dict[str, Any]:
    """What `wangge due` answers; a `from_` without a zone is on the office's wall clock.

    `office`: hours of the files by their key, or any as a value. `days` are the dates that counted, `skipped` the
    others with their reason.
    Raises LimitInvalid, MomentInvalid, OfficeUnknown.
    """
    calendar = load_calendars(folder)
    place = calendar.office(office) if isinstance(office, str) else office
    span = Limit.parse(limit)
    opened_at = _moment(from_)
    if opened_at.tzinfo is None:
        opened_at = opened_at.replace(tzinfo=place.zone)
    due = due_at(opened_at, span, check_count(span, count), calendar, place)
    days = due.days
    return {
        "due": _local(due, due.at), "count": due.count,
        "days": [entry.date.isoformat() for entry in days if entry.counted],
        "provisional": due.provisional, "source": source_words(due),
        "skipped": [_day(entry, "zh") for entry in days if not entry.counted],
        "provisional_why": provisional_words(due), "rule": rule_words(due), "office": place.id,
    }


def _moment(text: str | datetime) -> datetime:
    try:
        return text if isinstance(text, datetime) else datetime.fromisoformat(text)
    except ValueError:
        raise MomentInvalid(f"看不懂时间「{text}」，应如 2026-09-30T16:40。", moment=text) from None


def _local(due: Due, at: datetime) -> str:
    return due.table.local(at).isoformat()


def _day(entry: DayCounted, lang: str) -> dict[str, Any]:
    return {"date": entry.date.isoformat(), "weekday": weekday(entry.date, lang), "counted": entry.counted,
            "why": _why(entry.why, lang), "minutes": entry.work_minutes}


def weekday(day: date, lang: str = "zh") -> str:
    """「周三」 or «Wed»."""
    return _WEEKDAYS["zh" if lang == "zh" else "en"][day.weekday()]


def _why(reason: str, lang: str) -> str:
    if lang == "zh" or not reason:
        return reason
    outer, _, inner = reason.removesuffix("）").partition("（")
    outer = ", ".join(_ENGLISH.get(name, name) for name in outer.split("、"))
    inner = ", ".join(_ENGLISH.get(name, name) for name in inner.split("、"))
    return f"{outer} ({inner})" if inner else outer


def _stop(due: Due, index: int) -> dict[str, Any]:
    stop = due.stops[index]
    minutes = None if stop.until is None else round(due.flow.ran(stop.since, stop.until).total_seconds() / 60)
    return {"from": _local(due, stop.since), "until": _local(due, stop.until) if stop.until else None,
            "reason": stop.reason, "minutes": minutes}
