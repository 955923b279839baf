"""A channel is a folder: a copied one is found, takes its settings and carries what is urgent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine import notices
from engine.notices import channels, sms
from engine.settings import Gateway, Settings
from tests.engine.notices.post import reader, rows, tell


def test_the_folders_are_the_channels() -> None:
    assert {"email", "sms", "messenger"} <= set(notices.CHANNELS) and "http" not in notices.CHANNELS
    assert all(len(channel.TITLE) == 2 and channel.ADDRESS in ("email", "phone")
               for channel in notices.CHANNELS.values())


def test_a_copied_folder_is_a_channel(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pigeon"
    shutil.copytree(Path(str(sms.__file__)).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / "__init__.py").read_text(encoding="utf-8").replace('NAME = "sms"', 'NAME = "pigeon"')
    (folder / "__init__.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(notices, "__path__", [*notices.__path__, str(tmp_path)])
    channels.discover(notices.__path__)
    try:
        notices.configure(Settings(gateways={"pigeon": Gateway(url="http://127.0.0.1:1/", secret="s" * 16)}))
        assert notices.CHANNELS["pigeon"].health() == "" and sms.health() == "GATEWAYS: sms"
        person = reader(session)
        tell(session, person, "emergency")
        tell(session, person, "urge")
        assert [row.kind for row in rows(session, "pigeon")] == ["emergency"]
        assert [one.channel for one in notices.channel_health(session, rows(session, "pigeon")[0].made_at)] == [
            "inapp", "email", "messenger", "pigeon", "sms"]
    finally:
        del notices.CHANNELS["pigeon"]
        notices.configure(Settings())
