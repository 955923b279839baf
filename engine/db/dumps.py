"""A whole database as one stream of bytes, and back: pg_dump and pg_restore, all or nothing."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO

import sqlalchemy as sa

from engine.db import programs
from engine.errors import Unavailable

_CHUNK = 1 << 20
_ONLY_OURS = ("--schema=public", "--no-owner", "--no-privileges")


class DumpFailed(Unavailable):
    """数据库没有导出或导入成功。"""

    code = "dump_failed"


def dump(url: str, snapshot: str) -> Iterator[bytes]:
    """The database in pg_dump's custom format, as that exported snapshot sees it.

    Raises NoServerPrograms, DumpFailed.
    """
    with tempfile.TemporaryFile() as said, _started(
        url, "pg_dump", "--format=custom", f"--snapshot={snapshot}", *_ONLY_OURS,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
    ) as process:
        assert process.stdout is not None
        while chunk := process.stdout.read(_CHUNK):
            yield chunk
        _require_success(process, said.fileno())


def restore(url: str, chunks: Iterable[bytes]) -> None:
    """Bring such a stream into a database without tables, in one transaction.

    Raises NoServerPrograms, DumpFailed with nothing brought in.
    """
    with tempfile.TemporaryFile() as said, _started(
        url, "pg_restore", "--single-transaction", "--exit-on-error", *_ONLY_OURS,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
    ) as process:
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it ended early: its exit code tells
                for chunk in chunks:
                    process.stdin.write(chunk)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        _require_success(process, said.fileno())


def _started(url: str, name: str, *arguments: str, stdin: int, stdout: int,
             stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    """One of PostgreSQL's clients on this database; the password travels in the environment, seen by nobody."""
    program = programs.find_program(name)
    if program is None:
        raise programs.NoServerPrograms(f"找不到 PostgreSQL 程序 {name}：请安装 PostgreSQL 客户端。")
    made = sa.make_url(url).set(drivername="postgresql")
    environment = {**os.environ, "LC_ALL": "C"}
    if made.password:
        environment["PGPASSWORD"] = str(made.password)
    address = made._replace(password=None).render_as_string(hide_password=False)
    process: subprocess.Popen[bytes] = subprocess.Popen(
        [str(program), f"--dbname={address}", *arguments], env=environment, stdin=stdin, stdout=stdout, stderr=stderr)
    return process


def _require_success(process: subprocess.Popen[bytes], said: int) -> None:
    """What the program complained about, without the lines that quote a row."""
    if process.wait() == 0:
        return
    os.lseek(said, 0, os.SEEK_SET)
    lines = os.read(said, _CHUNK).decode(errors="replace").splitlines()
    complaints = [line for line in lines if "error:" in line or "ERROR:" in line]
    raise DumpFailed(f"{(DumpFailed.__doc__ or '').strip()}{'；'.join(complaints[:3])}")
