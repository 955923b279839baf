"""R2: processes die at the worst points of their work; the retry under the same key finds what was done, once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import clock
from engine.attachments.models import Attachment
from engine.cases.models import Case
from engine.db import failpoints, migrate
from engine.db.session import create_engine
from engine.notices.models import Inbox, Outbox
from engine.processes.models import Instance, Timer
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger, check
from tests.storms.herds import LATE
from tests.storms.house import House, run
from tests.storms.sizes import sizes


@pytest.fixture
def ledger(house: House) -> Iterator[Ledger]:
    """What is told in this test; whoever died in it is started again."""
    yield Ledger.opened(house)
    house.open()


def strike(house: House, point: str) -> None:
    """Wait until somebody has died at this point, and start again who is gone."""
    house.wait_for(lambda: not house.is_armed(point), f"nobody came by {point}")
    house.wait_for(lambda: house.has_lost() or point.startswith(("web", "photo")), f"nobody died at {point}")
    house.open()


@sizes(small=1, storm=20, full=20)
@pytest.mark.parametrize("point", ["web.before_commit", "web.after_commit"])
def test_an_act_whose_server_dies_happens_once(house: House, ledger: Ledger, point: str, size: int, seed: int, say: Say
                                               ) -> None:
    crowd = Crowd(house, ledger, seed)
    for _ in range(size):
        house.arm(point)
        number = crowd.report()
        strike(house, point)
        task = crowd.waiting(number)[0]
        house.arm(point)
        assert crowd.step(task, "own").status_code == 200
        strike(house, point)
    assert ledger.broken >= 2 * size
    say(f"{2 * size} deaths at {point}; {check(house, ledger)}; {house.verify()} checks")


def late_at(house: House, number: str) -> datetime:
    """When the timer of a case that nobody verifies is due: behind how many rest days nobody can say."""
    waiting = sa.select(Timer.due_at).join(Instance, Instance.id == Timer.instance_id).join(
        Case, Case.id == Instance.case_id).where(Case.number == number, Timer.element == LATE)
    with house.session() as session:
        return session.scalars(waiting).one()


@sizes(small=1, storm=20, full=20)
@pytest.mark.parametrize("point", ["due.before_commit", "due.after_commit"])
def test_a_timer_whose_worker_dies_fires_once(house: House, ledger: Ledger, point: str, size: int, seed: int, say: Say
                                              ) -> None:
    crowd = Crowd(house, ledger, seed)
    for _ in range(size):
        number = crowd.resident()
        house.drain()
        house.arm(point)
        house.advance(late_at(house, number) - clock.now())
        strike(house, point)
        house.drain()
        fired = [entry for entry in crowd.record(number) if entry["element"] == LATE]
        assert len(fired) == 1
        crowd.travel(number)
    say(f"{size} deaths at {point}; {check(house, ledger)}; {house.verify()} checks")


@sizes(small=1, storm=20, full=20)
@pytest.mark.parametrize("point", ["outbox.sent", "notices.before_commit", "notices.after_commit"])
def test_a_message_whose_sender_dies_arrives_once(house: House, ledger: Ledger, point: str, size: int, seed: int,
                                                  say: Say) -> None:
    crowd = Crowd(house, ledger, seed)
    for _ in range(size):
        house.drain()
        house.arm(point)
        crowd.report()
        strike(house, point)
    house.drain()
    house.wait_for(lambda: messages(house) > 0, "a message is missing, or there twice")
    say(f"{size} deaths at {point}; {messages(house)} messages, each there once; {check(house, ledger)}; "
        f"{house.verify()} checks")


def messages(house: House) -> int:
    """How many messages there are, when as many were made as lie in the inboxes; 0 as long as those differ."""
    made, there = (sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in (Outbox, Inbox))
    with house.session() as session:
        counts = session.execute(sa.select(made, there)).one()
    return counts[0] if counts[0] == counts[1] else 0


@sizes(small=1, storm=20, full=20)
def test_a_photo_whose_server_dies_is_kept_once(house: House, ledger: Ledger, size: int, seed: int, say: Say) -> None:
    crowd, point = Crowd(house, ledger, seed), "photo.stored"
    keys, before = set(), set(os.listdir(house.data / "objects"))
    for _ in range(size):
        house.arm(point)
        keys.add(crowd.photo("grid_worker.330902002001-centre.1"))
        strike(house, point)
    with house.session() as session:
        rows = set(session.scalars(sa.select(Attachment.key).where(Attachment.key.in_(keys))))
    files = set(os.listdir(house.data / "objects"))
    assert rows == keys <= files and not [name for name in files - before if not name.endswith(".jpg")]
    say(f"{size} deaths at {point}; {check(house, ledger)}; {house.verify()} checks")


@sizes(small=1, storm=20, full=20)
def test_a_migration_that_dies_is_run_again(make_database: Callable[..., str], tmp_path: Path, size: int, say: Say
                                            ) -> None:
    for _ in range(size):
        url = make_database(empty=True)
        (tmp_path / "migration.step").touch()
        environment = {"DATABASE_URL": url, failpoints.VARIABLE: str(tmp_path)}
        assert run(["-m", "engine.db", "upgrade"], environment) == -9
        engine = create_engine(url)
        with engine.connect() as connection:
            assert migrate.current(connection) is None and not sa.inspect(connection).get_table_names()
        assert run(["-m", "engine.db", "upgrade"], environment) == 0
        with engine.connect() as connection:
            assert migrate.differences(connection) == []
        engine.dispose()
    say(f"{size} deaths in a migration, each run again to its end")
