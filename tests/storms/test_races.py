"""R5 and R6: many people finish one task, and one key comes many times at once."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from engine.cases.models import Case
from tests import town
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger, check
from tests.storms.house import House
from tests.storms.sizes import sizes

SEATS = tuple(f"seat.{town.BASE[:12]}-centre.{number}" for number in (1, 2))


@sizes(small=(50, 2), storm=(50, 50), full=(50, 1000))
def test_one_of_many_finishes_a_task(house: House, size: tuple[int, int], seed: int, say: Say) -> None:
    people, tasks = size
    ledger = Ledger.opened(house)
    crowds = [Crowd(house, ledger, seed + number) for number in range(people)]
    for crowd in crowds:
        crowd.enter(*SEATS)
    with ThreadPoolExecutor(people) as pool:
        for _ in range(tasks):
            task = crowds[0].waiting(crowds[0].report(town.BASE))[0]
            answers = list(pool.map(lambda number, task=task: crowds[number].step(task, "own", SEATS[number % 2]),
                                    range(people)))
            won = [answer.json() for answer in answers if answer.ok]
            lost = [answer.json() for answer in answers if answer.status_code == 409]
            assert (len(won), len(lost)) == (1, people - 1), Counter(answer.status_code for answer in answers)
            assert all("坐席" in one["winner"] and one["entry"] == won[0]["entry"] for one in lost)
    say(f"{tasks} tasks, {people} people each: one 200, {people - 1} × 409 with the winner; {check(house, ledger)}; "
        f"{house.verify()} checks")


@sizes(small=4, storm=200, full=10_000)
def test_a_key_that_comes_five_times_at_once_makes_one_case(house: House, size: int, seed: int, say: Say) -> None:
    ledger = Ledger.opened(house)
    crowds = [Crowd(house, ledger, seed + number) for number in range(5)]
    who, answers = f"grid_worker.{town.BASE[:12]}-centre.1", dict[str, bytes]()
    with ThreadPoolExecutor(5) as pool:
        for _ in range(size):
            key, body = uuid.UUID(int=crowds[0].chance.getrandbits(128)).hex, report(crowds[0].chance.random())
            told = list(pool.map(lambda crowd, key=key, body=body: crowd.ask(who, "POST", "/cases", key, json=body),
                                 crowds))
            assert {answer.status_code for answer in told} == {201}
            answers[key], = {answer.content for answer in told}
    house.kill("serve")
    house.open()
    for key in answers:
        other = crowds[0].ask(who, "POST", "/cases", key, json=report(2))
        assert other.status_code == 422 and other.json()["code"] == "idempotency_mismatch"
    for later in (timedelta(0), timedelta(days=1)):
        house.advance(later)
        chance = Crowd(house, ledger, seed).chance
        for key, answer in answers.items():
            assert uuid.UUID(int=chance.getrandbits(128)).hex == key
            assert crowds[0].ask(who, "POST", "/cases", key, json=report(chance.random())).content == answer
    with house.session() as session:
        made = session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.id > ledger.since))
    assert made == size
    say(f"{size} keys, each five times at once, again after a restart and after a day, once with another body: "
        f"{made} cases; {house.verify()} checks")


def report(mark: float) -> dict[str, object]:
    """A report that no other mark gives."""
    return {"description": f"楼道里堆满了垃圾（{mark}）。", "place": {"text": "3 号楼", "grid": town.BASE}}
