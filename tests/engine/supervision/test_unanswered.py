"""Supervision without an answer by its moment: who asked hears so and the level above, once; nobody once it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import cases, notices
from engine.cases import demanding, scope
from engine.cases.models import Case, Demand
from engine.directory import Actor
from engine.notices.models import Outbox
from engine.supervision import asides, demands
from engine.supervision.unanswered import tell_unanswered
from tests.town import BASE, CITY, COUNTY, TOWNSHIP, Office

HOUR = timedelta(hours=1)


@pytest.fixture
def boss(office: Office) -> Actor:
    """Who supervises the township."""
    return office.who("supervisor", f"{TOWNSHIP}-centre")


@pytest.fixture
def above(office: Office) -> Actor:
    """Who supervises the county."""
    return office.who("supervisor", f"{COUNTY}-centre")


def supervise(office: Office, by: Actor) -> Case:
    """A new case whose holder shall answer within the hour."""
    case = office.report()
    office.act("supervise", by, reply_by=(office.at + HOUR).isoformat())
    return case


def told(office: Office) -> list[tuple[int | None, str]]:
    """Who heard that no answer came, and in which words."""
    asked = select(Outbox.recipient_id, Outbox.subject).where(Outbox.kind == "unanswered")
    return [(person, subject) for person, subject in office.session.execute(asked.order_by(Outbox.recipient_id))]


def test_it_is_told_after_its_moment_to_who_asked_and_to_the_level_above_once(
        office: Office, boss: Actor, above: Actor) -> None:
    case = supervise(office, boss)
    assert tell_unanswered(office.session, office.at + HOUR) == 0, "until then there is time"
    late = office.at + HOUR + timedelta(seconds=1)
    assert [tell_unanswered(office.session, late + n * HOUR) for n in range(2)] == [1, 0]
    words = f"{case.number} 督办到时未回复"
    assert told(office) == sorted((one.person_id, words) for one in (boss, above))


def test_what_is_found_days_later_is_told_in_one_notice_each(office: Office, boss: Actor, above: Actor) -> None:
    """As a place from before 0023 has it, or one that stood still for days: nobody is told the same ten times."""
    old = [supervise(office, boss) for _ in range(3)]
    old[1].stage, old[1].closed_at, old[1].outcome = "closed", office.at, "handled"
    office.at += notices.manners().together
    fresh = supervise(office, boss)
    late = office.at + HOUR + timedelta(seconds=1)
    assert [tell_unanswered(office.session, late + n * HOUR) for n in range(2)] == [4, 0]
    together, alone = "有 2 件督办早已到时，至今未回复，请看督办清单", f"{fresh.number} 督办到时未回复"
    assert set(told(office)) == {(one.person_id, words) for one in (boss, above) for words in (together, alone)}
    assert len(told(office)) == 4
    about = select(Outbox.case_id).where(Outbox.subject == together).distinct()
    assert list(office.session.scalars(about)) == [None], "it leads to the list of supervision"


def test_at_the_top_nobody_is_above(office: Office) -> None:
    top = office.who("supervisor", f"{CITY}-centre")
    supervise(office, top)
    assert tell_unanswered(office.session, office.at + 2 * HOUR) == 1
    assert [person for person, _ in told(office)] == [top.person_id]


def test_nobody_is_told_where_it_was_answered_taken_back_or_is_over(office: Office, boss: Actor) -> None:
    supervise(office, boss)
    seat = office.who("seat", f"{BASE[:12]}-centre")
    cases.act_on(office.session, seat, office.case.number, "reply", {"text": "已安排。"}, office.at)
    supervise(office, boss)
    demand = office.session.scalars(select(Demand.id).where(Demand.case_id == office.case.id)).one()
    with scope.seen_by(office.session, boss):
        demanding.withdraw_demand(office.session, boss, demand, office.at)
    closed = supervise(office, boss)
    closed.stage, closed.closed_at, closed.outcome = "closed", office.at, "handled"
    office.session.flush()
    assert [tell_unanswered(office.session, office.at + 2 * HOUR) for _ in range(2)] == [1, 0], "the closed one is done"
    assert told(office) == []


def test_the_board_shows_it_to_who_asked_and_to_the_level_above(office: Office, boss: Actor, above: Actor) -> None:
    case, late = supervise(office, boss), office.at + 2 * HOUR
    for actor, own, others in ((boss, 1, 0), (above, 0, 1)):
        with scope.seen_by(office.session, actor):
            aside = asides.read_asides(office.session, actor, late)
            theirs = demands.list_demands(office.session, actor, "others", late)
            assert (aside.overdue, aside.others) == (own, others) == (own, theirs.counts["others"])
            assert [line.number for line in theirs.items] == [case.number] * others
            assert demands.list_demands(office.session, actor, "overdue", late).counts["overdue"] == own
    with scope.seen_by(office.session, above):
        assert asides.read_asides(office.session, above, office.at).others == 0
