"""The duty roster: by workbook and by hand, whole hours, only people of the centre, and the hours that nobody has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine import audit, registers
from engine.directory import Actor
from engine.directory.models import Duty
from tests.builders import NOW, an_actor
from tests.engine.registers.conftest import Counter

HOUR = timedelta(hours=1)
NIGHT = {"开始": "2026-03-04 17:30", "结束": "2026-03-05 08:30"}


def duty(counter: Counter, who: str = "dispatcher", where: str = "", **more: str) -> dict[str, str]:
    return {"单位编码": where or counter.city.centre.code, "用户名": who, **NIGHT, **more}


@pytest.fixture
def head(counter: Counter) -> Actor:
    return an_actor(counter.session, "supervisor", counter.city.centre, None, "督查", "head")


def test_a_workbook_puts_people_on_duty_to_the_minute_and_a_second_time_nothing(counter: Counter) -> None:
    counter.hand_in(duties=[duty(counter)])
    [row] = counter.session.scalars(sa.select(Duty))
    assert (row.since, row.until) == (datetime(2026, 3, 4, 9, 30, tzinfo=UTC), datetime(2026, 3, 5, 0, 30, tzinfo=UTC))
    assert counter.does(duties=[duty(counter)]) == [("duties", "same")]
    assert counter.does(duties=[duty(counter, 结束="2026-03-05 12:00")]) == [("duties", "change")]


def test_somebody_new_is_on_duty_by_the_same_workbook(counter: Counter) -> None:
    counter.hand_in(people=[counter.person()], posts=[counter.post(where=counter.city.centre.code)],
                    duties=[duty(counter, "li")])
    assert counter.session.scalar(sa.select(sa.func.count()).select_from(Duty)) == 1


@pytest.mark.parametrize(("row", "column"), [
    ({"结束": "2026-03-04 17:30"}, "结束"), ({"结束": "2027-03-06 17:30"}, "结束"), ({"开始": "2026-03-04"}, "开始"),
    ({"开始": "2026-02-30 08:00"}, "开始"), ({"用户名": "nobody"}, "用户名"), ({"用户名": "intruder"}, "用户名"),
    ({"单位编码": "nowhere"}, "单位编码")])
def test_what_is_wrong_is_named_and_nothing_is_written(counter: Counter, row: dict[str, str], column: str) -> None:
    assert ("duties", 2, column) in counter.faults(duties=[{**duty(counter), **row}])


def test_departments_have_no_roster_and_a_row_stands_there_once(counter: Counter) -> None:
    department = counter.city.department.code
    assert ("duties", 2, "单位编码") in counter.faults(duties=[duty(counter, "handler", department)])
    assert counter.faults(duties=[duty(counter), duty(counter)]) == [("duties", 3, "单位编码")]


def test_the_page_says_who_is_there_now_and_which_hours_nobody_has(counter: Counter, head: Actor) -> None:
    centre = counter.city.centre.id
    seat = counter.city.dispatcher.person_id or 0
    registers.add_duty(counter.session, head, centre, seat, NOW - HOUR, NOW + 2 * HOUR, NOW)
    registers.add_duty(counter.session, head, centre, head.person_id or 0, NOW + 5 * HOUR, NOW + 300 * HOUR, NOW)
    roster = registers.get_roster(counter.session, counter.city.dispatcher, centre, NOW)
    assert [one.person for one in roster.now] == ["张坐席"] and [one.person for one in roster.later] == ["督查"]
    assert roster.gaps == ((NOW + 2 * HOUR, NOW + 5 * HOUR),) and not roster.is_kept
    assert {name for _, name in roster.people} == {"张坐席", "督查"}
    assert audit.list_deeds_of(counter.session, "duties", f"{counter.city.centre.code} 张坐席")[0].verb == "added"


def test_an_empty_roster_is_one_long_gap(counter: Counter, head: Actor) -> None:
    roster = registers.get_roster(counter.session, head, counter.city.centre.id, NOW)
    assert roster.gaps == ((NOW, NOW + timedelta(days=7)),) and roster.is_kept


def test_a_form_sent_twice_puts_somebody_on_duty_once(counter: Counter, head: Actor) -> None:
    centre, person = counter.city.centre.id, counter.city.dispatcher.person_id or 0
    first, second = (registers.add_duty(counter.session, head, centre, person, NOW, NOW + HOUR, NOW) for _ in range(2))
    assert first is second and len(audit.list_deeds_of(counter.session, "duties", f"{counter.city.centre.code} "
                                                       f"{counter.city.dispatcher.name}")) == 1


def test_what_runs_ends_now_and_what_has_not_begun_never_was(counter: Counter, head: Actor) -> None:
    centre, seat = counter.city.centre.id, counter.city.dispatcher.person_id or 0
    runs = registers.add_duty(counter.session, head, centre, seat, NOW - HOUR, NOW + HOUR, NOW)
    later = registers.add_duty(counter.session, head, centre, seat, NOW + HOUR, NOW + 2 * HOUR, NOW)
    registers.end_duty(counter.session, head, runs.id, NOW)
    registers.end_duty(counter.session, head, later.id, NOW)
    assert [row.until for row in counter.session.scalars(sa.select(Duty))] == [NOW]
    with pytest.raises(registers.DutyUnknown):
        registers.end_duty(counter.session, head, runs.id, NOW)


def test_who_may_say_who_is_on_duty(counter: Counter, head: Actor) -> None:
    centre, seat = counter.city.centre.id, counter.city.dispatcher
    for actor in (seat, counter.city.handler, counter.security):
        with pytest.raises(registers.RosterNotYours):
            registers.add_duty(counter.session, actor, centre, seat.person_id or 0, NOW, NOW + HOUR, NOW)
    registers.add_duty(counter.session, counter.system, centre, seat.person_id or 0, NOW, NOW + HOUR, NOW)
    for person, since, until in ((counter.city.intruder.person_id or 0, NOW, NOW + HOUR),
                                 (seat.person_id or 0, NOW + HOUR, NOW), (seat.person_id or 0, NOW - HOUR, NOW),
                                 (seat.person_id or 0, NOW, NOW + timedelta(days=367))):
        with pytest.raises(registers.DutyInvalid):
            registers.add_duty(counter.session, head, centre, person, since, until, NOW)
