"""The span allowed for a piece of work: an amount, a unit and a way of counting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from engine.errors import Invalid

Count = Literal["next_day", "hours"]

# What one of each unit is worth: minutes of office time, or of wall time for those that run round the clock.
WORKING: dict[str, int] = {"work_hour": 60, "work_day": 480}
URGENT: dict[str, int] = {"urgent_minute": 1, "urgent_work_hour": 60, "urgent_work_day": 1440}
CALENDAR: tuple[str, ...] = ("calendar_day", "calendar_month")
UNITS: tuple[str, ...] = (*WORKING, *URGENT, *CALENDAR)
BY_DAY: tuple[str, ...] = ("work_day", "calendar_day", "calendar_month")  # what next_day can count

_NAMES = {
    "work_hour": ("工作时", "working hour"), "work_day": ("工作日", "working day"),
    "urgent_minute": ("分钟（不分昼夜）", "minute (round the clock)"),
    "urgent_work_hour": ("紧急工作时", "urgent hour"), "urgent_work_day": ("紧急工作日", "urgent day"),
    "calendar_day": ("日", "calendar day"), "calendar_month": ("个月", "calendar month"),
}
_MOST_DAYS = 36_600


class LimitInvalid(Invalid):
    """时限写得不对：应为「数量 单位」，如 2 work_day。"""

    code = "limit_invalid"


@dataclass(frozen=True, slots=True)
class Limit:
    """An allowed span, such as 2 work_day. Raises LimitInvalid for what cannot be counted.

    Source: the units of practice, requirements part 3 (工作时, 工作日, 紧急工作时, 紧急工作日).
    """

    amount: Decimal
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise LimitInvalid(f"没有「{self.unit}」这种时限单位。", unit=self.unit, units=UNITS)
        if not self.amount.is_finite() or self.amount <= 0 or self._days() > _MOST_DAYS:
            raise LimitInvalid("时限的数量应大于零，且不超过一百年。", amount=str(self.amount))
        if self.unit == "calendar_month" and self.amount % 1:
            raise LimitInvalid("以月计的时限应为整月。", amount=str(self.amount))

    @classmethod
    def parse(cls, text: str) -> Limit:
        """The limit written as «2 work_day» or «0.5 work_hour»."""
        return _parsed(text)

    def __str__(self) -> str:
        return f"{self._plain()} {self.unit}"

    @property
    def is_working(self) -> bool:
        """Counted in office time."""
        return self.unit in WORKING

    @property
    def default_count(self) -> Count:
        """Whole days start with the next day, everything else from the minute."""
        whole_days = self.unit in ("work_day", "calendar_day") and not self.amount % 1
        return "next_day" if whole_days else "hours"

    def span(self) -> timedelta:
        """Its length in office or wall time; months have none. A working day is eight working hours."""
        minutes = {**WORKING, **URGENT, "calendar_day": 1440}[self.unit]
        return timedelta(microseconds=int(self.amount * minutes * 60_000_000))

    def words(self, lang: str = "zh") -> str:
        """The limit for people: 「2 工作日」, «2 working days»."""
        chinese, english = _NAMES[self.unit]
        if lang == "zh":
            return f"{self._plain()} {chinese}"
        noun, _, rest = english.partition(" (")
        plural = noun if self.amount == 1 else f"{noun}s"
        return f"{self._plain()} {plural}" + (f" ({rest}" if rest else "")

    def _plain(self) -> str:
        return f"{self.amount.normalize():f}"

    def _days(self) -> Decimal:
        length = {"calendar_day": 1440, "calendar_month": 44_640, "work_day": 2880, "work_hour": 360}
        return self.amount * length.get(self.unit, URGENT.get(self.unit, 1440)) / 1440


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Limit:
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([a-z_]+?)s?\s*", text, re.ASCII)
    if found is None:
        raise LimitInvalid(text=text)
    return Limit(Decimal(found.group(1)), found.group(2))


def check_count(limit: Limit, count: Count | str | None) -> Count:
    """The way of counting to use; raises LimitInvalid where «next day» says nothing: hours, half days."""
    if count is None:
        return limit.default_count
    if count == "hours":
        return "hours"
    if count == "next_day" and limit.unit in BY_DAY and not limit.amount % 1:
        return "next_day"
    raise LimitInvalid(f"「{limit.words()}」不能按 {count} 计算。", unit=limit.unit, count=count)
