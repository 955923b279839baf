"""Working time: when is this due, is it late, and why; arithmetic is pure, calendars are read once."""

from engine.deadlines.calendars import Calendar, CalendarBroken, OfficeUnknown, load_calendars
from engine.deadlines.changes import Change, office_with
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
from engine.deadlines.offices import (
    OfficeEnding,
    add_office,
    change_office,
    current_of,
    due_by,
    end_office,
    get_office,
    id_of,
    keep_office,
    kept_as,
    key_of,
    list_changes,
    list_offices,
    names_of,
    office_names,
    office_now,
    office_of,
)
from engine.deadlines.timetable import Timetable, timetable
from engine.deadlines.typing_hours import (
    MOST_SEASONS,
    HoursInvalid,
    TypedWeek,
    read_day,
    read_own_days,
    read_week,
    season_count,
    season_fields,
    type_week,
)
from engine.deadlines.weeks import (
    DEFAULT,
    MADE_UP,
    Office,
    OwnDay,
    Season,
    Spans,
    Week,
    read_spans,
    same_every_day,
    spans_text,
)

__all__ = [
    "DEFAULT", "MADE_UP", "MOST_SEASONS", "UNITS", "Calendar", "CalendarBroken", "Change", "Count", "DayCounted",
    "Due", "HoursInvalid", "Lamp", "Limit", "LimitInvalid", "MomentInvalid", "Office", "OfficeEnding",
    "OfficeUnknown", "OwnDay", "Season", "Spans", "Stop", "Timetable", "TypedWeek", "Week", "add_office",
    "answer_due", "at_fraction", "change_office", "check_count", "current_of", "due_at", "due_by", "elapsed",
    "end_office", "explain", "get_office", "id_of", "keep_office", "kept_as", "key_of", "lamp", "list_changes",
    "list_offices", "load_calendars", "names_of", "near_at", "office_names", "office_now", "office_of",
    "office_with", "provisional_words", "read_day", "read_own_days", "read_spans", "read_week", "remaining",
    "rule_words", "same_every_day", "say_left", "season_count", "season_fields", "source_words", "spans_text",
    "timetable", "type_week", "used", "weekday", "worst",
]
