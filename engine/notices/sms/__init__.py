"""Short messages to a phone, handed over by the contract of `http/README.md`; set GATEWAYS {"sms": …}."""

from engine.notices.channels import Address, Letter
from engine.notices.http import Handover

NAME = "sms"
TITLE = ("短信", "SMS")
ADDRESS: Address = "phone"
LONGEST = 70  # characters of one short message in Chinese; a link is never cut


def _write(letter: Letter) -> str:
    return f"{f'【网格】{letter.subject}'[:LONGEST]} {letter.link}".rstrip()


_handover = Handover(NAME, _write)
configure, health, deliver = _handover.configure, _handover.health, _handover.deliver
