"""Who asks is remembered, and asked in the same breath as the act: what changed meanwhile counts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import clock, directory
from engine.cases import repeating
from engine.db import pipelines
from engine.directory.models import Account, Post
from engine.directory.models import Session as LogIn
from engine.worklist.models import Task
from tests.builders import an_actor
from tests.web.api.test_cases import REPORT
from tests.web.conftest import Caller, House

Call = Callable[[str], Caller]
Change = Callable[[House, int], Any]
ACT = {"outcome": "answer", "values": {"reply": "已当面答复"}}


class Seat:
    """Somebody at the centre whose token was used before, and a task that waits for them."""

    def __init__(self, house: House, call: Call, name: str) -> None:
        self.house = house
        actor = an_actor(house.session, "seat", house.city.centre, name="钱坐席", username=name)
        house.session.commit()
        self.person_id = actor.person_id or 0
        number = call("reporter")("POST", "/cases", REPORT).get_json()["number"]
        self.ask = call(name)
        self.task = self.ask("GET", f"/cases/{number}/tasks").get_json()["items"][0]["id"]

    def act(self, body: dict[str, Any] | None = None, key: str = "") -> Any:
        key = key or f"key-{self.task}"
        return self.ask("POST", f"/tasks/{self.task}/complete", ACT if body is None else body, Idempotency_Key=key)

    def is_open(self) -> bool:
        self.house.session.rollback()
        return self.house.session.get_one(Task, self.task, populate_existing=True).closed_at is None


@pytest.fixture
def seat(house: House, call: Call, request: pytest.FixtureRequest) -> Seat:
    return Seat(house, call, f"seat{abs(hash(request.node.name))}")


@contextmanager
def trips(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many statements went with each round trip."""
    seen: list[int] = []
    real = pipelines._sent

    def sent(connection: Any, statements: Any, *meanwhile: Any) -> Any:
        seen.append(len(statements))
        return real(connection, statements, *meanwhile)

    with monkeypatch.context() as patched:
        patched.setattr(pipelines, "_sent", sent)
        yield seen


def _revoke(house: House, person_id: int) -> None:
    whose = sa.select(Account.id).where(Account.person_id == person_id)
    house.session.execute(sa.update(LogIn).where(LogIn.account_id.in_(whose)).values(revoked_at=clock.now()))


def _shut_out(house: House, person_id: int) -> None:
    house.session.execute(sa.update(Account).where(Account.person_id == person_id).values(is_enabled=False))


def _end_post(house: House, person_id: int) -> None:
    house.session.execute(sa.update(Post).where(Post.person_id == person_id).values(valid_to=clock.now()))


def _new_password(house: House, person_id: int) -> None:
    house.session.execute(sa.update(Account).where(Account.person_id == person_id).values(must_change=True))


CHANGES = [(_revoke, 401, "unauthenticated"), (_shut_out, 401, "unauthenticated"), (_end_post, 404, "task_unknown"),
           (_new_password, 403, "password_must_change")]


def test_an_act_makes_two_round_trips(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    with trips(monkeypatch) as seen:
        assert seat.act().status_code == 200
    assert seen == [5, 2], "who asks, the key's lock and answer, the case's lock and file; the write and COMMIT"


@pytest.mark.parametrize(("change", "status", "code"), CHANGES)
def test_what_changed_since_the_last_request_counts(
    seat: Seat, house: House, change: Change, status: int, code: str,
) -> None:
    change(house, seat.person_id)
    house.session.commit()
    for _ in range(2):
        answer = seat.act()
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert seat.is_open()


@pytest.mark.parametrize(("change", "status", "code"), CHANGES[:2])
def test_a_stranger_hears_nothing_of_what_is_wrong(
    seat: Seat, house: House, change: Change, status: int, code: str,
) -> None:
    change(house, seat.person_id)
    house.session.commit()
    answer = seat.act({"outcome": 7})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


@pytest.mark.parametrize(("change", "status"), [(None, 422), (_revoke, 401), (_shut_out, 401)])
def test_a_stranger_hears_nothing_of_what_failed(
    seat: Seat, house: House, monkeypatch: pytest.MonkeyPatch, change: Change | None, status: int,
) -> None:
    if change is not None:
        change(house, seat.person_id)
        house.session.commit()
    with monkeypatch.context() as patched:
        patched.setattr(repeating, "_WAIT", "SELECT 1 / 0")
        assert [seat.act().status_code for _ in range(2)] == [status] * 2
    assert seat.is_open()


def test_a_new_post_counts_at_once(seat: Seat, house: House, call: Call) -> None:
    posts = sa.update(Post).where(Post.person_id == seat.person_id)
    house.session.execute(posts.values(valid_to=clock.now()))
    house.session.commit()
    assert seat.act().status_code == 404
    house.session.execute(posts.values(valid_to=None))
    house.session.commit()
    assert seat.act().status_code == 200 and not seat.is_open()


def test_a_repeat_gets_the_first_answer(seat: Seat) -> None:
    first, again = seat.act(), seat.act()
    assert first.status_code == again.status_code == 200 and first.get_json() == again.get_json()


@pytest.mark.parametrize("body", [{**ACT, "version": 1}, {"outcome": 7}])
def test_another_request_under_the_key_is_refused_first(seat: Seat, body: dict[str, Any]) -> None:
    assert seat.act().status_code == 200
    assert seat.act(body).get_json()["code"] == "idempotency_mismatch"


def test_what_is_presumed_is_judged_before_anything_is_read(seat: Seat, house: House) -> None:
    _revoke(house, seat.person_id)
    house.session.commit()
    with fresh(house) as session:
        assert directory.presume(session, seat.ask.token, clock.now()) is not None
        with pytest.raises(directory.AnotherAsks):
            session.scalar(sa.text("SELECT 1"))


def test_what_is_presumed_is_judged_before_a_block_ends(seat: Seat, house: House) -> None:
    _revoke(house, seat.person_id)
    house.session.commit()
    with fresh(house) as session, pytest.raises(directory.AnotherAsks), pipelines.settled(session):
        assert directory.presume(session, seat.ask.token, clock.now()) is not None
        raise ValueError("nobody hears of this")


@contextmanager
def fresh(house: House) -> Iterator[Any]:
    """A session that has not begun."""
    with Session(house.session.get_bind()) as session:
        yield session
