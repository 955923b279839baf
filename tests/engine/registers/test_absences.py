"""Somebody is away: what they claimed goes to the deputy or back to the queue; a head frees what lies too long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import cases, directory, registers, worklist
from engine.audit.models import Entry
from engine.directory.models import Division, Post
from tests.builders import a_grid
from tests.town import TOWNSHIP, Office

CENTRE = f"{TOWNSHIP}-centre"


def claimed(office: Office) -> directory.Actor:
    """A seat that has claimed the dispatching of a fresh case."""
    seat = office.who("seat", "330902002001-centre")
    office.report()
    cases.claim_task(office.session, seat, office.task("dispatch").id, office.at)
    return seat


def away(office: Office, seat: directory.Actor, deputy: directory.Actor | None = None, later: int = 0) -> object:
    since = office.at + timedelta(hours=later)
    return registers.note_absence(office.session, seat, seat.person_id or 0, since, since + timedelta(days=3),
                                  deputy.person_id if deputy else None, "年休假", office.at)


def test_without_a_deputy_the_task_goes_back(office: Office) -> None:
    seat = claimed(office)
    away(office, seat)
    task = office.task("dispatch")
    assert (task.assignee_id, task.claimed_at) == (None, None)
    last = select(Entry.verb).where(Entry.case_id == office.case.id).order_by(Entry.seq.desc()).limit(1)
    assert office.session.scalar(last) == "free"


def test_the_deputy_takes_it_with_its_due_time(office: Office) -> None:
    seat = claimed(office)
    due, deputy = office.task("dispatch").due_at, office.who("seat", "330902002001-centre", 1)
    away(office, seat, deputy)
    task = office.task("dispatch")
    assert (task.assignee_id, task.due_at) == (deputy.person_id, due)
    office.do("dispatch", "own", by=deputy)


def test_a_later_absence_waits_for_its_hour(office: Office) -> None:
    seat = claimed(office)
    away(office, seat, later=5)
    assert registers.start_absences(office.session, office.at) == 0
    assert office.task("dispatch").assignee_id == seat.person_id
    assert registers.start_absences(office.session, office.at + timedelta(hours=5)) == 1
    assert office.task("dispatch").assignee_id is None


def test_the_deputy_holds_the_same_post(office: Office) -> None:
    seat = claimed(office)
    stranger = office.who("seat", "330921-centre")
    with pytest.raises(directory.AbsenceInvalid):
        away(office, seat, stranger)


def test_the_deputy_of_a_grid_worker_gets_the_grid_for_that_time(office: Office) -> None:
    worker = office.worker()
    other = office.session.scalars(select(Post).where(Post.person_id == worker.person_id)).one()
    person = directory.add_person(office.session, "代班网格员")
    second = directory.add_post(office.session, person.id, "grid_worker", other.organisation_id, office.at,
                                another_grid(office))
    directory.add_account(office.session, person.id, "stand.in", "correct-horse-1")
    absence = registers.note_absence(
        office.session, worker, worker.person_id or 0, office.at, None, person.id, "", office.at)
    assert {post.grid_id for post in directory.list_posts(office.session, person.id, office.at)} == {
        second.grid_id, other.grid_id}
    later = office.at + timedelta(days=2)
    registers.end_absence(office.session, worker, absence.id, worker.person_id or 0, later)
    assert {post.grid_id for post in directory.list_posts(office.session, person.id, later)} == {second.grid_id}


def another_grid(office: Office) -> int:
    community = office.session.get_one(Division, "330902002001")
    return a_grid(office.session, community, "330902002001077").id


def test_two_absences_do_not_overlap(office: Office) -> None:
    seat = office.who("seat", CENTRE)
    away(office, seat)
    with pytest.raises(directory.AbsenceInvalid):
        away(office, seat, later=1)


def test_only_oneself_and_who_stands_above_notes_it(office: Office) -> None:
    seat, head = office.who("seat", CENTRE), office.who("supervisor", "330902-centre")
    stranger = office.who("supervisor", "330921-centre")
    assert registers.may_note(office.session, head, seat.person_id or 0, office.at)
    with pytest.raises(registers.NotYoursToSend):
        registers.note_absence(office.session, stranger, seat.person_id or 0, office.at, None, None, "", office.at)


def test_the_head_frees_what_somebody_claimed(office: Office) -> None:
    claimed(office)
    head = office.who("supervisor", "330902002001-centre")
    task = office.task("dispatch")
    assert cases.may_free(office.session, head, task)
    cases.free_task(office.session, head, task.id, office.at)
    assert task.assignee_id is None


def test_nobody_else_frees_it(office: Office) -> None:
    seat = claimed(office)
    task = office.task("dispatch")
    for actor in (seat, office.who("seat", "330902002001-centre", 1), office.who("supervisor", "330921-centre")):
        with pytest.raises(cases.errors.ActNotAllowed):
            cases.free_task(office.session, actor, task.id, office.at)
    assert task.assignee_id == seat.person_id


def test_a_post_that_ended_frees_what_was_claimed_in_it(office: Office) -> None:
    seat = claimed(office)
    post = office.session.scalars(select(Post).where(Post.person_id == seat.person_id)).one()
    directory.end_post(office.session, post.id, office.at + timedelta(minutes=1))
    later = office.at + timedelta(minutes=2)
    assert cases.free_orphaned(office.session, office.at) == 0
    assert cases.free_orphaned(office.session, later) == 1
    assert cases.free_orphaned(office.session, later) == 0
    assert worklist.get_task(office.session, office.task("dispatch").id).assignee_id is None
