from __future__ import annotations

from pathlib import Path

import pytest

from engine.db import dumps, programs


@pytest.fixture
def tell_tale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of pg_dump a program that tells what it was told."""
    program = tmp_path / "tell"
    program.write_text('#!/bin/sh\necho "$@"\necho "$PGPASSWORD"\n')
    program.chmod(0o700)
    monkeypatch.setattr(programs, "find_program", lambda name: program)


@pytest.mark.usefixtures("tell_tale")
def test_no_neighbour_reads_the_password_from_the_list_of_processes() -> None:
    told = b"".join(dumps.dump("postgresql://wangge:s3cret@db.example/city", "1-1")).decode().splitlines()
    assert "--dbname=postgresql://wangge@db.example/city" in told[0] and "s3cret" not in told[0]
    assert told[1] == "s3cret"


def test_a_dump_that_fails_says_why(database_url: str) -> None:
    with pytest.raises(dumps.DumpFailed, match="snapshot"):
        list(dumps.dump(database_url, "no-such-snapshot"))


def test_what_is_no_dump_is_refused(database_url: str) -> None:
    with pytest.raises(dumps.DumpFailed):
        dumps.restore(database_url, [b"nonsense"])
