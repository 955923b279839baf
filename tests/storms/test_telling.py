"""What the clock tells by itself, whose worker dies in the middle of it: nobody hears of it twice, and nobody not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import cases, clock, directory
from engine.cases import scope
from engine.directory.models import Account, Organisation, Person
from engine.notices.models import ChannelState, Outbox
from tests import builders, town
from tests.storms.conftest import Say
from tests.storms.house import House
from tests.storms.sizes import sizes

JOBS = ("unanswered", "channels")
GATEWAYS = json.dumps({"sms": {"url": "http://127.0.0.1:9/", "secret": "s" * 16}})
BEFORE, AFTER = "before_commit", "after_commit"
HOUR = timedelta(hours=1)


def actor(session: Session, role: str, organisation: str) -> directory.Actor:
    """The first who has this role there."""
    account = sa.select(Account.id).where(Account.username.startswith(f"{role}.{organisation}")).order_by(Account.id)
    return directory.get_actor(session, session.scalars(account.limit(1)).one(), clock.now())


def supervise(house: House) -> str:
    """A new case of the township for whose holder the hour to answer runs."""
    with house.session() as session, session.begin():
        worker = actor(session, "grid_worker", f"{town.BASE[:12]}-centre")
        boss = actor(session, "supervisor", f"{town.TOWNSHIP}-centre")
        report = cases.Report(description="楼道里堆满了垃圾。", place="3 号楼", grid=town.BASE)
        number = cases.report_case(session, worker, report, clock.now()).number
        session.flush()
        with scope.seen_by(session, boss):
            values = {"reason": "请抓紧", "reply_by": (clock.now() + HOUR).isoformat()}
            cases.act_on(session, boss, number, "supervise", values, clock.now())
    return number


def told(house: House, kind: str) -> dict[int, int]:
    """How often each person has heard of it."""
    asked = sa.select(Outbox.recipient_id, sa.func.count()).where(Outbox.kind == kind).group_by(Outbox.recipient_id)
    with house.session() as session:
        return {person: times for person, times in session.execute(asked) if person is not None}


def an_operator(house: House) -> int:
    """A system administrator of the city, without a phone."""
    with house.session() as session, session.begin():
        centre = session.scalars(sa.select(Organisation).where(Organisation.code == f"{town.CITY}-centre")).one()
        found = builders.an_actor(session, "system_admin", centre, None, "周管").person_id or 0
        session.get_one(Person, found).phone = None
        return found


def fail(house: House) -> None:
    """A channel by which nothing has left from now on."""
    with house.session() as session, session.begin():
        session.merge(ChannelState(channel="sms", failing_since=clock.now(), pauses=0, told_down_at=None))


@sizes(small=(BEFORE,), storm=(BEFORE, AFTER) * 5, full=(BEFORE, AFTER) * 5)
def test_what_the_clock_tells_is_told_once(make_watch: Callable[..., House], size: tuple[str, ...], say: Say) -> None:
    house, deaths = make_watch(GATEWAYS=GATEWAYS), 0
    operator = an_operator(house)
    with house.session() as session:
        boss = actor(session, "supervisor", f"{town.TOWNSHIP}-centre").person_id
        above = actor(session, "supervisor", f"{town.COUNTY}-centre").person_id
    for turn, point in enumerate(size, start=1):
        supervise(house)
        fail(house)
        house.advance(2 * HOUR)
        for job in JOBS:
            house.arm(f"{job}.{point}")
        house.names = ["worker 0"]
        house.open()
        while any(house.is_armed(f"{job}.{point}") for job in JOBS):
            house.wait_for(house.has_lost, "nobody dies")
            house.open()
            deaths += 1
        wanted = [dict.fromkeys(people, turn) for people in ((boss, above), (operator,))]
        house.wait_for(partial(is_told, house, wanted), "they are not told")
    house.drain()
    assert is_told(house, wanted), "nothing comes later"
    say(f"{deaths} deaths, {len(size)} demands and {len(size)} outages, each told once")


def is_told(house: House, wanted: list[dict[int | None, int]]) -> bool:
    """Whether everybody has heard so often; whoever died is started again."""
    house.open()
    return [told(house, kind) for kind in ("unanswered", "channel")] == wanted
