"""What a killed server leaves behind in its folder, and when it may be removed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def forget(cluster: Path, socket_name: str, patient: bool) -> None:
    """Remove the pid files of a dead server whose number another process took over.

    A server that was just killed still stands in the process table: while patient it is left to be reaped.
    """
    pid = _written_pid(cluster)
    if pid is None or _lives_in(cluster):
        return
    with suppress(FileNotFoundError, ProcessLookupError):
        if patient and _name_of(pid) in ("postgres", "?"):
            return
    for left in (cluster / "postmaster.pid", cluster / f"{socket_name}.lock"):
        left.unlink(missing_ok=True)


def is_process(cluster: Path) -> bool:
    """Whether the process that wrote the pid file still runs: a cheap question, for another may have its number."""
    pid = _written_pid(cluster)
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return True


def _written_pid(cluster: Path) -> int | None:
    with suppress(FileNotFoundError, ValueError, IndexError):
        return int((cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    return None


def _name_of(pid: int) -> str:
    """Name of a process; "?" where the machine has no /proc. Raises FileNotFoundError when it is gone."""
    if not Path("/proc/self").exists():
        return "?"
    return (Path("/proc") / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()


def _lives_in(cluster: Path) -> bool:
    """Whether some process of a server still works in this folder (all of them have it as their own)."""
    for process in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if process.readlink() == cluster and "postgres" in _name_of(int(process.parent.name)):
                return True
    return not Path("/proc/self").exists()
