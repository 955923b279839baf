"""E-mail against a real SMTP server: what is accepted, refused for now, refused for ever; servers that hang or die."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as Dialog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine import clock, notices
from engine.notices import email
from engine.notices.channels import Answer, ChannelDown, Letter
from engine.notices.email import line
from engine.settings import Settings

SENDER = "wangge@example.cn"
LONG = 60.0  # seconds that a hanging server would hold us, were it waited for
PATIENCE = 240.0


class Post:
    """A mail server's mind: what it says to a receiver and to a mail, by the name before the @."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.says: dict[str, str] = {}
        self.hangs_up = ""

    async def handle_MAIL(self, server: Any, session: Dialog, envelope: Envelope, address: str, options: list[str]
                          ) -> str:  # noqa: N802
        """Who sends."""
        envelope.mail_from = address
        return self.says.get("sender", "250 OK")

    async def handle_RCPT(self, server: Any, session: Dialog, envelope: Envelope, address: str, options: list[str]
                          ) -> str:  # noqa: N802
        """Who gets it."""
        said = self.says.get(address.partition("@")[0], "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Dialog, envelope: Envelope) -> str:  # noqa: N802
        """The mail itself."""
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name == self.hangs_up:
            server.transport.abort()
        said = self.says.get(f"{name} data", "250 OK")
        if said.startswith("250"):
            self.taken.append(envelope)
        return said


@contextmanager
def running(mind: Post, **how: Any) -> Iterator[int]:
    """A mail server of this mind, as long as the block lasts; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = Controller(mind, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE, **how)
    server.start()
    try:
        yield port
    finally:
        server.stop()
        notices.configure(Settings())


@pytest.fixture
def post() -> Iterator[Post]:
    """A running mail server without TLS, and the channel set to it."""
    mind = Post()
    with running(mind) as port:
        use(f"smtp-plain://127.0.0.1:{port}")
        yield mind


def use(url: str) -> None:
    """Set the channel to a server."""
    notices.configure(Settings(smtp_url=url, mail_from=SENDER, public_url="https://wangge.example.cn"))


def letter(name: str = "zhang", number: int = 1) -> Letter:
    """A letter to somebody."""
    return Letter(uuid.UUID(int=number), "urge", f"{name}@example.cn", "330921-2611-000012 催办", "正文\n第二行")


def send(*letters: Letter) -> list[Answer]:
    """What became of them."""
    return list(email.deliver(letters or (letter(),)))


def outcomes(*letters: Letter) -> list[str]:
    """What became of them, in a word each."""
    return [answer.outcome for answer in send(*letters)]


def test_a_mail_says_who_what_and_that_nobody_need_answer(post: Post) -> None:
    assert outcomes() == ["sent"]
    envelope, = post.taken
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=default)
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["zhang@example.cn"])
    assert mail["Subject"] == "[网格] 330921-2611-000012 催办" and b"=?utf-8?" in envelope.content
    assert mail["Message-ID"] == f"<{uuid.UUID(int=1)}@example.cn>"
    assert (mail["Auto-Submitted"], mail["List-Id"]) == ("auto-generated", "<notices.example.cn>")
    assert mail["List-Unsubscribe"] == "<https://wangge.example.cn/console/preferences/notices>"
    assert mail["From"].addresses[0].addr_spec == SENDER and mail["Date"] is not None
    assert mail.get_content().split() == ["正文", "第二行"] and envelope.content.isascii()


def test_the_same_letter_bears_the_same_id_again(post: Post) -> None:
    send()
    send()
    ids = {message_from_bytes(one.content)["Message-ID"] for one in post.taken if isinstance(one.content, bytes)}
    assert len(post.taken) == 2 and len(ids) == 1


@pytest.mark.parametrize("where, said, outcome", [
    ("zhang", "550 5.1.1 no such mailbox", "never"), ("zhang", "451 4.7.1 greylisted, come back", "later"),
    ("zhang data", "554 5.6.0 not wanted", "never"), ("zhang data", "452 4.3.1 disk full", "later"),
])
def test_what_is_refused_for_now_and_for_ever_is_told_apart_and_stops_no_other(
    post: Post, where: str, said: str, outcome: str
) -> None:
    post.says = {where: said}
    first, second = send(letter("zhang", 1), letter("li", 2))
    assert (first.outcome, first.reason, second.outcome) == (outcome, said, "sent")


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "张三@例子.中国", "a@b\r\nBcc: all@example.cn", "a b@c.cn"])
def test_what_is_no_address_is_never_sent(post: Post, address: str) -> None:
    wrong = Letter(uuid.UUID(int=1), "urge", address, "题", "文")
    assert outcomes(wrong, letter(number=2)) == ["never", "sent"]


def test_a_subject_cannot_bring_headers_along(post: Post) -> None:
    send(Letter(uuid.UUID(int=1), "urge", "zhang@example.cn", "题\r\nBcc: all@example.cn", "文"))
    content = post.taken[0].content
    assert isinstance(content, bytes) and message_from_bytes(content)["Bcc"] is None


@pytest.mark.parametrize("says, in_hand", [
    ({"sender": "550 5.7.1 who are you"}, False), ({"zhang": "421 4.3.2 closing"}, True),
    ({"zhang data": "421 4.3.2 closing"}, True),
])
def test_what_concerns_every_mail_is_the_channels_trouble(post: Post, says: dict[str, str], in_hand: bool) -> None:
    post.says = says
    with pytest.raises(ChannelDown) as down:
        send()
    assert down.value.in_hand == in_hand and down.value.reason == next(iter(says.values()))


def test_a_server_that_dies_over_a_mail_leaves_it_in_hand(post: Post) -> None:
    post.hangs_up = "zhang"
    sent: list[Answer] = []
    with pytest.raises(ChannelDown) as down:
        for answer in email.deliver((letter("li", 1), letter("zhang", 2), letter("wang", 3))):
            sent.append(answer)
    assert [one.outcome for one in sent] == ["sent"] and down.value.in_hand
    assert [one.rcpt_tos for one in post.taken] == [["li@example.cn"], ["zhang@example.cn"]], "taken, and nobody knows"


def test_nobody_there_is_the_channels_trouble() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        use(f"smtp-plain://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(ChannelDown, match="refused") as down:
            send()
    assert not down.value.in_hand


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n"])
def test_a_server_that_hangs_is_not_waited_for(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        def accept() -> None:
            held = silent.accept()[0]
            with suppress(ConnectionError):  # whoever did not wait may be gone before the greeting
                held.sendall(greeting)
                held.recv(1000)  # EHLO, or nothing
                over.wait(LONG)
            held.close()

        over = threading.Event()
        thread = threading.Thread(target=accept)
        thread.start()
        use(f"smtp-plain://127.0.0.1:{silent.getsockname()[1]}")
        begun = clock.stopwatch()
        with pytest.raises(ChannelDown, match=r"[Tt]ime"):
            send()
        assert clock.stopwatch() - begun < LONG
        over.set()
        thread.join()


def test_without_tls_nothing_is_said_to_a_server_that_should_have_it(post: Post) -> None:
    assert email._server is not None
    use(f"smtp://user:secret@127.0.0.1:{email._server.port}")
    with pytest.raises(ChannelDown, match="STARTTLS"):
        send()
    assert post.taken == []


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate that the house trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = datetime.timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, clock.now() - day, clock.now() + day).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False).sign(
            key, hashes.SHA256())
    file = tmp_path / "server.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("password, goes", [("secret", True), ("wrong", False)])
def test_a_password_is_said_under_tls_only(certificate: ssl.SSLContext, password: str, goes: bool) -> None:
    def authenticate(server: Any, dialog: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:
        assert server.transport.get_extra_info("sslcontext")
        return AuthResult(success=given.password == b"secret", handled=False)

    mind = Post()
    with running(mind, tls_context=certificate, require_starttls=True, authenticator=authenticate,
                 auth_required=True) as port:
        use(f"smtp://user:{password}@127.0.0.1:{port}")
        if goes:
            assert outcomes() == ["sent"]
        else:
            with pytest.raises(ChannelDown, match="535"):
                send()
        assert len(mind.taken) == int(goes)


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
                                                          ) -> None:
    mind = Post()
    with running(mind, tls_context=certificate) as port:
        monkeypatch.delenv("SSL_CERT_FILE")
        use(f"smtp://127.0.0.1:{port}")
        with pytest.raises(ChannelDown, match="CERTIFICATE_VERIFY_FAILED"):
            send()
        assert mind.taken == []


@pytest.mark.parametrize("url", ["smtp-plain://user:secret@mail.example.cn", "smtp://", "pop3://mail.example.cn"])
def test_settings_that_cannot_be_meant_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="smtp_url"):
        use(url)
