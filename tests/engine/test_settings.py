"""What the environment may say, and what is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine import settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key in settings.Settings.model_fields:
        monkeypatch.delenv(key.upper(), raising=False)
    monkeypatch.setenv("DATA", str(tmp_path / "var"))


@pytest.mark.parametrize(("key", "bad"), [
    ("PORT", "0"), ("PORT", "http"), ("DEMO", "perhaps"), ("DATABASE_URL", "mysql://here/wangge"),
    ("DEFAULT_LANGUAGE", "fr"), ("OFFICE_ZONE", "Zhoushan"), ("SECRET_KEY", "short"),
    ("OBJECTS_URL", "/photos"), ("SMTP_URL", "pop3://mail"), ("SMTP_URL", "smtp-plain://user:secret@mail"),
    ("MAIL_FROM", "wangge"), ("PUBLIC_URL", "wangge.example.cn"), ("GATEWAYS", '{"sms": {"url": '),
    ("GATEWAYS", '["sms"]'),
])
def test_a_bad_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, key: str, bad: str) -> None:
    monkeypatch.setenv(key, bad)
    with pytest.raises(settings.SettingsRefused, match=f"^{key}: "):
        settings.load()


def test_a_gateway_is_refused_by_its_name_and_its_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAYS", '{"sms": {"url": "https://sms.example.cn/messages", "secret": "kurz"}}')
    with pytest.raises(settings.SettingsRefused, match=r"^GATEWAYS\.SMS\.SECRET: ") as refused:
        settings.load()
    assert "kurz" not in str(refused.value)
    monkeypatch.setenv("GATEWAYS", '{"sms": {"url": "https://sms.example.cn/", "secret": "long enough to sign"}}')
    assert "long enough" not in repr(settings.load())


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert settings.load().port == 8000


def test_a_demo_can_be_declined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "0")
    assert settings.load().demo is False


def test_settings_do_not_change_while_we_run() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.load().port = 9000


def test_the_secret_is_made_once_and_for_its_owner_only() -> None:
    first, second = settings.load(), settings.load()
    assert first.key_for("sessions") == second.key_for("sessions")
    assert stat.S_IMODE((first.data / "secret.key").stat().st_mode) == 0o600


def test_each_purpose_has_its_own_key() -> None:
    here = settings.load()
    assert here.key_for("sessions") != here.key_for("contacts")


def test_the_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 40)
    assert "xxx" not in repr(settings.load())
