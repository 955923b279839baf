"""The daily backup: when it is due, what is kept of it, what goes, and what is said when it fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from engine import audit, backups
from engine.backups import archive, keeping
from engine.backups.models import Backup
from engine.settings import Settings
from tests.engine.backups.conftest import Site

Make = Callable[..., Site]
FOUNDED = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # 09:00 in the office
NIGHT = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)  # 02:00 of the next day
DAY = timedelta(days=1)


@pytest.fixture
def house(make_site: Make) -> Iterator[Site]:
    """A place that was founded this morning, its backups planned."""
    site = make_site(empty=False)
    with site.sessions().begin() as session:
        audit.note(session, "初始化", [audit.Deed("founded", "place", "舟山市")], FOUNDED)
    backups.use_place(site.here)
    yield site
    keeping._here = None


def folder(site: Site) -> Path:
    assert site.here.backups_folder is not None
    return site.here.backups_folder


def keep(site: Site, at: datetime) -> int:
    with site.sessions().begin() as session:
        return backups.keep(session, at)


def rows(site: Site) -> list[Backup]:
    with site.sessions()() as session:
        return list(session.scalars(sa.select(Backup).order_by(Backup.id)))


def test_it_is_made_at_its_hour_once_a_day_and_read_back(house: Site) -> None:
    first_day = (FOUNDED, NIGHT - timedelta(seconds=1), NIGHT + timedelta(minutes=5))
    next_day = (NIGHT + timedelta(hours=1), NIGHT + timedelta(hours=23), NIGHT + DAY + timedelta(hours=1))
    assert [keep(house, at) for at in (*first_day, *next_day)] == [0, 0, 1, 0, 0, 1]
    first, second = rows(house)
    assert (first.state, first.checked_at, first.asked_by) == ("made", NIGHT + timedelta(minutes=5), None)
    with archive.reading(folder(house) / str(second.file)) as reader:
        assert json.loads(reader.read("manifest.json"))["tables"]["house_entry"][0] == 1


def test_the_oldest_goes(house: Site) -> None:
    backups.use_place(house.here.model_copy(update={"backups_kept": 2}))
    for day in range(4):
        keep(house, NIGHT + day * DAY + timedelta(minutes=5))
    assert len(list(folder(house).iterdir())) == 2
    assert [one.removed_at is not None for one in rows(house)] == [True, True, False, False]


def test_a_failure_is_said_and_tried_again_in_an_hour(house: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(house, NIGHT + timedelta(minutes=5))
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=0))
        keep(house, NIGHT + DAY + timedelta(minutes=5))
    assert keep(house, NIGHT + DAY + timedelta(minutes=30)) == 0
    assert keep(house, NIGHT + DAY + timedelta(minutes=70)) == 1
    assert [(one.state, one.problem) for one in rows(house)] == [
        ("made", None), ("failed", "备份文件夹所在的磁盘空间不够。"), ("made", None)]


def test_one_that_was_asked_for_is_made_at_once(house: Site) -> None:
    with house.sessions().begin() as session:
        backups.ask_for_one(session, "系统管理员 周管", FOUNDED)
        with pytest.raises(backups.BackupWanted):
            backups.ask_for_one(session, "系统管理员 周管", FOUNDED)
    assert keep(house, FOUNDED) == 1
    assert [(one.state, one.asked_by) for one in rows(house)] == [("made", "系统管理员 周管")]


def test_asking_does_not_wait_for_the_one_that_is_being_made(house: Site) -> None:
    with house.sessions()() as making:
        making.add(Backup(asked_at=NIGHT, state="waiting", missing=0))
        making.flush()
        with house.sessions().begin() as session:
            session.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            backups.ask_for_one(session, "系统管理员 周管", NIGHT)
    assert [one.state for one in rows(house)] == ["waiting"]


def test_an_empty_place_and_a_demo_are_not_backed_up(make_site: Make) -> None:
    site = make_site(empty=False)
    for here in (site.here, Settings(data=site.here.data, demo=True)):
        backups.use_place(here)
        assert keep(site, NIGHT + DAY) == 0 and rows(site) == []
    keeping._here = None


def test_what_a_killed_one_left_is_swept(house: Site) -> None:
    folder(house).mkdir(parents=True)
    (folder(house) / "wangge-20260301-020000.backup.making").write_bytes(b"half")
    keep(house, NIGHT + timedelta(minutes=5))
    assert [file.suffix for file in folder(house).iterdir()] == [".backup"]


def test_a_drill_is_noted_beside_its_backup(house: Site) -> None:
    keep(house, NIGHT + timedelta(minutes=5))
    with house.sessions().begin() as session:
        assert backups.note_drill(session, str(rows(house)[0].file), NIGHT + DAY)
        assert not backups.note_drill(session, "another", NIGHT + DAY)
    assert rows(house)[0].drilled_at == NIGHT + DAY
