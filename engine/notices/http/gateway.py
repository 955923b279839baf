"""Handing a short message over: a signed JSON body, and what the answers mean (README.md)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import orjson

from engine import clock
from engine.notices.channels import SENT, Answer, ChannelDown, Letter
from engine.settings import Gateway, Settings

TIMEOUT = 10.0
MOST_READ = 2000  # bytes of an answer that are looked at
DUPLICATE, TOO_MANY = 409, 429
SETTINGS_WRONG = (401, 403, 404, 405)
TRY_LATER = (408, 425)
GATEWAY_DOWN = (502, 503, 504)


class Handover:
    """A channel by its name and its text: `write` makes of a letter what the receiver reads."""

    def __init__(self, name: str, write: Callable[[Letter], str]) -> None:
        self.name, self.write = name, write
        self.gateway: Gateway | None = None

    def configure(self, settings: Settings) -> None:
        """Take address and secret of this channel from GATEWAYS."""
        self.gateway = settings.gateways.get(self.name)

    def health(self) -> str:
        """What the settings lack; empty when messages may leave."""
        return "" if self.gateway else f"GATEWAYS: {self.name}"

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Hand over letter by letter; raises ChannelDown where the gateway is not to be had."""
        for letter in letters:
            if self.gateway is not None:
                yield self._hand_over(self.gateway, letter)

    def _hand_over(self, gateway: Gateway, letter: Letter) -> Answer:
        content = {"id": str(letter.id), "channel": self.name, "kind": letter.kind, "subject": letter.subject,
                   "body": self.write(letter), "to": letter.address}
        body = orjson.dumps(content)
        try:
            status, after, said = _post(gateway.url, body, headers(gateway.secret, body, letter))
        except TimeoutError as hung:
            raise ChannelDown(f"no answer within {TIMEOUT:g} s", in_hand=True) from hung
        except ConnectionRefusedError as refused:
            raise ChannelDown("connection refused") from refused
        except (OSError, HTTPException) as broken:
            raise ChannelDown(f"{type(broken).__name__}: {broken}", in_hand=True) from broken
        return meaning(status, after, said)


def headers(secret: str, body: bytes, letter: Letter) -> dict[str, str]:
    """The headers of a message; the signature covers the moment and the body, so that nobody can repeat it later."""
    moment = str(int((clock.now() - clock.offset()).timestamp()))
    return {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": str(letter.id),
            "X-Wangge-Timestamp": moment, "X-Wangge-Signature": f"sha256={sign(secret, moment, body)}"}


def sign(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over «moment.body» in hexadecimal."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def meaning(status: int, after: timedelta | None, said: str) -> Answer:
    """What an answer means for the letter; raises ChannelDown where it means something for all."""
    reason = f"{status} {said}".strip()
    if 200 <= status < 300 or status == DUPLICATE:
        return SENT
    if status == TOO_MANY:
        raise ChannelDown(reason, after=after or timedelta(minutes=1), is_busy=True)
    if status in SETTINGS_WRONG or 300 <= status < 400:
        raise ChannelDown(reason)
    if status in GATEWAY_DOWN:
        raise ChannelDown(reason, in_hand=True, after=after)
    if status in TRY_LATER or status >= 500:
        return Answer("later", reason, after)
    return Answer("never", reason)


def _post(url: str, body: bytes, with_headers: dict[str, str]) -> tuple[int, timedelta | None, str]:
    """Status, Retry-After and the beginning of the answer; redirects are not followed."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("POST", path, body, with_headers)
        answer = line.getresponse()
        said = answer.read(MOST_READ).decode("utf-8", "replace")
        return answer.status, _seconds(answer.getheader("Retry-After")), " ".join(said.split())[:200]
    finally:
        line.close()


def _seconds(text: str | None) -> timedelta | None:
    return timedelta(seconds=min(int(text), 86400)) if text and text.strip().isdigit() else None
