"""R9: the volume of the database is full; what cannot be done is refused in words, and nothing acknowledged is lost."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import requests

from engine.db import migrate, server
from tests import town
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger, check
from tests.storms.house import House
from tests.storms.sizes import sizes

ROOM = "256m"
RED, WELL = 120.0, 120.0  # seconds until the page of health says so, on a machine that is slow
MOST = 60  # acts that may find room before one is refused
REPORTER = f"grid_worker.{town.BASE[:12]}-centre.1"


@pytest.fixture
def small_house(tmp_path: Path) -> Iterator[House]:
    """A house whose database lies on a small volume of its own; skipped where nobody may mount one."""
    data, volume = tmp_path / "var", tmp_path / "volume"
    volume.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(volume)]
    if (refused := subprocess.run(command, capture_output=True, check=False, text=True)).returncode:
        pytest.skip(f"may not mount a small volume here: {refused.stderr.strip()}")
    try:
        house = House(data, settle(data, volume), workers=1, is_embedded=True)
        try:
            house.open()
            yield house
        finally:
            house.close()
    finally:
        server.stop(data)
        subprocess.run(["umount", str(volume)], check=True)


def settle(data: Path, volume: Path) -> str:
    """Build the small city, and move its database to the volume; its address."""
    url = server.ensure(data)
    migrate.upgrade(url)
    town.settle(url)
    server.stop(data)
    shutil.move(data / "postgres", volume / "postgres")
    (data / "postgres").symlink_to(volume / "postgres")
    return server.url(data)


def fill(volume: Path) -> None:
    """Take all room."""
    with open(volume / "filler", "wb", buffering=0) as filler, suppress(OSError):
        while filler.write(b"x" * 65536):
            pass


def use_up_journal(house: House) -> None:
    """Go on to the next segment of the journal until there is none, and the server goes down."""
    with suppress(psycopg.OperationalError), psycopg.connect(
            host=str(house.data / "postgres"), user=server.ROOT, dbname=server.OWNER, autocommit=True) as connection:
        while True:
            connection.execute("SELECT pg_logical_emit_message(false, 'storm', 'x'), pg_switch_wal()")


def words(answer: requests.Response) -> str:
    """What a refused person reads."""
    problem = answer.json()
    assert problem["code"] in ("storage_full", "database_unavailable"), problem
    assert "空间" in problem["detail"] or "数据库" in problem["detail"], problem
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
    return str(problem["code"])


@sizes(small=2, storm=10, full=20)
def test_a_full_volume_costs_time_only(small_house: House, size: int, seed: int, say: Say) -> None:
    house, ledger, volume = small_house, Ledger.opened(small_house), small_house.data.parent / "volume"
    crowd, refused, reddened, healed = Crowd(house, ledger, seed), Counter[int](), list[float](), list[float]()
    for number in range(size):
        crowd.enter(REPORTER)
        fill(volume)
        reddened.append(house.wait_for(lambda: house.ready().get("storage") == "full", "nobody says it is full", RED))
        waiting = refuse(crowd, refused)
        if number % 2:
            use_up_journal(house)
            waiting |= refuse(crowd, refused)
            assert not house.answers()
        (volume / "filler").unlink()
        healed.append(house.wait_for(house.answers, "it does not recover", WELL))
        for key, body in waiting.items():
            assert crowd.post(REPORTER, "/cases", body, key).status_code == 201
    assert set(refused) <= {0, 503, 507} and refused[507]
    say(f"{size} times a full volume, {size // 2} times the server went down with it: "
        f"{refused[507]} × 507, {refused[503]} × 503, {refused[0]} unanswered, all done later; red within "
        f"{max(reddened):.1f} s, well {max(healed):.1f} s after; {check(house, ledger)}; {house.verify()} checks")


def refuse(crowd: Crowd, refused: Counter[int]) -> dict[str, dict[str, object]]:
    """Report until three were refused; what those were, by key."""
    waiting: dict[str, dict[str, object]] = {}
    for _ in range(MOST):
        key = uuid.UUID(int=crowd.chance.getrandbits(128)).hex
        place = {"text": "3 号楼", "grid": town.BASE}
        body: dict[str, object] = {"description": f"楼道里堆满了垃圾（{key}）。", "place": place}
        answer = crowd.once(REPORTER, "/cases", body, key)
        if answer is None or answer.status_code != 201:
            waiting[key] = body
            refused[0 if answer is None else answer.status_code] += 1
            if answer is not None:
                words(answer)
        if len(waiting) == 3:
            return waiting
    raise AssertionError("the volume is not full")
