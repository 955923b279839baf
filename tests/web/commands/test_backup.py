"""The operator's road: back up, restore elsewhere, and be told that what came out is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import backups
from tests.web.commands.conftest import Desk


@pytest.fixture
def founded(desk: Desk, divisions: str) -> Desk:
    desk.answer("init", "--divisions", divisions, "--by", "绘制人", "--approved-by", "审批人")
    return desk


def test_a_place_moves_in_one_file(founded: Desk, make_desk: Callable[[], Desk], tmp_path: Path) -> None:
    told = founded.answer("backup", str(tmp_path / "kept"))
    assert (told["key"], told["cases"], told["file"]) == ("inside", 0, str(tmp_path / "kept"))
    elsewhere = make_desk()
    restored = elsewhere.answer("restore", str(tmp_path / "kept"))
    assert restored["verified"] is True and restored["verification"]["I8"]["checked"] > 0
    assert (elsewhere.data / "secret.key").read_text() == (founded.data / "secret.key").read_text()
    assert elsewhere.ask("SELECT count(*) FROM account") == 3


def test_a_drill_proves_a_backup_and_leaves_this_place_as_it_is(founded: Desk, tmp_path: Path) -> None:
    founded.answer("backup", str(tmp_path / "kept"))
    before = founded.ask("SELECT count(*) FROM session")
    told = founded.answer("restore", "--drill", str(tmp_path / "kept"))
    assert (told["drilled"], told["logged_in"], told["problems"], told["noted"]) == (True, 3, [], False)
    assert told["tables"] > 30 and told["rows"] > 100
    assert founded.ask("SELECT count(*) FROM session") == before
    (tmp_path / "kept").write_bytes((tmp_path / "kept").read_bytes()[:-2000])
    assert isinstance(founded.refused("restore", "--drill", str(tmp_path / "kept")), backups.BackupBroken)


def test_progress_is_told_apart_from_the_answer(founded: Desk, tmp_path: Path) -> None:
    result = founded.type("backup", str(tmp_path / "kept"))
    assert "数据库" in result.stderr and "数据库" not in result.stdout and str(tmp_path / "kept") in result.stdout


def test_the_help_says_that_the_file_opens_everything(desk: Desk) -> None:
    said = desk.type("backup", "--help").stdout
    assert "secret.key" in said and "0600" in said


def test_a_place_with_data_is_not_restored_over(founded: Desk, tmp_path: Path) -> None:
    founded.answer("backup", str(tmp_path / "kept"))
    assert isinstance(founded.refused("restore", str(tmp_path / "kept")), backups.PlaceNotEmpty)


def test_what_does_not_verify_is_said_and_ends_badly(
    founded: Desk, make_desk: Callable[[], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import verification

    founded.answer("backup", str(tmp_path / "kept"))
    broken = verification.Finding(checked=1)
    broken.wrong("a seal is broken")
    monkeypatch.setattr(verification, "verify", lambda session, at: {"I9": broken})
    result = make_desk().type("restore", str(tmp_path / "kept"))
    assert result.exit_code == 1 and "I9" in result.stderr and result.stdout == ""
