"""What time it is: the only module that asks the machine.

A demo city runs on a clock that people may push forward. Its offset lies in one small file that web, worker
and command line share (`follow`); without such a file the time is the machine's.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_file: Path | None = None


def follow(path: Path | None) -> None:
    """Take the offset from this file from now on; None: the machine's own time."""
    global _file
    _file = path


def offset() -> timedelta:
    """How far the demo clock runs ahead of the machine; zero without a file."""
    if _file is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(_file.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta(0)


def advance(by: timedelta) -> datetime:
    """Push the followed clock forward and give the new time; raises ValueError backwards or unfollowed."""
    if _file is None or by < timedelta(0):
        raise ValueError("only a followed clock can be advanced, and only forward")
    beside = _file.with_suffix(".new")
    beside.write_text(str((offset() + by).total_seconds()), encoding="ascii")
    os.replace(beside, _file)
    return now()


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC) + offset()


def stopwatch() -> float:
    """Seconds of a clock that only goes forward; for measuring, never for deadlines."""
    return time.perf_counter()


def effort() -> float:
    """Seconds of processor time that this thread has used; for budgets that a machine which stops must not spend."""
    return time.thread_time()


ZONE = ZoneInfo("Asia/Shanghai")  # where the offices are; instants are stored in UTC
