"""A letter as a mail: its id is the Message-ID at every attempt; marked as written by a program, so nobody answers."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine import clock
from engine.notices.channels import Letter, public_url

_OURS = "网格 Wangge"


class AddressInvalid(ValueError):
    """The register holds something that is no address of a mailbox."""


def mail_of(letter: Letter, sender: str) -> EmailMessage:
    """The mail with all its headers; raises AddressInvalid."""
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(_OURS, addr_spec=sender)
    mail["To"] = _mailbox(letter.address)
    mail["Subject"] = " ".join(f"[网格] {letter.subject}".split())
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{letter.id}@{domain}>"
    mail["List-Id"] = f"<notices.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Wangge-Kind"] = letter.kind
    if public_url():
        mail["List-Unsubscribe"] = f"<{public_url()}/console/preferences/notices>"
    mail.set_content(letter.body, charset="utf-8", cte="base64")
    return mail


def _mailbox(text: str) -> Address:
    """The address alone, without a name, so that none is written down on the way."""
    try:
        found = Address(addr_spec=text)
    except Exception as invalid:  # the parser of the standard library fails in many ways
        raise AddressInvalid("no address of a mailbox") from invalid
    if not found.username or "." not in found.domain and found.domain != "localhost" or not text.isascii():
        raise AddressInvalid("no address of a mailbox")
    return found
