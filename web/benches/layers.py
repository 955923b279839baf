"""Which layer an act spends its time in: the stack of the thread that works, looked at a thousand times a second."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EVERY = 0.001  # seconds between two looks
SWITCH = 0.00005  # seconds until a running thread lets the watcher look; long ones would show only who waits
LAYERS = ("web", "scope", "decisions", "engine", "rooms", "orm", "sql", "commit")
_DIALECT = "sqlalchemy/engine/default.py"
_PLACES = (
    ("/engine/cases/scope.py", "scope"), ("/engine/decisions/", "decisions"), ("/engine/expressions/", "decisions"),
    ("/SpiffWorkflow/", "engine"), ("/engine/processes/", "engine"), ("/sqlalchemy/", "orm"), ("/engine/", "rooms"),
    ("/web/", "web"), ("/flask", "web"), ("/werkzeug/", "web"), ("/marshmallow", "web"))


@contextmanager
def sampled() -> Iterator[Counter[str]]:
    """Looks at the calling thread while the block runs; how often each layer was seen."""
    seen: Counter[str] = Counter()
    over, thread = threading.Event(), threading.get_ident()

    def look() -> None:
        while not over.wait(EVERY):
            frame = sys._current_frames().get(thread)
            if frame is not None:
                seen[layer_of(frame)] += 1

    watcher = threading.Thread(target=look, daemon=True)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
        sys.setswitchinterval(before)


def layer_of(frame: FrameType | None) -> str:
    """The layer of the innermost frame that belongs to one; libraries count for whoever called them.

    The driver is `sql` whoever calls it, for one room asks it directly.
    """
    asks = False
    while frame is not None:
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        asks = asks or "/psycopg/" in file
        if file.endswith(_DIALECT) and name.startswith("do_"):
            return "commit" if name == "do_commit" else "sql"
        for place, layer in _PLACES:
            if place in file and "/psycopg/" not in file:
                return "sql" if asks else layer
        frame = frame.f_back
    return "web"
