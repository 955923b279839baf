"""Office hours typed by an administrator: in force from a day on, on the record, and never behind what is past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event, select

from engine import audit, deadlines, directory, jobs, registers, verification
from engine.cases import explain_deadlines
from engine.deadlines.models import KeptOffice, OfficeChange
from engine.directory.models import Organisation
from tests.builders import an_actor
from tests.town import BASE, DAISHAN, TOWNSHIP, Office

OWN = {f"d{place}": "08:00-12:00，14:00-18:00" if place < 5 or place == 7 else "" for place in range(8)}
SHORT = {f"d{place}": "09:00-12:00" if place < 5 or place == 7 else "" for place in range(8)}
COMMUNITY = f"{BASE[:12]}-centre"


def admin(office: Office, where: str = "3309-centre") -> directory.Actor:
    """A system administrator of the city, or of the division of another centre."""
    centre = office.session.scalars(select(Organisation).where(Organisation.code == where)).one()
    name = f"system.{where}"
    return an_actor(office.session, "system_admin", centre, name=name, username=name)


def hours_of(office: Office, code: str = COMMUNITY) -> str:
    return office.session.scalars(select(Organisation.office).where(Organisation.code == code)).one()


def own_hours(office: Office, by: directory.Actor, **more: str) -> KeptOffice:
    typed = {"name": "渔区作息", "start": "default", "take_over": "1", **OWN, **more}
    return registers.add_hours(office.session, by, typed, office.at)


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    bind = office.session.connection()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(bind, "before_cursor_execute", note)


# typed and in force ---------------------------------------------------------------------------------------------------
def test_typed_hours_count_from_then_on_and_are_on_the_record(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    assert hours_of(office) == made.current
    office.report()
    assert office.deadline("accept").due_at == office.at_office(3, 4, 15)  # four hours from 09:00, two hours of lunch
    assert office.deadline("accept").office == made.current
    told = explain_deadlines(office.session, office.case, office.at)[0]
    assert told["office"]["name"] == "渔区作息"
    deed = audit.list_deeds(office.session)[0]
    assert (deed.actor, deed.verb, deed.kind, deed.subject) == (by.label, "added", "hours", "渔区作息")
    assert deed.facts["hours"]["days"][0] == "08:00-12:00，14:00-18:00" and deed.facts["bodies"] > 10


def test_hours_that_begin_later_leave_the_old_ones_until_then(office: Office) -> None:
    made = own_hours(office, admin(office), since="2026-03-05")
    office.at = office.at_office(3, 4, 16, 30)
    office.report()  # an hour is left on Wednesday; on Thursday three from 08:00
    assert office.deadline("accept").due_at == office.at_office(3, 5, 11)
    assert [one.since for one in deadlines.list_changes(office.session, made.id)] == [None, made_day(2026, 3, 5)]


def made_day(*day: int) -> object:
    return deadlines.read_day("-".join(f"{part:02d}" for part in day), "since", {})


def test_only_the_bodies_of_ones_own_division_follow(office: Office) -> None:
    own_hours(office, admin(office, "330921-centre"))
    assert hours_of(office) == "default" and hours_of(office, f"{DAISHAN[:12]}-centre").startswith("o")


def test_a_body_keeps_hours_by_their_name_in_the_register(office: Office) -> None:
    by = admin(office)
    own_hours(office, by, take_over="")
    cells = registers.get_cells(office.session, "organisations", COMMUNITY)
    assert cells["办公时间"] == "机关办公时间"
    registers.save_row(office.session, by, "organisations", {**cells, "办公时间": "渔区作息"}, office.at)
    assert registers.get_cells(office.session, "organisations", COMMUNITY)["办公时间"] == "渔区作息"
    with pytest.raises(registers.RowInvalid) as wrong:
        registers.save_row(office.session, by, "organisations", {**cells, "办公时间": "随便"}, office.at)
    assert "不在可选值内" in wrong.value.fields["办公时间"][0]


@pytest.mark.parametrize(("typed", "field"), [
    ({"name": ""}, "name"), ({"name": "机关办公时间"}, "name"), ({"name": "长" * 31}, "name"),
    ({"since": "2026-03-03"}, "since"), ({"since": "三月"}, "since"), ({"d0": "12:00-08:00"}, "d0"),
])
def test_what_cannot_be_kept_is_refused_beside_its_field(office: Office, typed: dict[str, str], field: str) -> None:
    with pytest.raises(deadlines.HoursInvalid) as wrong:
        own_hours(office, admin(office), **typed)
    assert list(wrong.value.fields) == [field]
    assert hours_of(office) == "default" and not deadlines.list_offices(office.session)


def test_nobody_else_changes_them(office: Office) -> None:
    made = own_hours(office, admin(office))
    below, seat = admin(office, "330921-centre"), office.who("seat", COMMUNITY)
    with pytest.raises(registers.HoursNotYours):
        registers.change_week(office.session, below, made.id, {**SHORT, "since": "2026-03-05"}, office.at)
    for refused in (lambda: own_hours(office, seat), lambda: registers.begin_recount(
            office.session, seat, made.id, office.at)):
        with pytest.raises(registers.NotYoursToConfirm):
            refused()


def test_the_next_county_neither_sees_nor_uses_them(office: Office) -> None:
    made = own_hours(office, admin(office, "330921-centre"))
    neighbour, city = admin(office, "330902-centre"), admin(office)
    with pytest.raises(deadlines.OfficeUnknown):
        registers.get_hours(office.session, neighbour, made.id, office.at)
    assert made.name not in [one.office.name for one in registers.list_hours(office.session, neighbour)]
    listed = {one.office.name: one for one in registers.list_hours(office.session, city)}
    assert listed[made.name].bodies == registers.get_hours(office.session, city, made.id, office.at).more_bodies + len(
        registers.get_hours(office.session, city, made.id, office.at).bodies) > 3
    cells = registers.get_cells(office.session, "organisations", COMMUNITY)
    with pytest.raises(registers.RowInvalid):
        registers.save_row(office.session, city, "organisations", {**cells, "办公时间": made.name}, office.at)


# what is past stays ---------------------------------------------------------------------------------------------------
def test_a_change_moves_bodies_on_and_leaves_what_was_counted(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    office.report()
    before, due = hours_of(office), office.deadline("accept").due_at
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-04"}, office.at)
    assert hours_of(office) == made.current != before
    first = office.case
    assert (office.deadline("accept").due_at, office.deadline("accept").office) == (due, before)
    office.report()
    assert office.case is not first and office.deadline("accept").due_at == office.at_office(3, 5, 10)
    with pytest.raises(deadlines.HoursInvalid):
        registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-03"}, office.at)


def test_a_hold_counts_on_by_the_hours_of_its_deadline(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    office.report()
    until = office.at + timedelta(hours=2)  # 11:00
    office.act("hold", office.who("seat", f"{TOWNSHIP}-centre"), until=until.isoformat())
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-04"}, office.at)
    office.wait(office.at_office(3, 4, 11))
    assert office.deadline("accept").due_at == office.at_office(3, 4, 17)
    assert office.timers()["climb"] == office.at_office(3, 5, 11)  # by the same hours


def test_while_a_hold_lasts_its_timers_count_by_the_hours_of_its_deadline(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-04"}, office.at)
    office.report()  # climbs after eight hours, three a day
    office.wait(office.at_office(3, 5, 17))
    registers.change_week(office.session, by, made.id, {**OWN, "since": "2026-03-05"}, office.at)
    until = office.at_office(3, 6, 10)
    office.act("hold", office.who("seat", f"{TOWNSHIP}-centre"), until=until.isoformat())
    assert office.timers()["climb"] == until + timedelta(hours=2)  # by the hours of today it was at 15:00


def test_days_of_its_own_close_every_body_that_keeps_the_hours(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    typed = {"since": "2026-03-05", "until": "2026-03-06", "reason": "台风停工"}
    registers.change_days(office.session, by, made.id, typed, office.at)
    office.at = office.at_office(3, 4, 17)
    office.report()
    assert office.deadline("accept").due_at == office.at_office(3, 9, 11)  # an hour on Wednesday, three on Monday
    for typed, field in (({"since": "2026-03-01", "reason": "补"}, "since"), ({"since": "2026-03-05"}, "reason"),
                         ({"since": "2026-03-06", "until": "2026-03-05", "reason": "补"}, "until")):
        with pytest.raises(deadlines.HoursInvalid) as wrong:
            registers.change_days(office.session, by, made.id, typed, office.at)
        assert list(wrong.value.fields) == [field]


def test_a_recount_moves_open_deadlines_with_an_entry_each(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    office.report()
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-04"}, office.at)
    assert registers.get_hours(office.session, by, made.id, office.at).outdated == 1
    errand = registers.begin_recount(office.session, by, made.id, office.at)
    assert registers.begin_recount(office.session, by, made.id, office.at) is errand
    assert jobs.do_errands(office.session, office.at) == 1
    office.session.expire_all()
    assert (errand.state, errand.done, errand.result["moved"]) == ("done", 1, 1)
    accept = office.deadline("accept")
    assert (accept.due_at, accept.office) == (office.at_office(3, 5, 10), made.current)
    assert office.task("dispatch").due_at == accept.due_at == office.case.due_at
    assert office.timers()["climb"] == office.at_office(3, 6, 11)  # eight hours, three a day
    (entry,) = office.entries("recount")
    assert entry.actor == by.label and entry.facts["moved"][0]["stage"] == "accept"
    assert registers.get_hours(office.session, by, made.id, office.at).outdated == 0
    found = verification.verify(office.session, office.at)
    assert not [name for name, one in found.items() if one.violations]


def test_nobody_is_late_because_an_office_changed_its_hours(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-04"}, office.at)
    office.report()  # due on Thursday at 10:00
    office.at = office.at_office(3, 4, 17)
    due = office.deadline("accept").due_at
    registers.change_week(office.session, by, made.id, {**OWN, "since": "2026-03-04"}, office.at)
    registers.begin_recount(office.session, by, made.id, office.at)
    jobs.do_errands(office.session, office.at)
    office.session.expire_all()
    assert office.deadline("accept").due_at == due > office.at  # by the hours of today it was due at 15:00
    assert "accept" not in [one["stage"] for entry in office.entries("recount") for one in entry.facts["moved"]]


def recounted(office: Office, by: directory.Actor, made: KeptOffice) -> None:
    registers.begin_recount(office.session, by, made.id, office.at)
    jobs.do_errands(office.session, office.at)
    office.session.expire_all()


def test_a_held_case_whose_moment_went_by_in_the_hold_is_counted_anew_too(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    office.report()  # due at 15:00
    office.at = office.at_office(3, 4, 10)
    until = office.at_office(3, 9, 9)
    office.act("hold", office.who("seat", f"{TOWNSHIP}-centre"), until=until.isoformat())
    office.at = office.at_office(3, 5, 9)
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-05"}, office.at)
    assert registers.get_hours(office.session, by, made.id, office.at).outdated == 1
    recounted(office, by, made)
    assert office.case.stopped_at is not None and office.case.due_at is None
    assert office.planned("accept") is None  # nobody is urged while it is held
    assert office.timers()["climb"] > until
    office.wait(until)
    assert office.case.due_at == office.at_office(3, 9, 12)  # an hour was used, three are left from 09:00
    found = verification.verify(office.session, office.at)
    assert not [name for name, one in found.items() if one.violations]


def test_a_case_that_was_late_before_it_was_held_stays_late(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    office.report()
    late = office.at_office(3, 4, 16)
    due = office.deadline("accept").due_at
    office.wait(late)
    office.act("hold", office.who("seat", f"{TOWNSHIP}-centre"), until=office.at_office(3, 9, 9).isoformat())
    office.at = office.at_office(3, 5, 9)
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-05"}, office.at)
    recounted(office, by, made)
    assert office.deadline("accept").due_at == due
    assert "accept" not in [one["stage"] for entry in office.entries("recount") for one in entry.facts["moved"]]


# what it costs and what it stands on ----------------------------------------------------------------------------------
def test_an_act_asks_the_database_no_more_by_typed_hours_than_by_named_ones(office: Office) -> None:
    office.report()
    office.walk(("dispatch", "own"))
    office.report()
    with counted(office) as named:
        office.acted = office.do("dispatch", "own")  # type: ignore[assignment]
    own_hours(office, admin(office))
    office.report()  # the state of the hours is read once a process
    office.walk(("dispatch", "own"))
    office.report()
    with counted(office) as typed:
        office.do("dispatch", "own")
    assert len(typed) == len(named)


def test_a_state_of_hours_that_was_tampered_with_is_not_taken(office: Office) -> None:
    made = own_hours(office, admin(office), name="要被改的作息")
    office.session.execute(sa.update(OfficeChange).where(OfficeChange.office_id == made.id).values(
        hours=deadlines.Change("week", None, week=deadlines.read_week(SHORT).week).as_json()))
    with pytest.raises(deadlines.OfficeUnknown):
        deadlines.office_of(office.session, made.current)


def test_what_is_typed_is_tried_before_it_is_kept(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    week = deadlines.read_week(SHORT).week
    assert week is not None
    tried = registers.try_week(office.session, by, made.id, week, made_day(2026, 3, 5), "8 work_hour", office.at)  # type: ignore[arg-type]
    assert tried.due_before is not None and tried.due_before.at == office.at_office(3, 4, 18) + timedelta(hours=15)
    assert tried.due.at == office.at_office(3, 5, 10)
    alone = registers.try_week(office.session, by, None, week, None, "4 work_hour", office.at)
    assert (alone.due_before, alone.due.at) == (None, office.at_office(3, 5, 10))
