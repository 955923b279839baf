"""Where we are deployed: a dozen keys from the environment, each right in production when nobody sets it.

What an office may change belongs in rules/, not here.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


class SettingsRefused(ValueError):
    """A key of the environment has a value that we cannot run with."""


class Gateway(BaseModel):
    """Where a channel of messages over HTTP is handed over (`engine/notices/http/README.md`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://[^/\s]+")
    secret: str = Field(min_length=16, repr=False)
    """Signs what is handed over; the other side knows it too."""


class Settings(BaseSettings):
    """The keys, named in the environment as here in capitals, without a prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Path("var")
    """Folder of everything this place keeps: database, objects, keys, clock of a demo."""
    database_url: str | None = None
    """A PostgreSQL of your own (15 or later); unset: the embedded server in DATA."""
    bind: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    demo: bool = True
    """An empty place gets the demo city; DEMO=0 gives the first-run page."""
    secret_key: str | None = Field(default=None, min_length=32, repr=False)
    """Signs sessions and seals contacts; unset: a random one, kept in DATA. Shared by all machines."""
    objects_url: str | None = Field(default=None, pattern=r"^(file|s3|gs|az)://")
    """Where photos and papers lie, such as s3://bucket/prefix; unset: a folder in DATA."""
    default_language: Literal["zh", "en"] = "zh"
    office_zone: str = "Asia/Shanghai"
    https: bool = False
    """Set where a proxy serves us over https: cookies are then sent over https only."""
    proxies: int = Field(default=0, ge=0, le=5)
    """How many proxies of ours stand before us; so many forwarded addresses are believed."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+[^/\s?#]*$")
    """Where readers reach this place, such as https://wangge.example.cn; links in letters begin with it."""
    smtp_url: str | None = Field(default=None, pattern=r"^(smtp|smtps|smtp-plain)://\S+$", repr=False)
    """The mail server: smtp://user:password@host:587 (STARTTLS), smtps://…:465 (TLS), smtp-plain://host:25 (neither,
    no password). Unset: no e-mail."""
    mail_from: str | None = Field(default=None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    """The sender of e-mail; needed with SMTP_URL."""
    gateways: dict[str, Gateway] = Field(default_factory=dict)
    """Channels over HTTP by name, as JSON: {"sms": {"url": "https://…", "secret": "…"}, "messenger": …}."""
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=4, ge=1, le=64)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    backups: Path | None = None
    """Folder of the daily backups, best on another volume; unset: in DATA, and none in a demo."""
    backup_at: str = Field(default="02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When the daily backup is made, by the office's clock."""
    backups_kept: int = Field(default=14, ge=1, le=3650)
    """How many of them are kept; the oldest goes."""

    @field_validator("data", "backups")
    @classmethod
    def _whole_path(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str | None) -> str | None:
        if value is not None and value.split("://")[0] not in _POSTGRESQL:
            raise ValueError("must be a postgresql:// address")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "smtp://localhost")
        if not parts.hostname or (parts.scheme == "smtp-plain" and parts.password):
            raise ValueError("needs a host; and smtp-plain:// takes no password, which would go over the line as it is")
        return value

    @field_validator("office_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError("must be a time zone such as Asia/Shanghai") from unknown
        return value

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for one purpose ("sessions", "contacts"), always the same for the same secret."""
        secret = self.secret_key or _kept_secret(self.data)
        return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)

    @property
    def backups_folder(self) -> Path | None:
        """Where daily backups go; None where none are made."""
        return self.backups or (None if self.demo else self.data / "backups")

    @property
    def clock_file(self) -> Path:
        """Where a demo city keeps the offset of its clock."""
        return self.data / "clock"


def load() -> Settings:
    """The settings of this process; raises SettingsRefused naming every bad key."""
    try:
        return Settings()
    except ValidationError as refused:
        lines = [f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in refused.errors()]
        raise SettingsRefused("\n".join(lines)) from None
    except SettingsError as refused:  # a key that must be JSON and is none
        key = next((name.upper() for name in Settings.model_fields if f'"{name}"' in str(refused)), "?")
        raise SettingsRefused(f"{key}: must be JSON") from None


def _kept_secret(data: Path) -> str:
    """The secret in the data folder, made at the first question; only its owner may read it."""
    place = data / "secret.key"
    if not place.exists():
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        making = data / f"secret.key.{os.getpid()}"
        opened = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(opened, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(making, place)
        making.unlink()
    return place.read_text(encoding="ascii")
