"""The stored state: small, flat, and the same bytes again."""

from __future__ import annotations

import orjson
import pytest

from engine.clock import effort
from engine.processes import ProcessBroken, complete
from engine.processes.shelf import bundle_of
from engine.processes.state import dump, load
from engine.processes.tokens import LIVE
from tests.engine.processes.conformance.model import TOP, end, on, scope, start, throws
from tests.engine.processes.drawing import ENDS, Walk, drawn, script, timer, user
from tests.engine.processes.models import CALLED, DATA, LADDER


def test_two_hundred_reworks_leave_the_state_as_small_as_one() -> None:
    walk = Walk(LADDER, *CALLED, **DATA)
    sizes = []
    for _ in range(200):
        walk.do("accept").do("handle").do("check", "again")
        sizes.append(len(walk.step.state))
    assert max(sizes) < 400 and sizes[-1] - sizes[1] < 20


def test_the_bytes_come_back_as_they_were() -> None:
    walk = Walk(LADDER, *CALLED, **DATA).do("accept")
    assert dump(load(bundle_of(LADDER), walk.step.state, walk.desk)) == walk.step.state


def test_a_timer_that_fires_late_does_not_fire_by_itself() -> None:
    source = drawn("late", ENDS + user("a", "b") + timer("t", "a", '"2020-01-01"'), """start -> a -> b -> end
                                                                                       t -> end""")
    assert Walk(source).open == ["a"]


def test_a_task_added_after_the_open_one_is_found_in_the_newer_diagram() -> None:
    old = drawn("grown", ENDS + user("a", "b"), "start -> a -> b -> end")
    new = drawn("grown", ENDS + user("a", "between", "b"), "start -> a -> between -> b -> end")
    walk = Walk(old)
    step = complete(new, walk.step.state, walk.step.open[0].key, {}, walk.desk)
    assert [task.element for task in step.open] == ["between"]


def test_the_hundredth_act_costs_as_much_as_the_first() -> None:
    walk = Walk(LADDER, *CALLED, **DATA)
    spent = []
    for _ in range(120):
        begun = effort()
        walk.do("accept").do("handle").do("check", "again")
        spent.append(effort() - begun)
    assert sorted(spent[-40:])[20] < 3 * sorted(spent[:40])[20]


def test_a_first_boundary_event_on_the_open_task_is_refused_rather_than_forgotten() -> None:
    old = drawn("grown", ENDS + user("a"), "start -> a -> end")
    new = drawn("grown", ENDS + user("a") + timer("t", "a", "PT1H", form="timeDuration"), """start -> a -> end
                                                                                             t -> end""")
    walk = Walk(old)
    with pytest.raises(ProcessBroken):
        complete(new, walk.step.state, walk.step.open[0].key, {}, walk.desk)


HANDLED = drawn("handled", ENDS + script("i", "x = 0") + scope("o", start("o0") + scope(
    "s", start("s0") + throws("t", "escalation", "up") + user("a") + script("l", "x = 2") + end("s9"),
    "s0 -> t -> a -> l -> s9") + on("b", "s", "escalation", "up", interrupting=False) + user("h") + end("o9"),
    """o0 -> s -> o9
    b -> h -> o9""") + '<exclusiveGateway id="w"/>' + user("yes", "no"),
    """start -> i -> o -> w -[x == 2]-> yes -> end
    w -*-> no -> end""", top=TOP)


def test_a_handler_stored_by_an_earlier_version_undoes_no_later_change() -> None:
    """An event that had happened was then stored without data."""
    walk = Walk(HANDLED)
    form, counter, scopes = orjson.loads(walk.step.state)
    earlier = [[key, [row[:4] if row[1] == "b" and not row[2] & LIVE else row for row in rows]]
               for key, rows in scopes]
    assert earlier != scopes
    state = orjson.dumps([form, counter, earlier])
    assert dump(load(bundle_of(HANDLED), state, walk.desk)) == state
    main = next(task for task in walk.step.open if task.element == "a")
    walk.step = complete(HANDLED, state, main.key, {}, walk.desk)
    assert walk.do("h").open == ["yes"]
