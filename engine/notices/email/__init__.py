"""E-mail by SMTP: one connection a batch; what is refused for now and what is refused for ever are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.notices.channels import Address, Answer, Letter
from engine.notices.email.line import Server, send_all
from engine.settings import Settings

NAME = "email"
TITLE = ("邮件", "E-mail")
ADDRESS: Address = "email"
_server: Server | None = None


def configure(settings: Settings) -> None:
    """Take the mail server and the sender."""
    global _server
    _server = Server.of(settings.smtp_url, settings.mail_from) if settings.smtp_url and settings.mail_from else None


def health() -> str:
    """What the settings lack; empty when mails may leave."""
    return "" if _server else "SMTP_URL, MAIL_FROM"


def deliver(letters: Sequence[Letter]) -> Iterator[Answer]:
    """Send letter by letter over one connection; raises ChannelDown where the server is not to be had."""
    if _server is not None and letters:
        yield from send_all(_server, letters)
