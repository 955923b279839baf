"""Long work: step by step, as the one who asked, told while it goes on, undone where it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import directory, errands
from engine.audit import Deed, list_deeds, note
from engine.db.session import create_engine
from engine.directory import Actor
from engine.errands.models import Errand
from engine.errors import Unavailable
from tests.builders import BEFORE, a_centre, a_city, an_actor

PATIENCE = 240.0


class Refused(errands.TooManyErrands):
    """不行。"""


@pytest.fixture
def asker(session: Session) -> Actor:
    city = a_city(session)
    return an_actor(session, "seat", a_centre(session, city.city), None, "周坐", "seat")


def three_at_a_time(work: errands.Work) -> bool:
    errand = work.errand
    errand.done = min(errand.done + 3, errand.payload["rows"])
    note(work.session, work.actor.label, [Deed("did", "person", str(errand.done))], work.at)
    return bool(errand.done == errand.payload["rows"])


def noted(session: Session) -> list[str]:
    return [one.subject for one in list_deeds(session)]


def test_each_step_is_a_transaction_and_the_last_ends_it(session: Session, asker: Actor) -> None:
    errand = errands.ask(session, asker, "three", {"rows": 7}, BEFORE, total=7)
    kinds = {"three": three_at_a_time}
    seen = []
    while errands.do_some(session, BEFORE, kinds):
        seen.append((errands.get_errand(session, asker, errand.id).done, errand.state))
    assert seen == [(3, "waiting"), (6, "waiting"), (7, "done")] and noted(session) == ["7", "6", "3"]


def test_everybody_is_attended_in_turn(session: Session, asker: Actor) -> None:
    first, second = (errands.ask(session, asker, "three", {"rows": 9}, BEFORE) for _ in range(2))
    for minute in (1, 2):
        errands.do_some(session, BEFORE + timedelta(minutes=minute), {"three": three_at_a_time})
    assert (first.done, second.done) == (3, 3)


def test_what_is_refused_is_undone_and_said(session: Session, asker: Actor) -> None:
    def refuses(work: errands.Work) -> bool:
        note(work.session, "周坐", [Deed("did", "person", "half")], work.at)
        raise Refused("第 3 行不行", row=3)

    errand = errands.ask(session, asker, "no", {}, BEFORE)
    assert errands.do_some(session, BEFORE, {"no": refuses}) == 1
    assert errand.state == "failed" and errand.ended_at == BEFORE and noted(session) == []
    assert errand.problem == {"code": "too_many_errands", "message": "第 3 行不行", "facts": {"row": 3}}


def test_what_cannot_be_done_for_the_moment_is_tried_again(session: Session, asker: Actor) -> None:
    def later(work: errands.Work) -> bool:
        raise Unavailable

    errand = errands.ask(session, asker, "later", {}, BEFORE)
    for _ in range(6):
        assert errands.do_some(session, BEFORE, {"later": later}) == 0
    assert errand.state == "waiting"


def test_a_step_that_never_ends_fails_after_three_attempts(session: Session, asker: Actor) -> None:
    def breaks(work: errands.Work) -> bool:
        raise ZeroDivisionError

    errand = errands.ask(session, asker, "bad", {}, BEFORE)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            errands.do_some(session, BEFORE, {"bad": breaks})
    assert errands.do_some(session, BEFORE, {"bad": breaks}) == 1
    assert errand.state == "failed" and errand.problem and errand.problem["code"] == "errand_broken"


def test_nobody_looks_at_the_errands_of_another(session: Session, asker: Actor) -> None:
    errand = errands.ask(session, asker, "three", {"rows": 1}, BEFORE)
    other = Actor(person_id=(asker.person_id or 0) + 1, account_id=None, name="别人")
    for look in (errands.get_errand, errands.file_of):
        with pytest.raises(errands.ErrandUnknown):
            look(session, other, errand.id)
    with pytest.raises(errands.ErrandUnknown):
        errands.call_off(session, other, errand.id, BEFORE)
    assert [one.id for one in errands.list_errands(session, asker, "three")] == [errand.id]


def test_a_sixth_waits_until_one_ended(session: Session, asker: Actor) -> None:
    asked = [errands.ask(session, asker, "three", {"rows": 1}, BEFORE) for _ in range(5)]
    with pytest.raises(errands.TooManyErrands):
        errands.ask(session, asker, "three", {"rows": 1}, BEFORE)
    errands.call_off(session, asker, asked[0].id, BEFORE)
    errands.ask(session, asker, "three", {"rows": 1}, BEFORE)


def test_the_work_of_an_account_that_was_closed_is_not_done(session: Session, asker: Actor) -> None:
    errand = errands.ask(session, asker, "three", {"rows": 1}, BEFORE)
    assert asker.account_id is not None
    directory.disable_account(session, asker.account_id, BEFORE)
    errands.do_some(session, BEFORE, {"three": three_at_a_time})
    assert errand.state == "failed" and errand.problem and errand.problem["code"] == "actor_gone"


def test_files_go_after_a_day_and_rows_after_a_month(session: Session, asker: Actor) -> None:
    def makes(work: errands.Work) -> bool:
        work.errand.file, work.errand.file_name = b"x", "清单.xlsx"
        return True

    errand = errands.ask(session, asker, "make", {}, BEFORE)
    errands.do_some(session, BEFORE, {"make": makes})
    assert errands.file_of(session, asker, errand.id) == ("清单.xlsx", b"x")
    errands.forget_over(session, BEFORE + timedelta(days=1))
    with pytest.raises(errands.ErrandUnknown):
        errands.file_of(session, asker, errand.id)
    errands.forget_over(session, BEFORE + timedelta(days=31))
    with pytest.raises(errands.ErrandUnknown):
        errands.get_errand(session, asker, errand.id)


@pytest.fixture
def pool(make_database: Callable[..., str]) -> Iterator[sa.Engine]:
    """A database of its own: what is committed in it stays."""
    engine = create_engine(make_database(), pool_size=4)
    yield engine
    engine.dispose()


def committed(pool: sa.Engine, at: datetime) -> tuple[Actor, int]:
    with Session(pool, expire_on_commit=False) as session, session.begin():
        city = a_city(session)
        actor = an_actor(session, "seat", a_centre(session, city.city), None, "周坐", "seat")
        return actor, errands.ask(session, actor, "long", {}, at).id


def test_how_far_a_step_is_shows_before_it_is_committed_and_calling_off_stops_it(pool: sa.Engine) -> None:
    actor, errand_id = committed(pool, BEFORE)
    seen: list[tuple[int, int | None]] = []

    def long(work: errands.Work) -> bool:
        note(work.session, "周坐", [Deed("did", "person", "half")], work.at)
        work.tell(40, 100)
        with Session(pool) as other, other.begin():
            errand = errands.get_errand(other, actor, errand_id)
            seen.append((errand.done, errand.total))
            assert errands.do_some(other, BEFORE, {"long": long}) == 0, "it is in the hands of the first"
            errands.call_off(other, actor, errand_id, BEFORE)
        work.tell(100, 100)
        raise AssertionError("it was called off")

    with Session(pool) as session, session.begin():
        assert errands.do_some(session, BEFORE, {"long": long}) == 1
    with Session(pool) as session:
        assert seen == [(40, 100)] and noted(session) == []
        assert errands.get_errand(session, actor, errand_id).state == "called_off"
        assert session.scalar(sa.select(sa.func.count()).select_from(Errand)) == 1


def test_what_was_called_off_while_it_was_being_refused_stays_called_off(pool: sa.Engine) -> None:
    actor, errand_id = committed(pool, BEFORE)

    def refuses(work: errands.Work) -> bool:
        with Session(pool) as other, other.begin():
            errands.call_off(other, actor, errand_id, BEFORE)
        raise Refused("第 3 行不行")

    with Session(pool) as session, session.begin():
        assert errands.do_some(session, BEFORE, {"long": refuses}) == 1
    with Session(pool) as session:
        errand = errands.get_errand(session, actor, errand_id)
        assert (errand.state, errand.problem) == ("called_off", None)


def test_of_many_asked_for_at_one_instant_five_are_taken(pool: sa.Engine) -> None:
    actor, _ = committed(pool, BEFORE)
    together, answers = Barrier(3), list[str]()

    def ask() -> None:
        with Session(pool) as session, session.begin():
            together.wait(PATIENCE)
            try:
                for _ in range(4):
                    errands.ask(session, actor, "long", {}, BEFORE)
                    answers.append("taken")
            except errands.TooManyErrands:
                answers.append("refused")

    askers = [Thread(target=ask) for _ in range(3)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert sorted(answers) == ["refused"] * 2 + ["taken"] * 4, "one was there before"
