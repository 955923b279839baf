"""Bodies are remembered from act to act, and only for as long as they stay as they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import directory
from engine.directory import bodies
from engine.directory.models import Division, Organisation

NAMED = sa.text("UPDATE organisation SET name = '新名'")


@pytest.fixture
def centre(session: Session) -> int:
    session.add(Division(code="3309", name="舟山市", level="city", path="3309"))
    centre = Organisation(code="3309-centre", name="市中心", kind="centre", owner_kind="网格中心", division_code="3309")
    session.add(centre)
    session.flush()
    return centre.id


def begun(session: Session) -> directory.Bodies:
    """The bodies of an act that begins now."""
    version = session.scalar(sa.text(f"SELECT {directory.VERSION}::text"))
    return directory.Bodies(session, version)


def name_of(found: Organisation | None) -> str | None:
    return found.name if found else None


def test_what_is_known_is_not_asked_again(session: Session, centre: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begun(session)
    assert name_of(first.get(centre)) == "市中心"
    assert first.centres("3309.330921") and not first.coded(["nobody"])
    monkeypatch.setattr(bodies, "ask", None)
    again = begun(session)
    assert name_of(again.get(centre)) == name_of(again.centre("3309.330921", "city")) == "市中心"
    assert again.centre("3309.330921", "county") is None and not again.coded(["nobody"])


@pytest.mark.parametrize(("change", "name", "city"), [
    ("UPDATE organisation SET name = '新名'", "新名", "舟山市"),
    ("UPDATE division SET name = '新市'", "市中心", "新市"),
    ("DELETE FROM organisation", None, None), ("TRUNCATE organisation CASCADE", None, None)])
def test_whatever_changes_them_is_seen_by_the_next_act(session: Session, centre: int, change: str, name: str | None,
                                                       city: str | None) -> None:
    assert name_of(begun(session).get(centre)) == "市中心"
    session.execute(sa.text(change))
    found = begun(session).get(centre)
    assert (name_of(found), found and found.division.name) == (name, city)


def test_what_was_rolled_back_is_not_remembered(session: Session, centre: int) -> None:
    savepoint = session.begin_nested()
    session.execute(NAMED)
    assert name_of(begun(session).get(centre)) == "新名"
    savepoint.rollback()
    assert name_of(begun(session).get(centre)) == "市中心"


def test_an_act_that_reads_on_after_a_change_teaches_nobody_else(session: Session, centre: int) -> None:
    act = begun(session)
    savepoint = session.begin_nested()
    session.execute(NAMED)
    assert name_of(act.get(centre)) == "新名"
    savepoint.rollback()
    assert name_of(begun(session).get(centre)) == "市中心"


def test_without_a_version_nothing_is_remembered(session: Session, centre: int) -> None:
    session.execute(sa.text("DELETE FROM directory_version"))
    assert [one.id for one in directory.Bodies(session).centres("3309")] == [centre]
    session.execute(sa.text("DELETE FROM organisation"))
    act = directory.Bodies(session)
    assert (act.get(centre), act.centres("3309")) == (None, [])
