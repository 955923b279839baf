"""What the interpreter itself runs while we look: code made of text, imports, files, processes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from types import CodeType
from typing import Any

OUTSIDE = ("open", "import", "os.", "subprocess.", "socket.", "ctypes.", "pickle.", "marshal.", "shutil.", "code.")
_seen: tuple[int, list[tuple[str, tuple[Any, ...]]]] | None = None
_hooked = False


@contextmanager
def watched() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """The audit events of this thread in this stretch of work, without those of garbage that ends meanwhile."""
    global _seen, _hooked
    if not _hooked:
        sys.addaudithook(_note)  # it can never be taken away again
        _hooked = True
    found: list[tuple[str, tuple[Any, ...]]] = []
    gc.disable()
    _seen = get_ident(), found
    try:
        yield found
    finally:
        _seen = None
        gc.enable()


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    seen = _seen  # another thread may end the watching meanwhile
    if seen is not None and (event in ("exec", "compile") or event.startswith(OUTSIDE)) and seen[0] == get_ident():
        seen[1].append((event, arguments))


def code_run(events: list[tuple[str, tuple[Any, ...]]]) -> list[CodeType]:
    """The code objects that `eval` or `exec` ran."""
    return [arguments[0] for event, arguments in events if event == "exec"]


def reached_out(events: list[tuple[str, tuple[Any, ...]]]) -> list[str]:
    """Everything that left the interpreter: files, processes, sockets, new modules."""
    return [f"{event} {arguments!r:.80}" for event, arguments in events
            if event not in ("exec", "compile") and arguments[:1] != ("<unknown>",)]  # the parser, for an error's line
