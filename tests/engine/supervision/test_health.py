"""What the page of health turns red for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine import attachments
from engine.attachments import storing
from engine.supervision import health
from engine.supervision.beats import beat, rest

NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def untried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of one's own, not yet tried."""
    attachments.use_folder(tmp_path / "objects")
    monkeypatch.setattr(storing, "_tried", None)


def test_a_house_at_work_has_no_troubles(session: Session) -> None:
    beat(session, "one", NOW)
    assert health.troubles(session, NOW + timedelta(seconds=29)) == {}


@pytest.mark.parametrize("later", [timedelta(seconds=31), -timedelta(hours=1)])
def test_a_worker_is_silent_after_half_a_minute_and_a_clock_set_back_hides_none(
        session: Session, later: timedelta) -> None:
    beat(session, "one", NOW)
    assert health.troubles(session, NOW + later) == {"worker": "silent"}


def test_a_worker_that_went_home_is_not_there(session: Session) -> None:
    beat(session, "one", NOW)
    rest(session, "one")
    assert health.troubles(session, NOW) == {"worker": "silent"}


def test_a_store_that_takes_nothing_is_named_until_it_is_tried_again(
        session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(session, "one", NOW)
    (tmp_path / "objects").rmdir()
    (tmp_path / "objects").touch()
    assert health.troubles(session, NOW) == {"photos": "not writable"}
    (tmp_path / "objects").unlink()
    (tmp_path / "objects").mkdir()
    monkeypatch.setattr(storing, "TRIED_EVERY", 0.0)
    assert health.troubles(session, NOW) == {} and list((tmp_path / "objects").iterdir()) == []


def test_a_volume_with_little_room_counts_as_full(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(session, "one", NOW)
    monkeypatch.setattr(health, "is_full", lambda session: True)
    assert health.troubles(session, NOW) == {"storage": "full"}
