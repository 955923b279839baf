"""An act on many cases whose worker dies in the middle of it: none is lost, and none happens twice."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from engine import clock, directory
from engine.audit.models import Entry
from engine.cases import scope
from engine.cases.models import Case, Demand
from engine.directory.models import Account
from engine.supervision import bulk
from engine.supervision.models import BulkRow
from tests import town
from tests.storms.conftest import Say
from tests.storms.crowd import Crowd, Ledger
from tests.storms.house import House
from tests.storms.sizes import sizes
from tests.storms.test_points import strike

CASES = 6
BEFORE, AFTER = "bulk.before_commit", "bulk.after_commit"


def start(house: House, key: str, verb: str, numbers: list[str]) -> int:
    """The city's supervisor asks the same of all of these."""
    with house.session() as session, session.begin():
        account = session.scalars(sa.select(Account.id).where(
            Account.username == f"supervisor.{town.CITY}-centre.3")).one()
        actor = directory.get_actor(session, account, clock.now())
        with scope.seen_by(session, actor):
            return bulk.start(session, actor, key, verb, "请抓紧", None, numbers, clock.now()).id


def states(house: House, bulk_id: int) -> list[str]:
    """What became of each row."""
    with house.session() as session:
        return list(session.scalars(sa.select(BulkRow.state).where(BulkRow.bulk_id == bulk_id)))


def is_done(house: House, bulk_id: int) -> bool:
    """Whether every row has been done."""
    return set(states(house, bulk_id)) == {"done"}


@sizes(small=(BEFORE,), storm=(BEFORE, AFTER) * 10, full=(BEFORE, AFTER) * 10)
def test_an_act_on_many_whose_worker_dies_happens_once_a_case(
        house: House, size: tuple[str, ...], seed: int, say: Say) -> None:
    crowd = Crowd(house, Ledger.opened(house), seed)
    for turn, point in enumerate(size):
        numbers = [crowd.report(town.BASE) for _ in range(CASES)]
        house.arm(point)
        made = start(house, f"{seed}-{turn}", "supervise", numbers)
        strike(house, point)
        house.wait_for(partial(is_done, house, made), "rows are left")
        with house.session() as session:
            said = session.execute(
                sa.select(Case.supervised, sa.func.count(sa.distinct(Entry.seq)), sa.func.count(sa.distinct(Demand.id)))
                .join(Entry, Entry.case_id == Case.id).join(Demand, Demand.case_id == Case.id)
                .where(Case.number.in_(numbers), Entry.verb == "supervise").group_by(Case.id)).all()
        assert said == [(1, 1, 1)] * CASES
    house.drain()
    say(f"{len(size)} deaths, {len(size) * CASES} cases, each supervised once; {house.verify()} checks")
