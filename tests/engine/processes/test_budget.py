"""One act may cost 1,000 steps, 5 seconds of work, 5,000 tasks and 256 KB of data; what asks for more stops there."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from engine import clock
from engine.library import Source
from engine.processes import OverBudget, gate
from engine.processes.evaluation import MOST_DATA
from engine.processes.scopes import MOST_SECONDS, MOST_STEPS, MOST_TASKS
from tests.engine.processes.drawing import ENDS, Walk, drawn, event, flows_of, script, user
from tests.engine.processes.models import TOP, gateways

MANY = '<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>'


def nested(count: int) -> Source:
    """Instances within instances."""
    inner = f'<startEvent id="p0"/><task id="many">{MANY.format(count)}</task>{flows_of("p0 -> many", "s")[0]}'
    return drawn("p", ENDS + user("a") + f'<subProcess id="part">{inner}{MANY.format(count)}</subProcess>',
                 "start -> a -> part -> end")


LOOP = drawn("p", ENDS + user("a") + gateways("exclusive", "m") + script("count", "n = n + 1")
             + gateways("exclusive", "w"), """start -> a -> m -> count -> w -[n < 0]-> end
                                              w -*-> m""")
LONG = drawn("p", ENDS + user("a") + "".join(f'<task id="t{number}"/>' for number in range(900)),
             "start -> a -> " + " -> ".join(f"t{number}" for number in range(900)) + " -> end")
ECHO = drawn("p", ENDS + user("a") + '<subProcess id="part"><startEvent id="p0"/><exclusiveGateway id="again"/>'
             + event("intermediateThrowEvent", "shout", "escalation", "up") + flows_of(
                 "p0 -> again -> shout -> again", "s")[0] + "</subProcess>"
             + event("boundaryEvent", "heard", "escalation", "up", 'attachedToRef="part" cancelActivity="false"')
             + "<task id=\"note\"/>", """start -> a -> part -> end
                                         heard -> note -> end""", top=TOP)
FAT = drawn("p", ENDS + user("a") + script("copy", "\n".join(f"x{number} = text" for number in range(30))),
            "start -> a -> copy -> end")


@pytest.mark.parametrize(("source", "elements"), [
    (LOOP, {"m", "count", "w"}), (ECHO, {"again", "shout", "heard", "note", "end"})], ids=["loop", "echo"])
def test_a_loop_without_a_way_out_stops_after_so_many_steps(source: Source, elements: set[str]) -> None:
    walk = Walk(source, n=0)
    with pytest.raises(OverBudget, match=f"{MOST_STEPS:d} 步") as over:
        walk.do("a")
    assert over.value.facts["element"] in elements and len(over.value.trace) <= MOST_STEPS + 1
    assert walk.open == ["a"]


def test_so_many_tasks_are_too_many() -> None:
    with pytest.raises(OverBudget, match=f"{MOST_TASKS:d} 个") as over:
        Walk(nested(100)).do("a")
    assert over.value.element in ("part", "many", "p0")


@pytest.mark.parametrize("text", ["字" * 9_000, "a" * 9_000])
def test_data_that_a_script_copies_too_often_stops(text: str) -> None:
    with pytest.raises(OverBudget, match=f"{MOST_DATA // 1024} KB") as over:
        Walk(FAT, text=text).do("a")
    assert over.value.element == "copy"


def test_a_form_that_is_too_large_stops_at_its_task() -> None:
    with pytest.raises(OverBudget, match="KB") as over:
        Walk(LOOP, n=0).do("a", essay="x" * MOST_DATA)
    assert over.value.element == "a"


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Clocks of which every reading is so many seconds later than the one before."""
    def tick(by: float) -> None:
        readings = itertools.count()
        for name in ("stopwatch", "effort"):
            monkeypatch.setattr(clock, name, lambda: next(readings) * by)
    return tick


def test_an_act_that_takes_too_long_stops_at_the_step_it_had_reached(seconds: Callable[[float], None]) -> None:
    walk = Walk(LONG)
    seconds(0.1)
    with pytest.raises(OverBudget, match=f"{MOST_SECONDS:.0f} 秒") as over:
        walk.do("a")
    assert over.value.element == f"t{len(over.value.trace) - 1}" and 40 <= len(over.value.trace) <= 55
    seconds(MOST_SECONDS / 2_000)
    assert walk.do("a").step.done


def test_a_machine_that_stops_spends_no_budget(
        seconds: Callable[[float], None], monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(LONG)
    seconds(MOST_SECONDS)
    monkeypatch.setattr(clock, "effort", lambda: 0.0)
    assert walk.do("a").step.done


def test_an_act_whose_evaluations_take_too_long_stops_at_the_gateway(seconds: Callable[[float], None]) -> None:
    many = "".join(f"g -[n == {number}]-> end\n" for number in range(1, 400))
    walk = Walk(drawn("p", ENDS + user("a") + gateways("exclusive", "g"), f"start -> a -> g\n{many}g -*-> end"), n=0)
    seconds(0.1)
    with pytest.raises(OverBudget, match="秒") as over:
        walk.do("a")
    assert over.value.element == "g"


@pytest.mark.parametrize("source", [LOOP, LONG, ECHO, FAT, nested(100)])
def test_what_may_cost_too_much_is_a_diagram_all_the_same(source: Source) -> None:
    assert [one.message for one in gate([source]) if one.severity == "error"] == []
