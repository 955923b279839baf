"""The record: append-only by the database, sealed entry after entry, anchored every hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine import audit
from engine.audit.models import Entry
from tests.builders import NOW


def written(session: Session, case_id: int = 1, count: int = 3) -> list[Entry]:
    """A chain of entries."""
    made: list[Entry] = []
    for seq in range(1, count + 1):
        made.append(audit.make_entry(previous=made[-1].hash if made else "", case_id=case_id, seq=seq, actor="坐席",
                                     at=NOW + timedelta(minutes=seq), verb="urge", facts={"n": seq}, versions={}))
    session.add_all(made)
    session.flush()
    return made


def test_a_chain_that_nobody_touched_is_whole(session: Session) -> None:
    written(session)
    assert audit.broken_links(audit.list_entries(session, 1)) == []


@pytest.mark.parametrize(("column", "value"), [
    ("actor", "别人"), ("verb", "void"), ("facts", {"n": 4}), ("at", NOW), ("organisation_id", 7), ("element", "x"),
    ("versions", {"limits": "base/2"}), ("act_id", "y"), ("previous_hash", "0" * 64), ("hash", "0" * 64),
])
def test_every_column_is_sealed(session: Session, column: str, value: Any) -> None:
    entries = written(session)
    session.expunge_all()
    setattr(entries[1], column, value)
    assert audit.broken_links(entries)


@pytest.mark.parametrize("change", ["cut", "swap", "double"])
def test_a_line_that_is_gone_moved_or_doubled_shows(session: Session, change: str) -> None:
    first, second, third = written(session)
    assert audit.broken_links({"cut": [first, third], "swap": [first, third, second],
                               "double": [first, first, second, third]}[change])


@pytest.mark.parametrize("sql", ["UPDATE entry SET actor = 'x'", "DELETE FROM entry", "TRUNCATE entry",
                                 "UPDATE anchor SET chains = 9", "DELETE FROM anchored"])
def test_the_database_refuses_to_change_the_record(session: Session, sql: str) -> None:
    written(session)
    audit.anchor(session, NOW)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(sql))


def test_an_anchor_seals_what_grew_since_the_last(session: Session) -> None:
    written(session, case_id=1)
    first = audit.anchor(session, NOW)
    written(session, case_id=2)
    second, third = audit.anchor(session, NOW), audit.anchor(session, NOW)
    assert (first.chains, second.chains, third.chains) == (1, 1, 0)
    assert audit.broken_anchors(session) == (3, [])


def test_what_was_written_for_long_ago_is_sealed_the_next_day_at_the_latest(session: Session) -> None:
    audit.anchor(session, NOW + timedelta(days=5))
    written(session)
    later = audit.anchor(session, NOW + timedelta(days=5, hours=1))
    next_day = audit.anchor(session, NOW + timedelta(days=6))
    assert (later.chains, next_day.chains) == (0, 1)


def test_a_chain_that_vanished_is_missed_by_its_anchor(session: Session) -> None:
    written(session)
    audit.anchor(session, NOW)
    session.execute(text("ALTER TABLE entry DISABLE TRIGGER USER"))
    session.execute(text("DELETE FROM entry"))
    assert audit.broken_anchors(session)[1] == ["case 1: the anchored entry 3 is gone or another one"]
