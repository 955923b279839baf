"""Timers that never look at a clock: they ask for an instant once, and only the host fires them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from engine.expressions import compile_expression
from engine.processes.evaluation import halt
from engine.processes.names import FUNCTIONS
from engine.processes.tokens import Token

_DURATION = re.compile(r"P(?=.)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,5}W)?(\d{1,6}D)?"  # longer is a slip, or meant to stall
                       r"(T(?=.)(\d{1,7}H)?(\d{1,8}M)?(\d{1,9}(?:\.\d{1,6})?S)?)?")
_LIKE_ISO = re.compile(r"(R\d*/.*|P[\dTYMWDHS.,]+|\d{4}-\d.*)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?")
_CYCLE = re.compile(r"R(\d{0,9})/(.+)")


class HostTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer of a diagram. `form` is date, duration or cycle; `literal` when the text is ISO and no expression."""

    def __init__(self, element: str, form: str, text: str, description: str | None = None) -> None:
        super().__init__(element, text, description=description)
        self.form = form
        self.text = text.strip()
        self.literal = is_iso(form, self.text)

    @property
    def asks_due(self) -> bool:
        """Whether its instant follows from a limit of the case; any other is a span on the wall."""
        return not self.literal and self.form != "cycle" and "due" in compile_expression(self.text, FUNCTIONS).functions

    def arm(self, task: Token, on: int) -> None:
        """Ask for the instant and keep it with the token."""
        due, left, every = self.ask(task, on)
        task.internal_data["due"] = due.astimezone(UTC).isoformat()
        if every is not None:
            task.internal_data["left"] = left
            task.internal_data["every"] = every

    def ask(self, task: Token, on: int) -> tuple[datetime, int, float | None]:
        """The instant, how often it comes (-1: without end), and the seconds between two times."""
        engine = task.workflow.script_engine
        value = self.text if self.literal else engine.instant(task, self.text, on)
        try:
            return _when(self.form, value, engine.host.at)
        except (TypeError, ValueError, OverflowError) as error:
            raise halt(task, f"定时「{self.text}」算不出时间：{error}") from error

    def rearm(self, task: Token, fired: Token) -> bool:
        """Arm the next occurrence of a cycle from the one that fired; False when none is left.

        Occurrences that the host missed collapse into one: the next lies after the command's instant.
        """
        every = fired.internal_data.get("every")
        left = fired.internal_data.get("left", 1)
        if every is None or left == 1:
            return False
        now, gap = task.workflow.script_engine.host.at, timedelta(seconds=every)
        due = datetime.fromisoformat(fired.internal_data["due"])
        steps = 1 + max(0, (now - due) // gap)
        if left > 0:
            steps = min(steps, left - 1)
            left -= steps
        try:
            due += steps * gap
        except OverflowError as error:
            raise halt(task, f"定时「{self.text}」的下一次算不出时间：{error}") from error
        task.internal_data.update(due=due.isoformat(), left=left, every=every)
        return True


def is_iso(form: str, text: str) -> bool:
    """Whether the text is bare ISO 8601, as other modellers write it."""
    if form == "cycle":
        match = _CYCLE.fullmatch(text)
        return match is not None and _DURATION.fullmatch(match[2].split("/")[-1]) is not None
    pattern = _DURATION if form == "duration" else _DATE
    return bool(pattern.fullmatch(text) or _DURATION.fullmatch(text) or _DATE.fullmatch(text))


def why_unreadable(form: str, text: str) -> str | None:
    """What is wrong with an ISO text as such, a thirteenth month for instance; None when it gives an instant."""
    try:
        _when(form, text, datetime(2026, 1, 1, tzinfo=UTC))
    except (TypeError, ValueError, OverflowError) as error:
        return str(error)
    return None


def is_like_iso(text: str) -> bool:
    """Whether the text was meant as ISO 8601, readable or not; no expression begins like that."""
    return _LIKE_ISO.fullmatch(text) is not None


def _when(form: str, value: Any, at: datetime) -> tuple[datetime, int, float | None]:
    if form == "cycle" and isinstance(value, str):
        return _cycle(value, at)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("时间没有时区")
        return value, 1, None
    if isinstance(value, str):
        return _instant(value.strip(), at), 1, None
    raise TypeError(f"得到的是 {type(value).__name__}")


def _instant(text: str, at: datetime) -> datetime:
    if text.startswith("P"):
        return at + span(text, at)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=at.tzinfo)


def _cycle(text: str, at: datetime) -> tuple[datetime, int, float]:
    match = _CYCLE.fullmatch(text.strip())
    if match is None:
        raise ValueError("循环要写成 R3/PT1H")
    left = int(match[1]) if match[1] else -1
    if left == 0:
        raise ValueError("循环次数是零")
    parts = match[2].split("/")
    every = span(parts[-1], at)
    if every <= timedelta(0):
        raise ValueError("循环间隔是零")
    first = _instant(parts[0], at) if len(parts) > 1 else at + every
    return first, left, every.total_seconds()


def span(text: str, start: datetime) -> timedelta:
    """The length of an ISO duration that begins at this instant (months have their own lengths)."""
    if _DURATION.fullmatch(text) is None:
        raise ValueError(f"「{text}」不是 ISO 8601 时长")
    parsed = TimerEventDefinition.parse_iso_duration(text)
    found: timedelta = TimerEventDefinition.get_timedelta_from_start(parsed, start)
    return found
