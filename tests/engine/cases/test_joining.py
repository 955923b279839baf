"""Joining while the other case ends, and joining to each other, at the same moment: on connections of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier, current_thread
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import cases, residents
from engine.cases import joining
from engine.cases.errors import ActInvalid
from engine.cases.models import Case
from engine.notices.models import Outbox
from tests.engine.cases.conftest import Sessions
from tests.town import BASE, Office

pytestmark = pytest.mark.usefixtures("gateway")
ROAD = (("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))
TOLD = ("楼道里堆满了垃圾。", "3 号楼")
PATIENCE = 120.0  # seconds


def office_of(session: Session, case_id: int) -> Office:
    """The people around a committed case."""
    office = Office(session)
    office.case = session.get_one(Case, case_id)
    return office


def almost_over(sessions: Sessions) -> int:
    """A case that ends with the next act."""
    with sessions.begin() as session:
        office = Office(session)
        office.resident()
        office.walk(*ROAD)
        office.do("inform", "told", method="phone")
        return office.case.id


def followed(sessions: Sessions) -> int:
    """A new case that a neighbour follows."""
    with sessions.begin() as session:
        office = Office(session)
        case = office.resident()
        asked = cases.Report(*TOLD, division=BASE[:12], contact={"phone": "13800005555"})
        assert residents.follow(session, case.number, asked, "10.0.0.1", office.at).follower
        return case.id


def join(session: Session, case_id: int, target_id: int) -> str:
    """A seat finds the case a duplicate of another one; the number that was typed."""
    office, number = office_of(session, case_id), session.get_one(Case, target_id).number
    office.do("dispatch", "duplicate", duplicate_of=number)
    return number


def close(session: Session, case_id: int) -> None:
    """The reporter is content."""
    office_of(session, case_id).do("rate", "satisfied")


def told(sessions: Sessions, case_id: int) -> int:
    """How many letters a case's followers got about an end."""
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(
            Outbox.case_id == case_id, Outbox.kind == "closed", Outbox.follower_id.is_not(None))) or 0


def wait_until_one_waits(sessions: Sessions, running: Future[Any]) -> None:
    """Somebody in this database waits for a lock of somebody else, or has come through without waiting."""
    asked = sa.text("SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0")
    with sessions() as session:
        while not session.scalar(asked) and not wait([running], timeout=0.02).done:
            session.rollback()


@pytest.mark.parametrize("who_is_first", ["close", "join"])
def test_followers_hear_of_an_end_that_comes_with_the_joining(sessions: Sessions, who_is_first: str) -> None:
    ending, joined = almost_over(sessions), followed(sessions)
    acts: list[Callable[[Session], object]] = [
        lambda session: close(session, ending), lambda session: join(session, joined, ending)]
    first, second = acts if who_is_first == "close" else reversed(acts)

    def do_second() -> None:
        with sessions.begin() as session:
            second(session)

    with ThreadPoolExecutor(1) as pool, sessions() as session:
        first(session)
        session.flush()
        running = pool.submit(do_second)
        wait_until_one_waits(sessions, running)
        session.commit()
        running.result(PATIENCE)
    with sessions() as session:
        assert session.get_one(Case, ending).closed_at is not None
        assert session.get_one(Case, joined).duplicate_of == ending
    assert told(sessions, joined) == 1


def test_a_chain_is_looked_at_to_its_end(sessions: Sessions) -> None:
    ending, middle, joined = almost_over(sessions), followed(sessions), followed(sessions)
    with sessions.begin() as session:
        join(session, middle, ending)
    with ThreadPoolExecutor(1) as pool, sessions() as session:
        close(session, ending)
        session.flush()
        running = pool.submit(lambda: _committed(sessions, joined, middle))
        wait_until_one_waits(sessions, running)
        session.commit()
        running.result(PATIENCE)
    assert (told(sessions, middle), told(sessions, joined)) == (1, 1)


def _committed(sessions: Sessions, case_id: int, target_id: int) -> str:
    with sessions.begin() as session:
        return join(session, case_id, target_id)


@pytest.mark.parametrize("length", [2, 3])
def test_a_ring_that_is_typed_at_once_is_refused_to_one(
        sessions: Sessions, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    ring = [followed(sessions) for _ in range(length)]
    targets = dict(zip(ring, [*ring[1:], ring[0]], strict=True))
    everybody, here, keep = Barrier(length), set[str](), joining._keep

    def kept(*given: Any) -> Any:
        if current_thread().name not in here:  # each holds their own case by now
            here.add(current_thread().name)
            everybody.wait(PATIENCE)
        return keep(*given)

    monkeypatch.setattr(joining, "_keep", kept)
    with ThreadPoolExecutor(length) as pool:
        results = list(pool.map(lambda case_id: _tried(sessions, case_id, targets[case_id]), ring))
    (refused,), numbers = [one for one in results if isinstance(one, ActInvalid)], _numbers(sessions, ring)
    loser = next(case_id for case_id, one in zip(ring, results, strict=True) if one is refused)
    named = numbers[targets[loser]]
    assert refused.fields == {"duplicate_of": [f"「{named}」正要并入本事件，不能再把本事件并入它。"]}
    assert refused.__cause__ is None, "an answer to a person, not a failure of the database"
    with sessions() as session:
        for case_id in ring:
            expected = None if case_id == loser else targets[case_id]
            assert session.get_one(Case, case_id).duplicate_of == expected


def _tried(sessions: Sessions, case_id: int, target_id: int) -> object:
    try:
        return _committed(sessions, case_id, target_id)
    except ActInvalid as refused:
        return refused


def _numbers(sessions: Sessions, ids: Sequence[int]) -> dict[int, str]:
    with sessions() as session:
        return {case_id: session.get_one(Case, case_id).number for case_id in ids}
