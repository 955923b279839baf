"""The postman in the worker: killed between sending and noting, or before a server that hangs; nothing lost or held."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import clock, notices
from engine.db import failpoints
from engine.jobs import JOBS, Job, Round
from engine.notices.channels import Answer, Letter
from engine.notices.models import Inbox, Outbox
from tests.engine.notices.post import Fake, reader
from tests.engine.notices.test_email import SENDER, Post, running
from web.place import Place
from web.worker import Worker

PATIENCE = 240.0
MAILED = {"ways": {"emergency": {"email": "now", "fake": "now"}}}


def tell(session: Session) -> None:
    """Something urgent for somebody with a mailbox."""
    notices.put(session, recipients=[reader(session, MAILED).id], kind="emergency", subject="330921-0001 紧急",
                at=clock.now())


def test_a_worker_killed_between_sending_and_noting_has_it_sent_again_under_the_same_id(place: Place, tmp_path: Path
                                                                                        ) -> None:
    mind = Post()
    with running(mind) as port, place.sessions.begin() as session:
        tell(session)
        session.commit()
        (tmp_path / "post.carried").touch()
        told = {"DATA": str(tmp_path), "DATABASE_URL": place.url, failpoints.VARIABLE: str(tmp_path), "DEMO": "1",
                "SECRET_KEY": "s" * 40, "SMTP_URL": f"smtp-plain://127.0.0.1:{port}", "MAIL_FROM": SENDER}
        assert _work(told).wait(PATIENCE) == -9, said(tmp_path)
        assert len(mind.taken) == 1 and not place_is_quiet(place)
        (tmp_path / "clock").write_text(str(timedelta(minutes=6).total_seconds()), encoding="ascii")
        again = _work(told)
        try:
            _until(lambda: place_is_quiet(place), tmp_path)
        finally:
            again.terminate()
            assert again.wait(PATIENCE) == 0
    ids = {message_from_bytes(one.content)["Message-ID"] for one in mind.taken if isinstance(one.content, bytes)}
    assert len(ids) == 1 and len(mind.taken) == 2


def place_is_quiet(place: Place) -> bool:
    """Whether the mail counts as delivered."""
    with place.sessions() as session:
        return bool(session.scalar(sa.select(Outbox.delivered_at).where(Outbox.channel == "email")))


def _work(told: dict[str, str]) -> subprocess.Popen[bytes]:
    with open(Path(told["DATA"]) / "worker.log", "ab") as log:
        return subprocess.Popen([sys.executable, "-m", "web.cli", "worker"], env={**os.environ, **told},
                                stdout=log, stderr=log)


def said(data: Path) -> str:
    """The last words of the workers."""
    return (data / "worker.log").read_text(encoding="utf-8", errors="replace")[-1500:]


def _until(what: Callable[[], bool], data: Path) -> None:
    begun = clock.stopwatch()
    while not what():
        assert clock.stopwatch() - begun < PATIENCE, said(data)
        threading.Event().wait(0.1)


class Hanging(Fake):
    """A channel whose server does not answer before somebody lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.over = threading.Event(), threading.Event()

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Wait, then send."""
        self.begun.set()
        assert self.over.wait(PATIENCE)
        yield from super().deliver(letters)


def test_a_channel_that_hangs_holds_no_row_and_no_other_channel(place: Place) -> None:
    hanging = Hanging()
    notices.CHANNELS["fake"] = hanging
    worker, inbox = Worker(place, ()), next(job for job in JOBS if isinstance(job, Job) and job.name == "notices")
    try:
        with place.sessions.begin() as session:
            tell(session)
        assert worker.do(inbox) == 1
        thread = threading.Thread(target=worker.do, args=[Round("post fake", timedelta(seconds=1), "fake")])
        thread.start()
        assert hanging.begun.wait(PATIENCE)
        with place.sessions.begin() as session:
            session.execute(sa.select(Outbox).with_for_update(nowait=True)).all()
            tell(session)
        assert worker.do(inbox) == 1
        with place.sessions.begin() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Inbox)) == 2 and hanging.sent == []
    finally:
        hanging.over.set()
        thread.join()
        del notices.CHANNELS["fake"]
    assert len(hanging.sent) == 2, "what came meanwhile goes in the next step"
