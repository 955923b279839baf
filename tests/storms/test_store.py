"""R9: the store of photos is broken or full; acts without a photo go on, and nothing half stored is kept."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests import town
from tests.storms.conftest import Say
from tests.storms.crowd import TIMEOUT, Crowd, Ledger, check
from tests.storms.house import House
from tests.storms.sizes import sizes

RED = 120.0  # seconds until the page of health says so, on a machine that is slow
WORKER = f"grid_worker.{town.BASE[:12]}-centre.1"


@contextmanager
def gone(objects: Path) -> Iterator[None]:
    """The folder is not there: in its place stands a file."""
    away = objects.with_name("objects.away")
    objects.rename(away)
    objects.touch()
    try:
        yield
    finally:
        objects.unlink()
        away.rename(objects)


@contextmanager
def full(objects: Path) -> Iterator[None]:
    """The folder is a volume without room; skipped where nobody may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(objects)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small volume here")
    (objects / "filler").write_bytes(b"x" * 4096)
    try:
        yield
        assert [file.name for file in objects.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", "-l", str(objects)], check=True)


@contextmanager
def read_only(objects: Path) -> Iterator[None]:
    """The folder is a volume that takes nothing any more; skipped where nobody may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(objects)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small volume here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(objects)], check=True)


@sizes(small=1, storm=10, full=20)
@pytest.mark.parametrize("broken", [gone, full, read_only])
def test_a_broken_store_stops_photos_only(house: House, broken: Callable[[Path], Iterator[None]], size: int, seed: int,
                                          say: Say) -> None:
    ledger = Ledger.opened(house)
    crowd, objects = Crowd(house, ledger, seed), house.data / "objects"
    fresh, before = {crowd.photo(WORKER)}, {file.name for file in objects.iterdir()}
    for _ in range(size):
        with broken(objects):  # type: ignore[attr-defined]
            refused = upload(house, crowd)
            assert refused.status_code in (503, 507) and refused.json()["code"] in ("store_unavailable", "storage_full")
            assert "照片" in refused.json()["detail"] or "空间" in refused.json()["detail"]
            task = crowd.waiting(crowd.report(town.BASE))[0]
            assert crowd.step(task, "own").status_code == 200
            house.wait_for(lambda: house.ready().get("photos") == "not writable", "nobody says that it is broken", RED)
        assert fresh <= {file.name for file in objects.iterdir()} <= before | fresh  # older ones may be swept
        fresh |= {crowd.photo(WORKER)}
    say(f"{size} times a store that is {broken.__name__}: photos refused in words, {check(house, ledger)}; "
        f"{house.verify()} checks")


def upload(house: House, crowd: Crowd) -> requests.Response:
    """A photo sent once."""
    crowd.enter(WORKER)
    return requests.post(f"{house.address}/attachments", timeout=TIMEOUT, data={"kind": "evidence"},
                         headers={"Authorization": f"Bearer {crowd.tokens[WORKER]}"},
                         files={"photo": ("photo.png", noise(crowd.chance), "image/png")})


def noise(chance: random.Random) -> bytes:
    """A photo of some size."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (64, 64), chance.randbytes(64 * 64 * 3)).save(out, "PNG")
    return out.getvalue()
