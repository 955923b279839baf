"""Two people, two workers, two processes on the same thing: one wins, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from engine import cases
from engine.audit.models import Entry
from engine.cases import repeating
from engine.cases.models import Case
from engine.worklist import StaleVersion, TaskClaimed, TaskTaken
from tests.engine.cases.conftest import Sessions
from tests.town import BASE, DAISHAN, WEDNESDAY, Office

SEATS = f"{BASE[:12]}-centre"
PATIENCE = 240.0


def filed(sessions: Sessions) -> int:
    """A new case, committed; its id."""
    with sessions.begin() as session:
        return Office(session).report().id


def office_of(session: Session, case_id: int) -> Office:
    """The people around a committed case."""
    office = Office(session)
    office.case = session.get_one(Case, case_id)
    return office


def together(sessions: Sessions, acts: list[Callable[[Session], object]]) -> list[object]:
    """Do these at the same moment, each in a transaction of its own; what each gave or raised."""
    start = Barrier(len(acts))

    def one(act: Callable[[Session], object]) -> object:
        start.wait(PATIENCE)
        try:
            with sessions.begin() as session:
                return act(session)
        except (TaskTaken, TaskClaimed, StaleVersion) as lost:
            return lost

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_the_first_four_reports_come_at_once_and_get_four_numbers(sessions: Sessions) -> None:
    numbers = together(sessions, [lambda session: Office(session).report(grid=DAISHAN).number] * 4)
    assert sorted(numbers, key=str) == [f"330921-2603-00000{number}" for number in (1, 2, 3, 4)]  # nobody else's county


def test_two_people_finish_one_task_and_the_loser_hears_who_won(sessions: Sessions) -> None:
    case_id = filed(sessions)

    def dispatch(number: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            office = office_of(session, case_id)
            seat = office.who("seat", SEATS, number)
            return seat.label if office.do("dispatch", "own", seat) else ""
        return act

    results = together(sessions, [dispatch(0), dispatch(1)])
    won = [one for one in results if isinstance(one, str)]
    lost = [one for one in results if isinstance(one, TaskTaken)]
    assert len(won) == len(lost) == 1
    assert lost[0].facts["winner"] == won[0] and lost[0].facts["outcome"] == "own" and lost[0].facts["entry"] == 2
    with sessions() as session:
        assert len([entry for entry in office_of(session, case_id).entries() if entry.verb == "dispatch"]) == 1


def test_two_people_claim_one_task_and_the_second_is_told(sessions: Sessions) -> None:
    case_id = filed(sessions)

    def claim(number: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            office = office_of(session, case_id)
            seat = office.who("seat", SEATS, number)
            return cases.claim_task(session, seat, office.task("dispatch").id, office.at).id
        return act

    results = together(sessions, [claim(0), claim(1)])
    assert sorted(type(one).__name__ for one in results) == ["TaskClaimed", "int"]


def test_four_workers_do_what_is_due_once(sessions: Sessions) -> None:
    ids = [filed(sessions) for _ in range(5)]
    late = WEDNESDAY + timedelta(hours=26)
    for _ in range(40):
        if not any(together(sessions, [lambda session: cases.advance_one(session, late) or 0] * 4)):
            break
    with sessions() as session:
        for case_id in ids:
            verbs = [entry.verb for entry in office_of(session, case_id).entries()]
            assert verbs.count("timer") == 1 and verbs.count("remind") == verbs.count("urge") == 1, verbs
            assert session.get_one(Case, case_id).level == "township"


def test_a_person_and_the_clock_at_the_same_moment_agree_on_one(sessions: Sessions) -> None:
    """The climb is due: either the clock has it, and the person hears so, or it fires before the person's act."""
    case_id = filed(sessions)
    late = WEDNESDAY + timedelta(hours=24)

    def dispatch(session: Session) -> object:
        office = office_of(session, case_id)
        office.at = late
        return office.do("dispatch", "own", office.who("seat", SEATS))

    results = together(sessions, [dispatch, lambda session: cases.advance_one(session, late) or 0])
    assert isinstance(results[0], TaskTaken) and results[0].facts["winner"] == "时钟"
    with sessions.begin() as session:
        while cases.advance_one(session, late) is not None:
            pass
        assert [entry.verb for entry in office_of(session, case_id).entries()].count("timer") == 1


def test_a_case_that_somebody_acts_on_is_left_to_them(sessions: Sessions) -> None:
    case_id = filed(sessions)
    with sessions.begin() as person, sessions.begin() as clock:
        person.query(Case).filter_by(id=case_id).with_for_update().one()
        while (done := cases.advance_one(clock, WEDNESDAY + timedelta(hours=26))) is not None:
            assert done != case_id  # another test's case may be due as well


@pytest.mark.parametrize("times", [5])
def test_one_key_happens_once_in_several_processes(sessions: Sessions, times: int) -> None:
    def report(session: Session) -> object:
        office = Office(session)
        answer = repeating.find_answer(session, 1, "key-1", "hash", office.at)
        if answer is None:
            answer = repeating.Answer(201, {"number": office.report().number})
            repeating.keep_answer(session, 1, "key-1", "hash", answer, office.at)
        return answer.body["number"]

    numbers = together(sessions, [report] * times)
    assert len(set(numbers)) == 1
    with sessions() as session:
        assert session.query(Case).filter_by(number=numbers[0]).count() == 1


def test_a_key_belongs_to_one_request(sessions: Sessions) -> None:
    with sessions.begin() as session:
        repeating.keep_answer(session, 2, "key-2", "hash", repeating.Answer(200, {}), WEDNESDAY)
    with sessions() as session, pytest.raises(repeating.IdempotencyMismatch):
        repeating.find_answer(session, 2, "key-2", "another", WEDNESDAY)


def test_entries_of_a_case_stay_contiguous_under_a_crowd(sessions: Sessions) -> None:
    case_id = filed(sessions)

    def urge(session: Session) -> object:
        office = office_of(session, case_id)
        return office.act("urge", office.who("supervisor", SEATS))

    together(sessions, [urge] * 6)
    with sessions() as session:
        numbers = [row for row in session.query(Entry.seq).filter_by(case_id=case_id).order_by(Entry.seq)]
        assert [row.seq for row in numbers] == list(range(1, 8))
