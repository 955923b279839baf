"""What the supervisor sees: late cases by unit and class, and the figures of the sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine.cases.models import Case, Stop
from engine.directory import Actor
from engine.supervision import boards, filters
from engine.supervision.filters import Filters
from engine.worklist.models import Deadline
from tests.builders import NOW, City, a_case, an_organisation

DAY = timedelta(days=1)


def _late(session: Session, city: City, **changed: Any) -> Case:
    return a_case(session, city.community, changed.pop("holder", city.centre),
                  **{"stage": "assign", "due_at": NOW - DAY, **changed})


def test_a_township_answers_for_its_platforms_and_a_department_for_itself(
        session: Session, city: City, supervisor: Actor) -> None:
    platform = an_organisation(session, city.township, "高亭镇综合执法平台", "platform")
    _late(session, city, class_name="公用设施")
    _late(session, city, class_name="公用设施", stage="handle", handler_id=platform.id, dispatched_at=NOW - DAY)
    _late(session, city, class_name="市容环境", stage="handle", handler_id=city.department.id, dispatched_at=NOW)
    board = boards.read_board(session, supervisor, NOW)
    assert [(unit.name, unit.late) for unit in board.units] == [
        (city.township.name, {"公用设施": 2}), (city.department.name, {"市容环境": 1})]
    assert (board.late, board.unaccepted, board.worst and board.worst.name) == (3, 1, city.township.name)


def test_a_cell_lists_exactly_the_cases_that_it_counts(session: Session, city: City, supervisor: Actor) -> None:
    wanted = _late(session, city, class_name="公用设施")
    _late(session, city)
    _late(session, city, class_name="公用设施", holder=city.sibling_centre)
    board = boards.read_board(session, supervisor, NOW)
    unit = next(unit for unit in board.units if unit.name == city.township.name)
    page = filters.list_page(session, supervisor, Filters("late", unit.key, "公用设施"), NOW)
    assert [row.number for row in page.items] == [wanted.number]
    assert page.total == unit.late["公用设施"]


def test_near_stopped_and_closed_cases_are_not_late(session: Session, city: City, supervisor: Actor) -> None:
    a_case(session, city.community, city.centre, due_at=NOW + DAY, warn_at=NOW - DAY, class_name="公用设施")
    _late(session, city, stopped_at=NOW - DAY)
    _late(session, city, closed_at=NOW, stage="closed", outcome="handled")
    board = boards.read_board(session, supervisor, NOW)
    assert (board.late, board.near, board.worst) == (0, 1, None)


def test_what_stands_and_what_came_back_twice_is_named_beside_the_table(
        session: Session, city: City, supervisor: Actor) -> None:
    held = [_late(session, city, title=f"挂账 {number}", stopped_at=NOW - DAY, due_at=None,
                  stopped_until=NOW + number * DAY) for number in range(4)]
    session.add_all(Stop(case_id=case.id, since=NOW - DAY, planned_until=case.stopped_until, reason="等材料",
                         by="张坐席") for case in held)
    for times in (1, 2, 3):
        _late(session, city, title=f"退回 {times}", returns=times)
    session.flush()
    found = boards.read_board(session, supervisor, NOW).asides
    assert (found.stopped, found.returned, found.demands, found.bulk) == (4, 2, 0, None)
    assert [(one.title, one.reason, one.until) for one in found.stopped_cases] == [
        (f"挂账 {number}", "等材料", NOW + number * DAY) for number in range(3)]
    assert [(one.title, one.returns) for one in found.returned_cases] == [("退回 3", 3), ("退回 2", 2)]
    for state, number in (("stopped", 4), ("returned", 2)):
        page = filters.list_page(session, supervisor, Filters.of({"state": state}), NOW)
        assert page.total == number


def test_late_cases_wait_for_somebody_or_were_never_accepted(
        session: Session, city: City, supervisor: Actor) -> None:
    _late(session, city)
    _late(session, city, stage="check", dispatched_at=NOW)
    _late(session, city, stage="handle", handler_id=city.department.id, dispatched_at=NOW)
    a_case(session, city.community, city.centre, due_at=NOW + DAY / 24, stage="assign", class_name="市容环境")
    board = boards.read_board(session, supervisor, NOW)
    assert (board.unaccepted, board.waiting, board.today, board.late) == (1, 2, 1, 3)
    assert {(unit.name, stage) for unit, stage, _ in board.most_waiting()} == {
        (city.township.name, "check"), (city.department.name, "handle")}
    assert [unit.name for unit, _ in board.most("unaccepted")] == [city.township.name]
    for chosen, number in ((Filters("waiting", stage="check"), 1), (Filters("today"), 1),
                           (Filters("late", but=("",)), 0)):
        assert filters.list_page(session, supervisor, chosen, NOW).total == number


def test_a_figure_is_the_same_from_its_address() -> None:
    for one in (Filters(), Filters("missed", "d330921100", "", week=date(2026, 3, 2)),
                Filters("late", but=("", "市容环境"), stage="assign")):
        assert Filters.of(one.query) == one
    assert Filters.of({"state": "x", "stage": "x", "week": "soon", "unit": ""}) == Filters()
    assert Filters.of({"week": "2026-03-05"}).week == date(2026, 3, 2)


def test_the_share_in_time_counts_finished_deadlines_of_eight_weeks(
        session: Session, city: City, supervisor: Actor) -> None:
    case = _late(session, city)
    for closed, due in ((NOW - DAY, NOW), (NOW - DAY, NOW - 2 * DAY), (NOW - 80 * DAY, NOW - 90 * DAY)):
        session.add(Deadline(
            case_id=case.id, organisation_id=city.centre.id, stage="accept", opened_at=NOW - 99 * DAY,
            limit="2 work_day", count="next_day", office="default", warn_at=due, due_at=due, first_due_at=due,
            table_id="limits", pack="base", table_version=1, row=1, cites="", closed_at=closed))
    session.flush()
    board = boards.read_board(session, supervisor, NOW)
    assert board.units[0].rate == 50
    assert [(week.met, week.ended) for week in board.weeks] == [(1, 2)]


def test_a_cell_is_darker_the_more_it_holds() -> None:
    assert [boards.heat(number, [9, 4]) for number in (0, 1, 4, 9)] == [0, 1, 2, 4]
    assert boards.heat(0, []) == 0
