"""Files that a kill left between storing a photo and committing its row."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine import attachments
from tests.town import a_photo

NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    attachments.use_folder(tmp_path)
    return tmp_path


def written(store: Path, key: str, ago: timedelta) -> None:
    """The file of this key is that old."""
    moment = (NOW - ago).timestamp()
    os.utime(store / key, (moment, moment))


def test_a_file_without_a_row_goes(session: Session, store: Path) -> None:
    attachments.put("stray.jpg", b"x")
    written(store, "stray.jpg", timedelta(minutes=31))
    assert attachments.sweep_strays(session, NOW) == 1 and list(store.iterdir()) == []


def test_a_file_whose_row_may_still_be_committed_stays(session: Session, store: Path) -> None:
    attachments.put("fresh.jpg", b"x")
    written(store, "fresh.jpg", timedelta(minutes=29))
    assert attachments.sweep_strays(session, NOW) == 0 and list(store.iterdir()) != []


def test_a_file_with_a_row_stays_however_old(session: Session, store: Path) -> None:
    key = attachments.add_photo(session, a_photo(), kind="report", by=None, at=NOW).key
    written(store, key, timedelta(days=400))
    assert attachments.sweep_strays(session, NOW) == 0 and attachments.get(key)
