from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from engine import backups
from engine.backups import archive
from engine.db import dumps
from tests.engine.backups.conftest import Site, work_begun
from tests.town import WEDNESDAY, Office

Make = Callable[..., Site]


@pytest.fixture
def kept(busy: Site, tmp_path: Path) -> Path:
    return busy.back_up(tmp_path / "kept").file


def rewritten(kept: Path, **changed: object) -> Path:
    """The same backup with another manifest, sums and all."""
    with archive.reading(kept) as before, archive.writing(kept.with_name("other"), 0, False) as after:
        manifest = {**json.loads(before.read("manifest.json")), **changed}
        after.add("database.dump", before.chunks("database.dump"))
        after.add("manifest.json", [json.dumps(manifest).encode()])
    return kept.with_name("other")


def is_untouched(site: Site) -> bool:
    with site.engine.connect() as connection:
        return not sa.inspect(connection).get_table_names() and not list(site.objects.iterdir())


def test_a_place_with_data_is_left_alone(kept: Path, make_site: Make) -> None:
    other = work_begun(make_site(empty=False))
    before = other.rows()
    with pytest.raises(backups.PlaceNotEmpty):
        other.restore(kept)
    assert other.rows() == before


def test_photos_of_another_place_are_left_alone(kept: Path, make_site: Make) -> None:
    elsewhere = make_site()
    elsewhere.objects.mkdir(parents=True)
    (elsewhere.objects / "theirs.jpg").write_bytes(b"theirs")
    with pytest.raises(backups.PlaceNotEmpty):
        elsewhere.restore(kept)
    assert elsewhere.photos() == {"theirs.jpg": b"theirs"}


def test_tables_without_rows_are_no_obstacle(kept: Path, busy: Site, make_site: Make) -> None:
    elsewhere = make_site(empty=False)
    elsewhere.restore(kept)
    assert elsewhere.rows() == busy.rows()


@pytest.mark.parametrize("damage", [lambda whole: whole[: len(whole) // 2], lambda whole: b"no tar at all",
                                    lambda whole: whole[:5000] + b"x" + whole[5001:]])
def test_a_damaged_file_is_refused(kept: Path, make_site: Make, damage: Callable[[bytes], bytes]) -> None:
    kept.write_bytes(damage(kept.read_bytes()))
    elsewhere = make_site()
    with pytest.raises(backups.BackupBroken):
        elsewhere.restore(kept)
    assert is_untouched(elsewhere)


def test_what_fails_half_way_leaves_an_empty_place(
    kept: Path, busy: Site, make_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, whole = make_site(), dumps.restore

    def break_off(url: str, chunks: Iterable[bytes]) -> None:
        content = b"".join(chunks)
        whole(url, [content[: len(content) // 2]])

    with monkeypatch.context() as breaking:
        breaking.setattr(dumps, "restore", break_off)
        with pytest.raises(dumps.DumpFailed):
            elsewhere.restore(kept)
    assert is_untouched(elsewhere) and not (elsewhere.here.data / "secret.key").exists()
    elsewhere.restore(kept)
    assert elsewhere.rows() == busy.rows()


def test_rows_that_are_not_those_of_the_backup_are_refused(make_site: Make, tmp_path: Path) -> None:
    kept = work_begun(make_site(empty=False, secret_key="s" * 40)).back_up(tmp_path / "kept").file
    with archive.reading(kept) as reader:
        sums = json.loads(reader.read("manifest.json"))["tables"]
    assert sums["case"][0] == 1 and len(sums) > 30
    sums["entry"][1] = "1"
    elsewhere = make_site(secret_key="s" * 40)
    elsewhere.objects.mkdir(parents=True)
    with pytest.raises(backups.BackupBroken, match="不一致：entry"):
        elsewhere.restore(rewritten(kept, tables=sums))
    assert is_untouched(elsewhere)


def test_another_secret_is_refused(make_site: Make, tmp_path: Path) -> None:
    work_begun(make_site(empty=False, secret_key="s" * 40)).back_up(tmp_path / "kept")
    for other in (None, "t" * 40):
        with pytest.raises(backups.OtherKey):
            make_site(secret_key=other).restore(tmp_path / "kept")
    assert make_site(secret_key="s" * 40).restore(tmp_path / "kept")["cases"] == 1


@pytest.mark.parametrize("changed", [{"revision": "9999"}, {"format": 2}])
def test_a_backup_of_a_newer_program_is_refused(kept: Path, make_site: Make, changed: dict[str, object]) -> None:
    elsewhere = make_site()
    with pytest.raises(backups.BackupTooNew):
        elsewhere.restore(rewritten(kept, **changed))
    assert is_untouched(elsewhere)


def test_nobody_else_may_be_there(kept: Path, make_site: Make) -> None:
    elsewhere = make_site()
    with psycopg.connect(elsewhere.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)):
        with pytest.raises(backups.PlaceInUse):
            elsewhere.restore(kept)


def test_a_photo_swept_while_it_was_made_has_no_row(busy: Site, make_site: Make, tmp_path: Path) -> None:
    with busy.sessions().begin() as session:
        loose = Office(session, WEDNESDAY).photo()
    (busy.objects / loose).unlink()
    assert busy.back_up(tmp_path / "kept").missing == []
    elsewhere = make_site()
    elsewhere.restore(tmp_path / "kept")
    assert len(elsewhere.rows()["attachment"]) == 1 and elsewhere.problems() == []
