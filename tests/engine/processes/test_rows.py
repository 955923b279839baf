"""Instances and timers as rows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from engine.processes import list_timers, roundtrip_problem, save, store, timers_waiting
from engine.processes.models import Instance, Timer
from tests.engine.processes.drawing import ENDS, MONDAY, Desk, Walk, drawn, timer, user

SOURCE = drawn("rows", ENDS + user("a", "b") + timer("t", "a", "PT1H", form="timeDuration")
               + timer("r", "a", "PT1H", form="timeDuration", interrupting=False),
               """start -> a -> b -> end
                  t -> b
                  r -> end""")


def begun(session: Session) -> tuple[Walk, Instance, list[Timer]]:
    """A run that waits for its first act, with its rows."""
    walk = Walk(SOURCE, desk=Desk(SOURCE))
    instance = store(session, 1, SOURCE, None, walk.step, MONDAY)
    return walk, instance, save(session, instance, [], walk.step, MONDAY)


def test_timer_rows_follow_the_state_and_keep_a_moved_due_time(session: Session) -> None:
    walk, instance, timers = begun(session)
    assert [row.element for row in list_timers(session, instance.id)] == ["r", "t"]
    row = list_timers(session, instance.id)[1]
    row.due_at += timedelta(days=3)
    session.flush()
    save(session, instance, timers, walk.fire("r").step, MONDAY)
    assert [(row.element, row.due_at) for row in list_timers(session, instance.id)] == [
        ("t", MONDAY + timedelta(days=3, hours=1))]


def test_an_instance_ends_once_and_its_rows_go(session: Session) -> None:
    walk, instance, timers = begun(session)
    timers = save(session, instance, timers, walk.do("a").step, MONDAY)
    assert instance.status == "running" and list_timers(session, instance.id) == []
    save(session, instance, timers, walk.do("b").step, MONDAY)
    assert (instance.status, instance.ended_at) == ("done", MONDAY)


def test_a_stored_state_can_be_verified(session: Session) -> None:
    walk, instance, _ = begun(session)
    assert roundtrip_problem(walk.desk, instance) is None
    assert timers_waiting(walk.desk, instance) == {(row.task, row.element)
                                                   for row in list_timers(session, instance.id)}
    instance.state = instance.state.replace(b'"a"', b'"z"')
    assert roundtrip_problem(walk.desk, instance) is not None
