"""Volume is copied from cases that travelled, and every copy stands up to `verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments, cases, demo, verification
from engine.cases import sealing
from engine.cases.models import Case
from engine.db.session import create_engine
from engine.demo import volume
from engine.verification import spreading

UNTIL = datetime(2026, 11, 5, 2, tzinfo=UTC)
TRAVELLED, ADDED = 12, 60


@pytest.fixture(scope="module")
def session(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    sealing.use_key("00" * 32)
    attachments.use_folder(tmp_path_factory.mktemp("objects"))
    engine = create_engine(make_database())
    with Session(engine, expire_on_commit=False) as session:
        demo.build_city(session, UNTIL)
        for _ in demo.travel(session, UNTIL, TRAVELLED):
            session.commit()
        for _ in volume.add_volume(session, ADDED, UNTIL, open_share=0.25):
            session.commit()
        yield session
    engine.dispose()


def test_as_many_are_there_as_were_asked_for(session: Session) -> None:
    assert volume.sizes(session)["cases"] == TRAVELLED + ADDED


@pytest.mark.parametrize("promise", ["I2", "I3", "I4", "I5", "I9"])
def test_a_copy_keeps_every_promise_of_a_travelled_case(session: Session, promise: str) -> None:
    finding = verification.check_one(promise, session, UNTIL)
    assert finding.checked >= TRAVELLED + ADDED and finding.examples == []


def test_several_processes_find_the_same_as_one(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.commit()
    session.execute(sa.text("UPDATE \"case\" SET urged = urged + 1 WHERE id = (SELECT max(id) FROM \"case\")"))
    session.commit()
    monkeypatch.setattr(spreading, "STRETCH", 20)
    monkeypatch.setattr(spreading, "WORTH_PROCESSES", 1)
    told: list[tuple[str, int, int]] = []
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    spread = verification.verify(session, UNTIL, url, lambda *what: told.append(what))
    monkeypatch.undo()
    assert spread == verification.verify(session, UNTIL)
    assert spread["I3"].violations == 1 and ("I3 I9", 4, 4) in told


def test_nothing_of_a_copy_is_due_that_was_not_before(session: Session) -> None:
    assert cases.advance_one(session, UNTIL) is None


def test_closed_copies_lie_in_the_months_behind(session: Session) -> None:
    first = session.scalar(sa.select(sa.func.min(Case.opened_at)).where(Case.closed_at.is_not(None)))
    assert first is not None and (UNTIL - first).days > 60


def test_a_copy_is_found_under_its_own_month_and_divisions(session: Session) -> None:
    marks = sa.text("""
        SELECT count(*), count(*) FILTER (WHERE search @@ cast(quote_literal(
          '@' || to_char(opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')) || ' & ' || quote_literal(
          '@' || split_part(path, '.', 2)) AS tsquery)) FROM case_words JOIN "case" ON id = case_id""")
    every, marked = session.execute(marks).one()
    assert every == marked > ADDED


def test_the_next_number_is_not_taken(session: Session) -> None:
    numbers = session.scalars(sa.select(Case.number)).all()
    assert len(set(numbers)) == TRAVELLED + ADDED
