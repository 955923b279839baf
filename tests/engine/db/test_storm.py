"""The server is killed while people work: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.db import server
from engine.db.session import create_engine

KILLS = 20


class Writer(threading.Thread):
    """Writes numbered rows, one commit each, and remembers which were acknowledged."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self.engine = create_engine(url, pool_size=1)
        self.number = number
        self.acknowledged: list[int] = []
        self.ended = threading.Event()

    def run(self) -> None:
        count = 0
        while not self.ended.is_set():
            count += 1
            try:
                with self.engine.begin() as connection:
                    row = {"writer": self.number, "count": count}
                    connection.execute(sa.text("INSERT INTO act VALUES (:writer, :count)"), row)
                self.acknowledged.append(count)
            except sa.exc.OperationalError:
                time.sleep(0.05)
        self.engine.dispose()


@pytest.mark.storm
def test_no_acknowledged_row_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    url = server.ensure(tmp_path)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE act (writer int, count int, PRIMARY KEY (writer, count))"))
    writers = [Writer(url, number) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(KILLS):
            time.sleep(random.uniform(0.2, 1.0))
            pid = int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            server.ensure(tmp_path)
    finally:
        for writer in writers:
            writer.ended.set()
            writer.join()
    with engine.connect() as connection:
        kept = {tuple(row) for row in connection.execute(sa.text("SELECT writer, count FROM act"))}
    engine.dispose()
    server.stop(tmp_path)
    acknowledged = {(writer.number, count) for writer in writers for count in writer.acknowledged}
    assert len(acknowledged) > 100 and acknowledged <= kept
