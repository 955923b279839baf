from __future__ import annotations

import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import attachments, backups
from tests.engine.backups.conftest import Site

Make = Callable[..., Site]


def test_only_its_owner_may_read_it(busy: Site, tmp_path: Path) -> None:
    made = busy.back_up(tmp_path / "kept")
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600


def test_it_holds_the_secret_only_when_that_lies_in_data(make_site: Make, tmp_path: Path) -> None:
    for secret_key, holds in ((None, True), ("s" * 40, False)):
        site = make_site(empty=False, secret_key=secret_key)
        site.back_up(tmp_path / "kept", force=True)
        with tarfile.open(tmp_path / "kept") as tar:
            assert ("secret.key" in tar.getnames()) is holds


def test_an_earlier_one_is_replaced_only_when_told(busy: Site, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("earlier")
    with pytest.raises(backups.FileExists):
        busy.back_up(tmp_path / "kept")
    assert (tmp_path / "kept").read_text() == "earlier"
    assert tarfile.is_tarfile(busy.back_up(tmp_path / "kept", force=True).file)


def test_one_that_fails_leaves_no_file(busy: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(key: str) -> bytes:
        raise attachments.StoreUnavailable

    monkeypatch.setattr(attachments, "get", fail)
    (tmp_path / "out").mkdir()
    with pytest.raises(attachments.StoreUnavailable):
        busy.back_up(tmp_path / "out" / "kept")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_photo_that_is_gone_is_named(busy: Site, tmp_path: Path) -> None:
    photo = next(busy.objects.iterdir())
    photo.unlink()
    assert busy.back_up(tmp_path / "kept").missing == [photo.name]


def test_a_place_without_tables_has_nothing_to_keep(make_site: Make, tmp_path: Path) -> None:
    with pytest.raises(backups.NothingToKeep):
        make_site().back_up(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
