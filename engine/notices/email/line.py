"""The line to the mail server, and what its answers mean."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from engine.notices.channels import SENT, Answer, ChannelDown, Letter
from engine.notices.email.writing import AddressInvalid, mail_of

TIMEOUT = 10.0  # seconds for each word of the server
GOOD_BYE = 421
_PORTS = {"smtp": 587, "smtps": 465, "smtp-plain": 25}


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it."""

    scheme: Literal["smtp", "smtps", "smtp-plain"]
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str = ""

    @classmethod
    def of(cls, url: str, sender: str) -> Server:
        """What SMTP_URL says."""
        parts = urlsplit(url)
        scheme: Literal["smtp", "smtps", "smtp-plain"] = parts.scheme  # type: ignore[assignment]
        return cls(scheme, parts.hostname or "", parts.port or _PORTS[scheme], unquote(parts.username or ""),
                   unquote(parts.password or ""), sender)


def send_all(server: Server, letters: Sequence[Letter]) -> Iterator[Answer]:
    """Letter by letter over one connection."""
    with _connected(server) as line:
        for letter in letters:
            yield _send(line, server, letter)


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection, safe and known by name; ChannelDown when it does not come about."""
    line: smtplib.SMTP | None = None
    try:
        safe = ssl.create_default_context()
        if server.scheme == "smtps":
            line = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=safe)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        if server.scheme == "smtp":
            line.starttls(context=safe)
        if server.user:
            line.login(server.user, server.password)
        line.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as broken:
        _hang_up(line)
        raise ChannelDown(_said(broken)) from broken
    try:
        yield line
    finally:
        _hang_up(line)


def _hang_up(line: smtplib.SMTP | None) -> None:
    with suppress(OSError, smtplib.SMTPException):
        if line is not None and line.sock is not None:
            line.sock.settimeout(1.0)
            line.quit()
    if line is not None:
        line.close()


def _send(line: smtplib.SMTP, server: Server, letter: Letter) -> Answer:
    """One mail: 2xx sent, 4xx later, 5xx never; a refused sender, 421 and a broken line concern the whole channel."""
    try:
        mail = mail_of(letter, server.sender)
        line.sendmail(server.sender, [letter.address], mail.as_bytes())
    except AddressInvalid as invalid:
        return Answer("never", str(invalid))
    except smtplib.SMTPSenderRefused as refused:
        raise ChannelDown(_said(refused)) from refused
    except smtplib.SMTPRecipientsRefused as refused:
        return _refused(*next(iter(refused.recipients.values())))
    except smtplib.SMTPDataError as refused:
        return _refused(refused.smtp_code, refused.smtp_error)
    except (OSError, smtplib.SMTPException) as broken:
        raise ChannelDown(_said(broken), in_hand=True) from broken
    return SENT


def _refused(code: int, text: bytes | str) -> Answer:
    said = f"{code} {_plain(text)}"
    if code == GOOD_BYE:
        raise ChannelDown(said, in_hand=True)
    return Answer("never" if code >= 500 else "later", said)


def _said(broken: Exception) -> str:
    if isinstance(broken, smtplib.SMTPResponseException):
        return f"{broken.smtp_code} {_plain(broken.smtp_error)}"
    return f"{type(broken).__name__}: {broken}"


def _plain(text: bytes | str) -> str:
    return " ".join((text.decode("utf-8", "replace") if isinstance(text, bytes) else text).split())
