"""The one write leaves the rows that SQLAlchemy's own flush would have left, in one statement, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine import attachments, notices
from engine.cases import sealing
from engine.db import tables, writing
from engine.db.session import create_engine
from engine.directory.models import Person
from engine.notices.models import Outbox
from engine.processes.models import Instance, Timer
from tests.town import Office

Copies = Callable[[], str]
BY_CHANCE = {"salt", "hash", "head_hash", "previous_hash", "act_id", "facts", "phone_hash", "sealed", "key", "sha256"}
AT = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
WORDS = "「引号」'\"\\ {\"a\": 1} %s %% \t\n𠮷🙂 NULL"


@contextmanager
def own_flush() -> Iterator[None]:
    """Sessions write as SQLAlchemy does."""
    event.remove(Session, "before_flush", writing._before_flush)
    try:
        yield
    finally:
        writing.install()


def travelled(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the small town after a case has travelled through it, by table, without what chance decides."""
    engine = create_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        office = Office(session)
        office.resident(description=f"井盖破裂 {WORDS}"[:100])
        office.do("dispatch", "department", note=WORDS)
        office.do("sign", "sign")
        office.wait(office.at_office(3, 6, 16))
        office.act("hold", office.who("seat", "330902002-centre"), until="2026-03-20T09:00:00+08:00")
        office.wait(office.at_office(3, 23, 16))
        office.walk(("handle_task", "done"), ("check", "rework"), ("handle_task", "done"), ("check", "pass"))
        session.commit()
        found = {table.name: _rows(session, table) for table in tables.metadata().sorted_tables}
    engine.dispose()
    return found


def _rows(session: Session, table: sa.Table) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in BY_CHANCE
               and not isinstance(column.type, sa.Uuid)]
    return sorted((tuple(row) for row in session.execute(sa.select(*columns))), key=repr)


@pytest.fixture
def copy_of_town(make_database: Callable[..., str], town_engine: sa.Engine, town_url: str, tmp_path: Path) -> Copies:
    """Makes databases with the small city in them."""
    attachments.use_folder(tmp_path / "photos")
    sealing.use_key("s" * 40)
    town_engine.dispose()  # nobody may be connected to what is copied
    return lambda: make_database(copy_of=town_url)


def test_a_case_leaves_the_same_rows_either_way(copy_of_town: Copies) -> None:
    ours = travelled(copy_of_town())
    with own_flush():
        theirs = travelled(copy_of_town())
    assert len(ours["entry"]) > 10 and ours["measure"] and len(ours["outbox"]) > 5
    assert ours == theirs


def test_what_an_act_changed_is_one_statement_beside_its_numbers(office: Office) -> None:
    session = office.session
    office.resident()
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: sent.append(given[2]))
    office.do("dispatch", "department")
    writes = [one for one in sent if "INSERT" in one or "UPDATE \"" in one or "DELETE" in one]
    assert len(writes) == 1 and writes[0].count("INSERT INTO") >= 5


def test_a_value_that_is_sql_is_left_to_sqlalchemy(session: Session) -> None:
    person = Person(name=sa.func.upper("abc"))
    session.add(person)
    session.flush()
    session.refresh(person)
    assert person.name == "ABC"


def test_text_comes_back_as_it_went(session: Session) -> None:
    person = Person(name=WORDS)
    session.add(person)
    session.flush()
    session.expire_all()
    assert person.name == WORDS


def test_columns_are_written_by_their_names_in_whatever_order_a_database_has_them(session: Session) -> None:
    session.execute(sa.text("ALTER TABLE person RENAME phone TO old"))
    session.execute(sa.text("ALTER TABLE person ADD COLUMN phone varchar(20)"))
    session.execute(sa.text("ALTER TABLE person DROP COLUMN old"))
    person = Person(name="先", phone="13800000000", email="a@example.org")
    session.add(person)
    session.flush()
    person.email = "b@example.org"
    session.flush()
    session.expire_all()
    assert (person.name, person.phone, person.email) == ("先", "13800000000", "b@example.org")


def test_what_a_savepoint_takes_back_is_not_remembered(session: Session) -> None:
    person = Person(name="先")
    session.add(person)
    session.flush()
    with pytest.raises(RuntimeError), session.begin_nested():
        person.name = "后"
        other = Person(name="另一个")
        session.add(other)
        session.flush()
        raise RuntimeError
    assert person.name == "先" and other not in session


def test_a_row_that_somebody_removed_is_missed(session: Session) -> None:
    person = Person(name="在")
    session.add(person)
    session.flush()
    session.execute(sa.text("DELETE FROM person WHERE id = :id"), {"id": person.id})
    person.name = "不在"
    with pytest.raises(writing.RowsGone):
        session.flush()


def test_a_deleted_row_makes_room_for_the_one_that_follows(session: Session) -> None:
    instance = Instance(case_id=1, definition_id="case", definition_version=1, pack="base",
                        definition_sha256="0" * 64, state=b"\x00\xff", started_at=AT)
    session.add(instance)
    session.flush()
    old = Timer(instance_id=instance.id, task=1, element="late", hangs_on=1, due_at=AT, interrupting=True)
    session.add(old)
    session.flush()
    session.delete(old)
    session.add(Timer(instance_id=instance.id, task=2, element="late", hangs_on=1, due_at=AT, interrupting=False))
    session.flush()
    session.expire_all()
    rows = session.scalars(sa.select(Timer).where(Timer.instance_id == instance.id)).all()
    assert [(row.task, row.interrupting) for row in rows] == [(2, False)] and instance.state == b"\x00\xff"


@pytest.mark.parametrize("pack", ["base", sa.func.lower("BASE")], ids=["one write", "SQLAlchemy's"])
def test_a_row_without_an_object_comes_after_what_it_hangs_on(session: Session, pack: Any) -> None:
    instance = Instance(case_id=1, definition_id="case", definition_version=1, pack=pack,
                        definition_sha256="0" * 64, state=b"", started_at=AT)
    writing.add(session, instance)
    writing.identify(session, instance)
    writing.insert_beside(session, Timer, {"instance_id": instance.id, "task": 1, "element": "late", "hangs_on": 1,
                                           "due_at": AT, "interrupting": True})
    session.flush()
    row = session.scalars(sa.select(Timer).where(Timer.instance_id == instance.id)).one()
    assert (row.element, row.due_at, row.interrupting) == ("late", AT, True) and instance in session


def test_whom_a_message_reaches_is_found_when_it_is_written(office: Office) -> None:
    session = office.session
    seat = office.who("seat", "330902002-centre")
    notices.put(session, recipients=notices.Holders(seat.posts[0].organisation_id, ("seat",), AT),
                kind="test", subject="交接", at=AT)
    session.add(Person(name="有人"))
    session.flush()
    told = session.scalars(sa.select(Outbox.recipient_id).where(Outbox.subject == "交接")).all()
    assert seat.person_id in told and len(told) == len(set(told)) >= 2


def test_a_message_goes_with_the_commit_when_nothing_else_is_written(copy_of_town: Copies) -> None:
    engine = create_engine(copy_of_town())
    with Session(engine) as session:
        seat = Office(session).who("seat", "330902002-centre")
        holders = notices.Holders(seat.posts[0].organisation_id, ("seat",), AT)
        notices.put(session, recipients=holders, kind="test", subject="撤回", at=AT)
        session.rollback()
        notices.put(session, recipients=holders, kind="test", subject="送出", at=AT)
        session.commit()
        assert set(session.scalars(sa.select(Outbox.subject))) == {"送出"}
    engine.dispose()
