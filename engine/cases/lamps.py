"""The lamp and the strip of time of a case or a task: how much of its limit is used, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from engine import deadlines
from engine.cases.models import Stop
from engine.cases.words import Language
from engine.worklist.models import Deadline

Lamp = Literal["green", "yellow", "red", "grey", "none"]
Ran = Callable[[datetime, datetime], timedelta]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WORK_DAY, DAY = timedelta(hours=8), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Strip:
    """The 时限条: everything as a fraction of its whole width, which ends at the due time or now."""

    elapsed: float
    warn: float
    due: float
    stops: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """What the lamp of a row says: colour, due time, working time left (negative: overdue), and its strip."""

    lamp: Lamp
    due_at: datetime | None = None
    stage: str | None = None
    left: timedelta | None = None
    is_working: bool = True
    strip: Strip | None = None
    provisional: bool = False
    stopped_until: datetime | None = None

    def words(self, language: Language = "zh") -> str:
        """«剩 3 工作时», «超 2 工作日», «已停钟»."""
        if self.lamp == "grey":
            return "clock stopped" if language == "en" else "已停钟"
        if self.left is None:
            return "no limit" if language == "en" else "无时限"
        return span_words(self.left, self.is_working, self.lamp == "red", language)


def lamp_of(at: datetime, due_at: datetime | None, warn_at: datetime | None,
            stopped_at: datetime | None) -> Lamp:
    """Green below 80 % of the limit, yellow to 100 %, red above, grey while the clock is stopped."""
    if stopped_at is not None:
        return "grey"
    if due_at is None:
        return "none"
    if at > due_at:
        return "red"
    return "yellow" if warn_at is not None and at >= warn_at else "green"


def clock_of(session: Session, deadline: Deadline | None, stops: Sequence[Stop], at: datetime,
             stopped_at: datetime | None, stopped_until: datetime | None = None) -> Clock:
    """The clock that an open deadline gives now."""
    if deadline is None:
        return Clock(lamp_of(at, None, None, stopped_at), stopped_until=stopped_until)
    limit = deadlines.Limit.parse(deadline.limit.split(" + ")[0])  # a total clock may be a sum
    ran = _flow(session, limit.is_working, deadline.office)
    due = deadline.due_at
    left = ran(at, due) if at <= due else -ran(due, at)
    return Clock(lamp_of(at, due, deadline.warn_at, stopped_at), due, deadline.stage, left, limit.is_working,
                 _strip(deadline, stops, at, ran), deadline.provisional, stopped_until)


def span_words(left: timedelta, is_working: bool, is_over: bool, language: Language = "zh") -> str:
    """Time left or over, in the unit an office would say: minutes, working hours, working days."""
    size, unit_day = abs(left), WORK_DAY if is_working else DAY
    if size < MINUTE:
        zh, en = ("已超期", "overdue") if is_over else ("剩不到 1 分钟", "under 1 min left")
        return en if language == "en" else zh
    if size < HOUR:
        amount, zh, en = int(size / MINUTE), "分钟", "min"
    elif size < unit_day:
        zh, en = ("工作时", "work h") if is_working else ("小时", "h")
        amount = int(size / HOUR)
    else:
        zh, en = ("工作日", "work d") if is_working else ("天", "d")
        amount = int(size / unit_day)
    if language == "en":
        return f"{amount} {en} {'over' if is_over else 'left'}"
    return f"{'超' if is_over else '剩'} {amount} {zh}"


def _flow(session: Session, is_working: bool, office: str) -> Ran:
    """How long the clock ran between two instants: office time, or wall time."""
    if not is_working:
        return _wall
    return deadlines.timetable(deadlines.load_calendars(), deadlines.office_of(session, office)).ran


def _wall(start: datetime, end: datetime) -> timedelta:
    return max(end - start, timedelta(0))


def _strip(deadline: Deadline, stops: Sequence[Stop], at: datetime, ran: Ran) -> Strip:
    end = max(deadline.due_at, at)
    whole = ran(deadline.opened_at, end) or MINUTE

    def place(moment: datetime) -> float:
        inside = min(max(moment, deadline.opened_at), end)
        return round(ran(deadline.opened_at, inside) / whole, 4)

    stood = ((place(stop.since), place(stop.until or at)) for stop in stops)
    return Strip(place(at), place(deadline.warn_at), place(deadline.due_at),
                 tuple((since, until) for since, until in stood if until > since))
