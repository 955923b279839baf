"""Long work that somebody asked for: a row that a worker does step by step, with progress and an end to look at."""

from engine.errands.asking import (
    FILES_KEPT,
    ErrandUnknown,
    TooManyErrands,
    ask,
    call_off,
    file_of,
    find_like,
    forget_over,
    get_errand,
    list_errands,
)
from engine.errands.doing import Step, Work, do_some
from engine.errands.models import Errand

__all__ = [
    "FILES_KEPT",
    "Errand",
    "ErrandUnknown",
    "Step",
    "TooManyErrands",
    "Work",
    "ask",
    "call_off",
    "do_some",
    "file_of",
    "find_like",
    "forget_over",
    "get_errand",
    "list_errands",
]
