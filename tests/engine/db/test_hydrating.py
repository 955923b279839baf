"""Rows that came as JSON are what the session would have read itself: same values, and it minds them as its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.cases.file import CaseFile
from engine.cases.models import Case
from engine.db.hydrating import hydrate
from engine.directory.models import Person
from engine.processes.models import Instance, Timer
from tests.town import Office

AT = datetime(2026, 3, 4, 1, 0, 0, 123456, tzinfo=UTC)


def docs(session: Session, table: str) -> list[dict[str, Any]]:
    """The rows of a table as `row_to_json` gives them."""
    return list(session.scalars(sa.text(f'SELECT row_to_json(t) FROM "{table}" AS t')))


def an_instance(session: Session) -> Instance:
    made = Instance(case_id=1, definition_id="case", definition_version=1, pack="base", definition_sha256="0" * 64,
                    state=b"\x00\xff\\x", started_at=AT)
    session.add(made)
    session.flush()
    return made


def test_a_row_reads_the_same_either_way(office: Office) -> None:
    case_id = office.resident().id
    office.session.expunge_all()
    theirs = office.session.get_one(Case, case_id)
    read = {column.key: getattr(theirs, column.key) for column in sa.inspect(Case).column_attrs}
    office.session.expunge_all()
    ours = next(one for one in hydrate(office.session, Case, docs(office.session, "case")) if one.id == case_id)
    assert {key: getattr(ours, key) for key in read} == read
    assert office.session.get_one(Case, case_id) is ours


def test_bytes_and_instants_keep_their_last_digit(session: Session) -> None:
    an_instance(session)
    session.expunge_all()
    [read] = hydrate(session, Instance, docs(session, "instance"))
    assert (read.state, read.started_at, read.ended_at) == (b"\x00\xff\\x", AT, None)


def test_what_was_read_is_written_and_deleted_like_any_other_row(session: Session) -> None:
    instance = an_instance(session)
    session.add(Timer(instance_id=instance.id, task=1, element="late", hangs_on=1, due_at=AT, interrupting=True))
    session.flush()
    session.expunge_all()
    [timer], [read] = hydrate(session, Timer, docs(session, "timer")), hydrate(session, Instance,
                                                                               docs(session, "instance"))
    read.state = b"changed"
    session.delete(timer)
    session.flush()
    assert docs(session, "timer") == [] and docs(session, "instance")[0]["state"] == f"\\x{b'changed'.hex()}"


def test_an_object_that_is_known_takes_over_what_the_row_says(session: Session) -> None:
    person = Person(name="旧")
    session.add(person)
    session.flush()
    session.execute(sa.text("UPDATE person SET name = '新' WHERE id = :id"), {"id": person.id})
    rows = [one for one in docs(session, "person") if one["id"] == person.id]
    assert hydrate(session, Person, rows) == [person] and person.name == "新" and person not in session.dirty


def test_a_rollback_forgets_what_was_changed_since(session: Session) -> None:
    person = Person(name="先")
    session.add(person)
    session.flush()
    rows = [one for one in docs(session, "person") if one["id"] == person.id]
    session.expunge_all()
    [read] = hydrate(session, Person, rows)
    with pytest.raises(RuntimeError), session.begin_nested():
        read.name = "后"
        session.flush()
        raise RuntimeError
    assert read.name == "先"


def test_what_waits_to_be_written_is_not_read_away(office: Office) -> None:
    case, session = office.resident(), office.session
    task = office.task("dispatch")
    with session.no_autoflush:
        task.version += 7
        wanted = task.version
        assert [one.version for one in CaseFile(session, case, only_read=True).tasks] == [wanted]
    session.expire_all()
    assert office.task("dispatch").version == wanted


def test_a_new_row_refuses_what_it_does_not_have() -> None:
    with pytest.raises(TypeError, match="nmae"):
        Person(nmae="错")
