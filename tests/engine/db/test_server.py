"""The embedded server: who may reach it, who stops it, and what survives a kill."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from engine.db import programs, server
from engine.db.session import create_engine


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    data = tmp_path / "var"
    yield data
    server.stop(data)


def ask(url: str, question: str) -> object:
    engine = create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        answer = connection.execute(sa.text(question))
        return answer.scalar() if answer.returns_rows else None


def kill_server(data: Path) -> None:
    pid = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)


def test_we_are_not_superuser_of_our_own_server(server_url: str) -> None:
    assert ask(server_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_only_our_own_folder_leads_to_the_server(place: Path) -> None:
    with server.attached(place) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        assert stat.S_IMODE((place / "postgres").stat().st_mode) == 0o700


def test_commits_reach_the_disk(place: Path) -> None:
    with server.attached(place) as url:
        assert (ask(url, "SHOW fsync"), ask(url, "SHOW synchronous_commit")) == ("on", "on")


def test_the_last_one_out_stops_it(place: Path) -> None:
    with server.attached(place):
        with server.attached(place):
            pass
        assert server.is_running(place)
    assert not server.is_running(place)


def test_a_server_that_is_to_stay_stays(place: Path) -> None:
    server.ensure(place)
    with server.attached(place):
        pass
    assert server.is_running(place)


def test_everybody_may_start_it_at_once(place: Path) -> None:
    with ThreadPoolExecutor(4) as people:
        urls = set(people.map(lambda _: server.ensure(place), range(4)))
    assert len(urls) == 1 and server.is_running(place)


def test_a_committed_row_survives_a_kill(place: Path) -> None:
    url = server.ensure(place)
    ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
    kill_server(place)
    assert ask(server.ensure(place), "SELECT number FROM kept") == 7


def test_a_server_that_is_gone_is_started_again_and_one_that_runs_is_left_alone(place: Path) -> None:
    with server.attached(place) as url:
        assert server.revive(place) is False
        kill_server(place)
        while not server.revive(place):
            time.sleep(0.05)
        assert ask(url, "SELECT 1") == 1
    assert not server.is_running(place)


def test_a_killed_set_up_is_begun_again(place: Path) -> None:
    half_made = place / "postgres.making-x"
    half_made.mkdir(parents=True)
    server.ensure(place)
    assert server.is_running(place) and not half_made.exists()


def test_a_foreign_process_with_the_old_number_neither_blocks_nor_suffers(place: Path) -> None:
    server.ensure(place)
    pid_file = place / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop(place)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        server.ensure(place)
        assert stranger.poll() is None
        stranger.kill()


def test_a_very_long_path_is_no_obstacle(tmp_path: Path) -> None:
    data = tmp_path / ("街道" * 25) / "var"
    with server.attached(data) as url:
        assert ask(url, "SELECT 1") == 1
    link = Path(str(sa.make_url(url).query["host"]))
    link.unlink()


def test_a_moved_folder_starts_where_it_is_now(tmp_path: Path) -> None:
    with server.attached(tmp_path / "before") as url:
        ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
    (tmp_path / "before").rename(tmp_path / "after")
    with server.attached(tmp_path / "after") as url:
        assert ask(url, "SELECT number FROM kept") == 7


def test_a_server_that_cannot_start_says_why(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.attached(place):
        pass
    (place / "postgres" / "global" / "pg_control").unlink()
    monkeypatch.setattr(server, "PATIENCE", 0.5)
    with pytest.raises(programs.ServerFailed, match="postgres.log"):
        server.ensure(place)


def test_a_stopped_server_refuses(place: Path) -> None:
    with server.attached(place) as url:
        pass
    host = str(sa.make_url(url).query["host"])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=host, user="wangge", dbname="wangge")


def test_tables_and_indexes_can_be_checked_without_being_superuser(database_url: str) -> None:
    assert ask(database_url, "SELECT count(*) FROM verify_heapam('entry')") == 0
    assert ask(database_url, "SELECT bt_index_check('pk_entry')") == ""


def test_the_log_quotes_no_row(place: Path) -> None:
    url = server.ensure(place)
    ask(url, "CREATE TABLE resident (name text, phone text NOT NULL)")
    with pytest.raises(sa.exc.IntegrityError):
        ask(url, "INSERT INTO resident SELECT chr(24352) || chr(19977), NULL")
    log = (place / "postgres.log").read_text(encoding="utf-8")
    assert "violates not-null" in log and "张三" not in log
