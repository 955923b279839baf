"""Messages over HTTP against a real server: signed, repeated under one id, and what each answer means."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType

import orjson
import pytest

from engine import clock, notices
from engine.notices import messenger, sms
from engine.notices.channels import Answer, ChannelDown, Letter
from engine.notices.http import gateway
from engine.notices.http.gateway import sign
from engine.settings import Gateway, Settings

SECRET = "a secret of both sides"
LONG = 60.0  # seconds that a hanging gateway would hold us, were it waited for


@dataclass
class Platform:
    """A gateway: what it got, and what it answers."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    said: str = "ok"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    wait: float = 0.0
    ends: bool = False
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A running gateway, and both channels set to it."""
    mind = Platform()

    class Answering(BaseHTTPRequestHandler):
        """Answers as the platform is minded."""

        def do_POST(self) -> None:  # noqa: N802
            """One message."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mind.got.append((dict(self.headers), body))
            mind.over.wait(mind.wait)
            if mind.ends:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(mind.status)
            for name, value in mind.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(mind.said.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    use(f"http://127.0.0.1:{server.server_port}/messages?from=wangge")
    yield mind
    mind.over.set()
    server.shutdown()
    thread.join()
    server.server_close()
    notices.configure(Settings())


def use(url: str) -> None:
    """Set both channels to a gateway."""
    both = {name: Gateway(url=url, secret=SECRET) for name in ("sms", "messenger")}
    notices.configure(Settings(gateways=both))


def send(channel: ModuleType = sms, subject: str = "330921-0012 催办") -> Answer:
    """What became of a message."""
    letter = Letter(uuid.UUID(int=7), "urge", "13800000000", subject, "正文 https://wangge.example.cn/x")
    answer, = channel.deliver([letter])
    assert isinstance(answer, Answer)
    return answer


def test_a_message_is_signed_and_says_what_the_contract_says(platform: Platform) -> None:
    assert send().outcome == "sent"
    (headers, body), = platform.got
    assert orjson.loads(body) == {
        "id": str(uuid.UUID(int=7)), "channel": "sms", "kind": "urge", "subject": "330921-0012 催办",
        "body": "【网格】330921-0012 催办", "to": "13800000000"}
    moment = headers["X-Wangge-Timestamp"]
    assert headers["X-Wangge-Signature"] == f"sha256={sign(SECRET, moment, body)}"
    assert abs(int(moment) - clock.now().timestamp()) < 300
    assert headers["Idempotency-Key"] == str(uuid.UUID(int=7))
    assert sign("another secret here", moment, body) not in headers["X-Wangge-Signature"]


def test_a_short_message_is_short_and_a_messengers_is_whole(platform: Platform) -> None:
    send(sms, "长" * 200)
    send(messenger)
    short, whole = (orjson.loads(body)["body"] for _, body in platform.got)
    assert len(short) == 70 and whole == "330921-0012 催办\n正文 https://wangge.example.cn/x"


@pytest.mark.parametrize("status, outcome", [
    (201, "sent"), (409, "sent"), (400, "never"), (410, "never"), (422, "never"), (408, "later"), (500, "later"),
])
def test_what_an_answer_means_for_the_message(platform: Platform, status: int, outcome: str) -> None:
    platform.status, platform.said = status, "the platform's words"
    answer = send()
    assert answer.outcome == outcome
    assert answer.outcome == "sent" or answer.reason == f"{status} the platform's words"


@pytest.mark.parametrize("status, in_hand", [(401, False), (403, False), (404, False), (302, False), (503, True)])
def test_what_an_answer_means_for_the_channel(platform: Platform, status: int, in_hand: bool) -> None:
    platform.status, platform.headers = status, {"Location": "http://127.0.0.1:1/elsewhere"}
    with pytest.raises(ChannelDown) as down:
        send()
    assert down.value.in_hand == in_hand and not down.value.is_busy and len(platform.got) == 1


@pytest.mark.parametrize("given, meant", [("120", timedelta(minutes=2)), ("soon", timedelta(minutes=1))])
def test_too_many_messages_wait_as_long_as_asked(platform: Platform, given: str, meant: timedelta) -> None:
    platform.status, platform.headers = 429, {"Retry-After": given}
    with pytest.raises(ChannelDown) as down:
        send()
    assert down.value.is_busy and down.value.after == meant


def test_a_gateway_that_hangs_is_not_waited_for(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT", 0.3)
    platform.wait = LONG
    begun = clock.stopwatch()
    with pytest.raises(ChannelDown, match="no answer") as down:
        send()
    assert down.value.in_hand and clock.stopwatch() - begun < LONG


def test_a_gateway_that_dies_over_a_message_leaves_it_in_hand(platform: Platform) -> None:
    platform.ends = True
    with pytest.raises(ChannelDown) as down:
        send()
    assert down.value.in_hand


def test_nobody_there_is_the_channels_trouble() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        use(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        with pytest.raises(ChannelDown, match="refused") as down:
            send()
    assert not down.value.in_hand


def test_a_channel_without_a_gateway_says_what_it_lacks() -> None:
    notices.configure(Settings())
    assert (sms.health(), messenger.health()) == ("GATEWAYS: sms", "GATEWAYS: messenger")
