"""The embedded PostgreSQL server of one data folder: start it, attach to it, stop it.

It listens on a unix socket inside its own 0700 folder and on nothing else, so nobody else can reach it.
Many processes may ask at once: a file lock lets one of them start the server, and the last one out stops
what was started in passing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from engine import clock
from engine.db import leftovers, programs
from engine.db.programs import ServerFailed

OWNER = "wangge"
ROOT = "postgres"
PATIENCE, REAPED = 30.0, 5.0  # seconds: for a server to start; for one that was killed to leave the process table
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_LIMIT = 107


def ensure(data_dir: Path) -> str:
    """URL of the running server of this folder, made and started when needed; it stays when we leave.

    The URL names the role and database `wangge`: owner of its tables, no superuser. Raises ServerFailed.
    """
    with _locked(data_dir):
        _start(data_dir)
        _mark(data_dir, "stays")
    return url(data_dir)


@contextmanager
def attached(data_dir: Path) -> Iterator[str]:
    """URL of the server for as long as the block runs; the last one out stops it, unless it is to stay."""
    place = _place(data_dir)
    with open(place / "postgres.users", "ab") as users:
        with _locked(data_dir):
            if _start(data_dir):
                _mark(data_dir, "passing")
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield url(data_dir)
        finally:
            with _locked(data_dir):
                if _is_passing(data_dir) and _is_last(users):
                    _stop(data_dir)


def stop(data_dir: Path) -> None:
    """Stop the server of this folder, breaking off open transactions; nothing when it is down."""
    with _locked(data_dir):
        _stop(data_dir)


def revive(data_dir: Path) -> bool:
    """Start the server of this folder again when its process is gone, as after its volume was full.

    False when it runs. Raises ServerFailed, or OSError where nothing can be written.
    """
    if leftovers.is_process(_cluster(data_dir)):
        return False
    with _locked(data_dir):
        return _start(data_dir)


def is_running(data_dir: Path) -> bool:
    """Whether the server of this folder answers."""
    return (_cluster(data_dir) / "postmaster.pid").exists() and _answers(data_dir)


def url(data_dir: Path, database: str = OWNER, role: str = OWNER) -> str:
    """The SQLAlchemy URL of a database on this folder's server, running or not."""
    return f"postgresql+psycopg://{role}@/{database}?host={quote(str(_socket_folder(_cluster(data_dir))))}"


def _place(data_dir: Path) -> Path:
    place = data_dir.resolve()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _cluster(data_dir: Path) -> Path:
    return data_dir.resolve() / "postgres"


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    with open(_place(data_dir) / "postgres.lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _mark(data_dir: Path, kind: str) -> None:
    (_place(data_dir) / "postgres.kind").write_text(kind, encoding="ascii")


def _is_passing(data_dir: Path) -> bool:
    with suppress(FileNotFoundError):
        return (_place(data_dir) / "postgres.kind").read_text(encoding="ascii") == "passing"
    return False


def _is_last(users: object) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


def _start(data_dir: Path) -> bool:
    """Bring the server up; False when it was up already."""
    cluster = _cluster(data_dir)
    if not (cluster / "PG_VERSION").exists():
        _make(cluster)
    elif is_running(data_dir):
        return False
    _configure(cluster)
    log = cluster.with_suffix(".log")
    began = clock.stopwatch()
    while True:
        done = programs.run("pg_ctl", "-D", str(cluster), "-l", str(log), "-w", "-t", "60", "start")
        if _answers(data_dir):
            break
        waited = clock.stopwatch() - began
        if waited > PATIENCE:
            said = done.stderr.strip() or done.stdout.strip()
            raise ServerFailed(f"内嵌数据库没有启动成功：{said}（日志：{log}）")
        leftovers.forget(cluster, _SOCKET_NAME, patient=waited < REAPED)
        time.sleep(0.2)
    _found_database(data_dir)
    return True


def _stop(data_dir: Path) -> None:
    cluster = _cluster(data_dir)
    if not (cluster / "postmaster.pid").exists():
        return
    done = programs.run("pg_ctl", "-D", str(cluster), "-m", "fast", "-w", "-t", "60", "stop")
    if done.returncode != 0 and _answers(data_dir):
        raise ServerFailed(f"内嵌数据库没有停下来：{done.stderr.strip()}")


def _make(cluster: Path) -> None:
    """A fresh cluster, made beside and moved into place, so that a killed set-up leaves nothing half made."""
    for left in cluster.parent.glob("postgres.making-*"):
        shutil.rmtree(left, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix="postgres.making-", dir=cluster.parent))
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if programs.version() >= 17 else ["--locale=C"]
    done = programs.run("initdb", "-D", str(making), "-U", ROOT, "-A", "trust", "-E", "UTF8", *locale)
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise ServerFailed(f"内嵌数据库没有建成：{done.stderr.strip()}")
    with open(making / "postgresql.conf", "a", encoding="utf-8") as conf:
        conf.write("include = 'wangge.conf'\n")
    os.replace(making, cluster)


def _configure(cluster: Path) -> None:
    """The settings of this start: the folder may have been moved since the last one."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(_socket_folder(cluster)),
        "unix_socket_permissions": "0700",
        "fsync": "on",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_error_verbosity": "terse",  # the details of an error quote the row, and with it personal data
    }
    if programs.has_library("pg_stat_statements"):
        settings["shared_preload_libraries"] = "pg_stat_statements"
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
    (cluster / "wangge.conf").write_text("".join(lines), encoding="utf-8")


def _socket_folder(cluster: Path) -> Path:
    """The cluster itself, or a short link to it where its path is too long for a socket.

    Raises ServerFailed when the link's name is taken by something that is not our link.
    """
    if len(os.fsencode(cluster / _SOCKET_NAME)) <= _SOCKET_LIMIT and "," not in str(cluster):
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    link = Path(tempfile.gettempdir()) / f"wangge-{os.geteuid()}-{digest}"
    with suppress(FileExistsError):
        link.symlink_to(cluster)
    if not link.is_symlink() or link.lstat().st_uid != os.geteuid() or link.readlink() != cluster:
        raise ServerFailed(f"{link} 被占用：请删除它，或换一个较短的 DATA 路径。")
    return link


def _answers(data_dir: Path) -> bool:
    try:
        with _connect(data_dir, ROOT):
            return True
    except psycopg.OperationalError:
        return False


def _connect(data_dir: Path, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(_socket_folder(_cluster(data_dir))), user=ROOT, dbname=database,
                           autocommit=True, connect_timeout=5)


def _found_database(data_dir: Path) -> None:
    """Our role and database, made once; each step may have been done before a kill."""
    owner = sql.Identifier(OWNER)
    with _connect(data_dir, ROOT) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(owner))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
            return
        connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(owner))
        _add_extensions(data_dir)
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(owner))


def _add_extensions(data_dir: Path) -> None:
    """What only a superuser may add: statement figures, and the check of tables and indexes."""
    with _connect(data_dir, "template1") as connection:
        if programs.has_library("amcheck"):
            connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            connection.execute(
                sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(sql.Identifier(OWNER))
            )
        if programs.has_library("pg_stat_statements"):
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
