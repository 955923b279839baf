"""What a process that serves for days does with its memory."""

from __future__ import annotations

import gc

ALLOCATED = 20_000  # objects made and not freed between two looks for garbage; Python's own figure is 700


def keep_what_is_there() -> None:
    """Take what was loaded by now for needed until the end, and look for garbage less often.

    Otherwise the collector goes through the whole application again and again, up to a tenth of a request's time. What
    a request leaves is freed by counting references anyway; only circles wait for the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATED, 10, 10)
