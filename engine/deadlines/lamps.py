"""How a due time looks from now: the lamp, and the words beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from engine.deadlines.counting import Due, at_fraction, remaining
from engine.deadlines.timetable import NOTHING

Lamp = Literal["green", "yellow", "red", "grey"]
NEAR = 0.8
_WORST_FIRST: tuple[Lamp, ...] = ("red", "yellow", "green", "grey")

_MINUTE = timedelta(minutes=1)
_WORKING = (("工作日", "working day", 480), ("工作时", "working hour", 60), ("分钟", "minute", 1))
_WALL = (("天", "day", 1440), ("小时", "hour", 60), ("分钟", "minute", 1))


def lamp(due: Due, at: datetime) -> Lamp:
    """Green below 80 % of the limit, yellow from there to the due time, red after it, grey while stopped.

    Source: local setting without an article (requirements part 3, lamps).
    """
    if due.is_stopped(at):
        return "grey"
    if at > due.at:
        return "red"
    return "yellow" if at >= near_at(due) else "green"


def near_at(due: Due) -> datetime:
    """When the lamp turns yellow and the 临期提醒 is due: 80 % of the limit."""
    return at_fraction(due, NEAR)


def worst(lamps: Iterable[Lamp]) -> Lamp:
    """The lamp a case shows for its open deadlines; grey when none runs."""
    return min(lamps, key=_WORST_FIRST.index, default="grey")


def say_left(due: Due, at: datetime, lang: str = "zh") -> str:
    """The time left in words: 「剩 12 分钟」「剩 3 工作时」「超 2 工作日」, whole units, rounded down."""
    left = remaining(due, at)
    over = due.is_overdue(at)
    amount = _amount(abs(left), _WORKING if due.limit.is_working else _WALL, lang)
    if lang == "zh":
        words = f"{'超' if over else '剩'} {amount}" if amount else ("已超时" if over else "剩不到 1 分钟")
        return f"停表 · {words}" if due.is_stopped(at) else words
    short = "overdue" if over else "under a minute left"
    words = f"{amount} {'over' if over else 'left'}" if amount else short
    return f"clock stopped · {words}" if due.is_stopped(at) else words


def _amount(span: timedelta, units: tuple[tuple[str, str, int], ...], lang: str) -> str:
    """The span in the largest unit that fits once; empty below a minute."""
    minutes = max(span, NOTHING) // _MINUTE
    for chinese, english, size in units:
        number = minutes // size
        if number:
            return f"{number} {chinese}" if lang == "zh" else f"{number} {english}{'s' if number > 1 else ''}"
    return ""
