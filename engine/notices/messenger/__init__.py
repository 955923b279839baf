"""Enterprise messengers (企业微信, 钉钉, 政务钉钉): the contract of `http/README.md`; set GATEWAYS {"messenger": …}."""

from engine.notices.channels import Address, Letter
from engine.notices.http import Handover

NAME = "messenger"
TITLE = ("政务钉钉 / 企业微信", "Messenger")
ADDRESS: Address = "phone"


def _write(letter: Letter) -> str:
    return f"{letter.subject}\n{letter.body}"


_handover = Handover(NAME, _write)
configure, health, deliver = _handover.configure, _handover.health, _handover.deliver
