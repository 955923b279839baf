"""Working time: when is this due, is it late, and why; arithmetic is pure, calendars are read once."""

from engine.deadlines.calendars import Calendar, CalendarBroken, Office, OfficeUnknown, load_calendars
from engine.deadlines.counting import (
    DayCounted,
    Due,
    MomentInvalid,
    Stop,
    at_fraction,
    due_at,
    elapsed,
    remaining,
    used,
)
from engine.deadlines.explaining import (
    answer_due,
    explain,
    provisional_words,
    rule_words,
    source_words,
    weekday,
)
from engine.deadlines.lamps import Lamp, lamp, near_at, say_left, worst
from engine.deadlines.limits import UNITS, Count, Limit, LimitInvalid, check_count
from engine.deadlines.timetable import Timetable, timetable

__all__ = [
    "UNITS", "Calendar", "CalendarBroken", "Count", "DayCounted", "Due", "Lamp", "Limit", "LimitInvalid",
    "MomentInvalid", "Office", "OfficeUnknown", "Stop", "Timetable", "answer_due", "at_fraction",
    "check_count", "due_at", "elapsed", "explain", "lamp", "load_calendars", "near_at",
    "provisional_words", "remaining", "rule_words", "say_left", "source_words", "timetable", "used",
    "weekday", "worst",
]
