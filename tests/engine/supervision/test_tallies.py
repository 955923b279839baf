"""What is kept counted for the boards is what one would count, whenever the job runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from engine.cases import scope
from engine.cases.models import Stop
from engine.directory import Actor
from engine.supervision import boards, tallies
from engine.supervision.models import Lateness, Tally
from engine.worklist.models import Deadline
from tests.builders import NOW, City, a_case, an_actor, an_organisation

DAY = timedelta(days=1)


def _ended(session: Session, city: City, due: datetime, closed: datetime | None, case_id: int | None = None) -> None:
    case_id = case_id or a_case(session, city.community, city.centre).id
    made = Deadline(case_id=case_id, organisation_id=city.centre.id, stage="accept", opened_at=NOW - 99 * DAY,
                    limit="2 work_day", count="next_day", office="default", warn_at=due, due_at=due, first_due_at=due,
                    table_id="limits", pack="base", table_version=1, row=1, cites="", closed_at=closed)
    session.add(made)
    session.flush()


def _weeks(session: Session, supervisor: Actor) -> list[tuple[int, int]]:
    return [(week.met, week.ended) for week in boards.read_board(session, supervisor, NOW).weeks]


def test_a_board_says_the_same_before_the_job_and_after_it(session: Session, city: City, supervisor: Actor) -> None:
    _ended(session, city, NOW, NOW - DAY)
    _ended(session, city, NOW - 2 * DAY, NOW - DAY)
    before = _weeks(session, supervisor)
    assert tallies.add_ended(session, NOW) == 4  # two deadlines, and the two cases that came in
    assert _weeks(session, supervisor) == before == [(1, 2)]
    assert session.scalar(select(func.sum(Tally.ended)).where(Tally.place == city.county.code)) == 2


def test_what_came_in_and_was_closed_is_counted_before_the_job_and_after_it(
        session: Session, city: City, supervisor: Actor) -> None:
    a_case(session, city.community, city.centre)
    a_case(session, city.community, city.centre, opened_at=NOW - 7 * DAY, closed_at=NOW, stage="closed",
           outcome="handled")
    a_case(session, city.other, city.other_centre)
    scope.install(Session)
    scope.act_as(session, supervisor)
    for counted in (0, 4):
        weeks = boards.read_board(session, supervisor, NOW).weeks
        assert [(week.arrived, week.settled) for week in weeks] == [(1, 0), (1, 1)], counted
        session.info.pop("actor")
        assert (tallies.add_ended(session, NOW) > 0) is (counted == 0)
        assert tallies.wrong_tallies(session)[1] == []
        scope.act_as(session, supervisor)


def test_the_level_above_stands_beside_ones_own(session: Session, city: City, supervisor: Actor) -> None:
    _ended(session, city, NOW, NOW - DAY)
    elsewhere = a_case(session, city.sibling, city.sibling_centre)
    _ended(session, city, NOW - 2 * DAY, NOW - DAY, elsewhere.id)
    tallies.add_ended(session, NOW)
    township = an_actor(session, "supervisor", city.centre, name="镇督查")
    scope.act_as(session, township)
    assert [(week.rate, week.rate_above) for week in boards.read_board(session, township, NOW).weeks] == [(100, 50)]


def test_a_deadline_is_added_once_however_late_it_is_committed(
        session: Session, city: City, supervisor: Actor) -> None:
    _ended(session, city, NOW, NOW - DAY)
    tallies.add_ended(session, NOW)
    _ended(session, city, NOW, NOW - 2 * DAY)
    assert (tallies.add_ended(session, NOW), tallies.add_ended(session, NOW)) == (2, 0)
    assert sum(ended for _, ended in _weeks(session, supervisor)) == 2
    assert tallies.wrong_tallies(session) == (8, [])


def test_another_county_sees_nothing_of_it(session: Session, city: City) -> None:
    _ended(session, city, NOW, NOW - DAY)
    tallies.add_ended(session, NOW)
    elsewhere = an_actor(session, "supervisor", city.sibling_centre, name="外督查")
    scope.act_as(session, elsewhere)
    assert boards.read_board(session, elsewhere, NOW).weeks == ()


def test_a_department_looks_back_on_its_own(session: Session, city: City) -> None:
    _ended(session, city, NOW, NOW - DAY)
    tallies.add_ended(session, NOW)
    department = an_organisation(session, city.county, "县应急局")
    assert _weeks(session, an_actor(session, "supervisor", department)) == []
    assert _weeks(session, an_actor(session, "supervisor", city.centre)) == [(1, 1)]


def test_counted_anew_it_is_the_same(session: Session, city: City) -> None:
    _ended(session, city, NOW, NOW - DAY)
    tallies.add_ended(session, NOW)
    kept = session.execute(select(Tally.place, Tally.week, Tally.ended, Tally.met).order_by(Tally.place)).all()
    tallies.recount(session)
    again = session.execute(select(Tally.place, Tally.week, Tally.ended, Tally.met).order_by(Tally.place)).all()
    assert again == kept != []


def test_a_tally_that_says_something_else_is_found(session: Session, city: City) -> None:
    _ended(session, city, NOW, NOW - DAY)
    tallies.add_ended(session, NOW)
    session.execute(text("UPDATE tally SET met = met - 1 WHERE place = :place AND met > 0"),
                    {"place": city.county.code})
    session.execute(text("DELETE FROM tally WHERE place = :place AND met > 0"), {"place": city.community.code})
    _, problems = tallies.wrong_tallies(session)
    assert len(problems) == 2 and city.county.code in "".join(problems)


def test_whose_clock_stood_was_not_late(session: Session, city: City, supervisor: Actor) -> None:
    held = [a_case(session, city.community, city.centre) for _ in range(3)]
    for case, until in zip(held, (None, NOW, NOW - 8 * DAY), strict=True):
        _ended(session, city, NOW - 8 * DAY, None, case.id)
        session.add(Stop(case_id=case.id, since=NOW - 9 * DAY, until=until, reason="挂账", by="坐席"))
    session.flush()
    tallies.note_lateness(session, NOW)
    assert tallies.late_before(session, supervisor.posts[0], NOW) == 1


def test_lateness_is_noted_once_a_day_with_the_days_that_were_missed(
        session: Session, city: City, supervisor: Actor) -> None:
    case = a_case(session, city.community, city.centre)
    _ended(session, city, NOW - 9 * DAY, None, case.id)
    _ended(session, city, NOW - 8 * DAY, NOW - DAY, case.id)
    _ended(session, city, NOW - 8 * DAY, NOW - 7.5 * DAY)
    assert tallies.late_before(session, supervisor.posts[0], NOW) is None
    assert (tallies.note_lateness(session, NOW), tallies.note_lateness(session, NOW)) == (8, 0)
    assert boards.read_board(session, supervisor, NOW).late_before == 1
    assert session.scalar(select(Lateness.late).where(Lateness.place == city.township.code).limit(1)) == 1
