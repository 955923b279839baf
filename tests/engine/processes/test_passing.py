"""An element that cannot run is passed over: the token goes on as if it had completed, with the values given."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import NotFound
from engine.processes import ProcessBroken, can_pass, complete, describe, fire, outputs_of
from tests.engine.processes.drawing import ENDS, Desk, Walk, drawn, script, service, timer, user

BROKEN = 'case["nothing"]'
GATE = '<exclusiveGateway id="g"/>'
RULE = ('<businessRuleTask id="s"><extensionElements><spiffworkflow:calledDecisionId>t</spiffworkflow:calledDecisionId>'
        "</extensionElements></businessRuleTask>")


class Silent(Desk):
    """A host whose services and tables have no answer."""

    def operate(self, name: str, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
        raise KeyError(name)

    def decide(self, decision_id: str, data: dict[str, Any]) -> dict[str, Any]:
        raise NotFound()


def passed(element: str, process: str = "p", **values: Any) -> dict[str, dict[str, Any]]:
    """One element passed over."""
    return {f"{process}#{element}": values}


def done(walk: Walk, over: dict[str, dict[str, Any]] | None) -> list[str]:
    """What waits once the first open task was completed."""
    step = complete(walk.source, walk.step.state, walk.step.open[0].key, {"outcome": "done"}, walk.desk, passed=over)
    return sorted(task.element for task in step.open)


@pytest.mark.parametrize("body", [script("s", f"x = {BROKEN}"), service("s", "lost", "x"), RULE])
def test_what_no_person_does_is_passed_over_with_its_values(body: str) -> None:
    flows = "start -> a -> s -> g -[x == 1]-> b -> end\ng -*-> c -> end"
    source = drawn("p", ENDS + user("a", "b", "c") + GATE + body, flows)
    walk = Walk(source, desk=Silent(source))
    with pytest.raises(ProcessBroken) as broken:
        done(walk, None)
    assert broken.value.element == "s"
    assert done(walk, passed("s", x=1)) == ["b"] and done(walk, passed("s", x=2)) == ["c"]


def test_another_element_of_that_name_in_another_diagram_still_breaks() -> None:
    source = drawn("p", ENDS + user("a", "b") + script("s", f"x = {BROKEN}"), "start -> a -> s -> b -> end")
    with pytest.raises(ProcessBroken):
        done(Walk(source), passed("s", "q", x=1))


def test_the_script_before_an_element_is_passed_over_with_it() -> None:
    before = f"<extensionElements><spiffworkflow:preScript>y = {BROKEN}</spiffworkflow:preScript>"
    body = ENDS + user("a", "b") + service("s", "lost").replace("<extensionElements>", before)
    walk = Walk(drawn("p", body, "start -> a -> s -> b -> end"))
    with pytest.raises(ProcessBroken):
        done(walk, None)
    assert done(walk, passed("s", x=1)) == ["b"]


def test_a_message_is_not_sent_and_what_comes_before_and_after_it_is_not_done() -> None:
    around = "".join(f"<spiffworkflow:{kind}Script>y = {BROKEN}</spiffworkflow:{kind}Script>"
                     for kind in ("pre", "post"))
    body = ENDS + user("a", "b") + f'<sendTask id="s"><extensionElements>{around}</extensionElements></sendTask>'
    walk = Walk(drawn("p", body, "start -> a -> s -> b -> end"))
    with pytest.raises(ProcessBroken) as broken:
        done(walk, None)
    assert broken.value.element == "s" and done(walk, passed("s")) == ["b"]


def test_a_timer_on_an_edge_that_cannot_be_counted_is_never_armed() -> None:
    source = drawn("p", ENDS + user("a", "b") + timer("t", "b", BROKEN), "start -> a -> b -> end\nt -> end")
    walk = Walk(source)
    with pytest.raises(ProcessBroken) as broken:
        done(walk, None)
    step = complete(source, walk.step.state, walk.step.open[0].key, {}, walk.desk, passed=passed("t"))
    assert broken.value.element == "t" and step.timers == ()
    assert complete(source, step.state, step.open[0].key, {}, walk.desk).done


def test_a_timer_in_the_flow_is_not_waited_for() -> None:
    wait = (f'<intermediateCatchEvent id="t"><timerEventDefinition><timeDate>{BROKEN}</timeDate>'
            "</timerEventDefinition></intermediateCatchEvent>")
    walk = Walk(drawn("p", ENDS + user("a", "b") + wait, "start -> a -> t -> b -> end"))
    assert done(walk, passed("t")) == ["b"]


def test_what_comes_after_a_timer_may_be_passed_over_too() -> None:
    source = drawn("p", ENDS + user("a", "b") + script("s", f"x = {BROKEN}") + timer("t", "a", '"P1D"'),
                   "start -> a -> end\nt -> s -> b -> end")
    walk = Walk(source)
    armed = walk.step.timers[0]
    step = fire(source, walk.step.state, [(armed.task, "t")], walk.desk, passed=passed("s", x=1))
    assert [task.element for task in step.open] == ["b"]


def test_what_an_element_gives_is_known_and_what_may_be_passed() -> None:
    body = GATE + script("s", "x = 1\ny = x") + service("o", "cases.x", "z") + timer("t", "a", '"P1D"')
    source = drawn("p", ENDS + user("a") + body, "start -> a -> s -> o -> g -> end\nt -> end")
    assert [outputs_of(source, name) for name in ("s", "o", "a", "g")] == [("x", "y"), ("z",), (), ()]
    may = {element.id for element in describe(source).elements if can_pass(element)}
    assert may == {"s", "o", "t"}


def test_nothing_is_passed_over_at_the_next_command() -> None:
    source = drawn("p", ENDS + user("a", "b") + script("s", f"x = {BROKEN}"), "start -> a -> s -> b -> s")
    walk = Walk(source)
    step = complete(source, walk.step.state, walk.step.open[0].key, {}, walk.desk, passed=passed("s", x=1))
    with pytest.raises(ProcessBroken):
        complete(source, step.state, step.open[0].key, {}, walk.desk)
