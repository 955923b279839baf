"""A timer that is due at once wakes the worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine.db import bell
from engine.processes import save, store
from tests.engine.processes.drawing import ENDS, MONDAY, Desk, Walk, drawn, timer, user

HOUR = drawn("hour", ENDS + user("a") + timer("t", "a", "PT1H", form="timeDuration"),
             "start -> a -> end\nt -> end")


@pytest.mark.parametrize(("later", "rung"), [(timedelta(0), []), (timedelta(hours=1), [bell.DUE])])
def test_a_timer_that_is_due_when_it_is_armed_rings_the_bell(
        session: Session, monkeypatch: pytest.MonkeyPatch, later: timedelta, rung: list[str]) -> None:
    heard: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda session, name: heard.append(name))
    walk = Walk(HOUR, desk=Desk(HOUR))
    instance = store(session, 1, HOUR, None, walk.step, MONDAY)
    save(session, instance, [], walk.step, MONDAY + later)
    assert heard == rung
