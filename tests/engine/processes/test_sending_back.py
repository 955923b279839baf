"""A token is sent back to a human task, so that a person decides; the state stays sound."""

from __future__ import annotations

import pytest

from engine.processes import NoWayBack, Place, complete, fire, send_back, ways_back
from engine.processes.shelf import bundle_of
from engine.processes.state import dump, load
from tests.engine.processes.drawing import ENDS, Walk, drawn, event, timer, user

LINE = drawn("line", ENDS + user("a", "b", "c") + timer("t", "b", '"P1D"') + timer("u", "a", '"P2D"'),
             "start -> a -> b -> c -> end\nt -> c\nu -> c")
CALLED = drawn("inner", ENDS + user("x", "y"), "start -> x -> y -> end")
CALLER = drawn("outer", ENDS + user("before", "after") + '<callActivity id="call" calledElement="inner"/>',
               "start -> before -> call -> after -> end")
FORK = drawn("fork", ENDS + user("a", "l", "r", "z") + '<parallelGateway id="f"/><parallelGateway id="j"/>',
             "start -> a -> f -> l -> j\nf -> r -> j\nj -> z -> end")
MANY = drawn("many", ENDS + user("a", "z") + '<callActivity id="call" calledElement="inner">'
             "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
             "</callActivity>", "start -> a -> call -> z -> end")


def places(walk: Walk, *been: tuple[str, str], trouble: int | None = -1) -> list[str]:
    """Where the oldest open task may be sent back to."""
    key = walk.step.open[0].key if trouble == -1 else trouble
    return [place.element for place in ways_back(walk.source, walk.step.state, walk.desk, been, key)]


def sent(walk: Walk, element: str, *been: tuple[str, str], process: str = "", trouble: int | None = -1) -> Walk:
    """The walk after its oldest open task was sent back; the stored bytes come back as they were."""
    key = walk.step.open[0].key if trouble == -1 else trouble
    name = process or walk.source.definition_id
    walk.step, place = send_back(walk.source, walk.step.state, walk.desk, been, key, f"{name}#{element}")
    assert place.element == element
    assert dump(load(bundle_of(walk.source), walk.step.state, walk.desk)) == walk.step.state
    return walk


def test_the_token_goes_to_the_human_task_before() -> None:
    walk = Walk(LINE).do("a")
    assert places(walk, ("line", "a")) == ["a", "b"]
    assert sent(walk, "a", ("line", "a")).open == ["a"] and walk.armed == ["u"]
    assert walk.do("a").do("b").do("c").step.done


def test_the_task_itself_is_begun_anew_with_its_timers() -> None:
    walk = Walk(LINE).do("a")
    old = walk.step.timers[0].task
    assert sent(walk, "b").open == ["b"] and walk.armed == ["t"] and walk.step.timers[0].task != old
    assert walk.fire("t").open == ["c"]


def test_what_it_knew_goes_along() -> None:
    gate = '<exclusiveGateway id="g"/>'
    source = drawn("p", ENDS + user("a", "b", "c", "d") + gate,
                   'start -> a -> b -> g -[form["way"] == 1]-> c -> end\ng -*-> d -> end')
    walk = sent(Walk(source).do("a", way=1), "a", ("p", "a"))
    assert walk.do("a", way=1).do("b", way=1).open == ["c"]


def test_a_task_of_a_scope_that_ended_is_reached_through_its_call() -> None:
    walk = Walk(CALLER, CALLED).do("before").do("x").do("y")
    been = (("inner", "y"), ("inner", "x"), ("outer", "before"))
    assert places(walk, *been) == ["call", "before", "after"]
    assert sent(walk, "call", *been).open == ["x"]
    assert walk.do("x").do("y").do("after").step.done


def test_from_inside_a_scope_one_may_go_back_before_it() -> None:
    walk = Walk(CALLER, CALLED).do("before").do("x")
    been = (("inner", "x"), ("outer", "before"))
    assert places(walk, *been) == ["x", "before", "y"]
    assert sent(walk, "before", *been).open == ["before"] and walk.do("before").open == ["x"]


def test_a_branch_that_others_wait_for_is_not_taken_out() -> None:
    walk = Walk(FORK).do("a")
    assert places(walk, ("fork", "a")) == ["l"]
    assert sent(walk, "l", ("fork", "a")).open == ["l", "r"] and walk.do("l").do("r").open == ["z"]


def test_no_token_is_put_alone_between_fork_and_join() -> None:
    walk = Walk(FORK).do("a").do("l").do("r")
    been = (("fork", "r"), ("fork", "l"), ("fork", "a"))
    assert places(walk, *been) == ["a", "z"]
    assert sent(walk, "a", *been).open == ["a"] and walk.do("a").do("l").do("r").do("z").step.done


def test_of_several_instances_the_activity_as_a_whole_gives_way() -> None:
    walk = Walk(MANY, CALLED).do("a")
    assert places(walk, ("many", "a")) == ["a", "x"]
    assert sent(walk, "a", ("many", "a")).open == ["a"] and walk.do("a").open == ["x", "x"]


def test_what_runs_beside_it_goes_on() -> None:
    aside = event("boundaryEvent", "aside", "message", "hey", 'attachedToRef="b" cancelActivity="false"')
    source = drawn("beside", ENDS + user("a", "b", "n") + '<endEvent id="over"/>' + aside,
                   "start -> a -> b -> end\naside -> n -> over", top='<message id="hey" name="hey"/>')
    walk = Walk(source).do("a").tell("hey")
    assert walk.open == ["b", "n"]
    assert sent(walk, "a", ("beside", "a")).open == ["a", "n"]
    assert walk.do("n").do("a").do("b").step.done


def test_a_case_that_nothing_moves_gets_a_token_again() -> None:
    walk = Walk(LINE).do("a").do("b").do("c")
    assert walk.step.done and places(walk, ("line", "c"), ("line", "a"), trouble=None) == ["c", "a"]
    assert sent(walk, "c", ("line", "c"), trouble=None).open == ["c"] and walk.do("c").step.done


def test_without_a_place_there_is_no_way_back() -> None:
    walk = Walk(LINE)
    with pytest.raises(NoWayBack):
        send_back(LINE, walk.step.state, walk.desk, (), walk.step.open[0].key, "line#c")
    assert places(walk, ("elsewhere", "q")) == ["a"]


def test_a_place_is_named_as_it_is_drawn() -> None:
    walk = Walk(CALLER, CALLED).do("before").do("x")
    found = ways_back(CALLER, walk.step.state, walk.desk, (("outer", "before"),), walk.step.open[0].key)
    assert found == (Place("outer", "before", "before"), Place("inner", "y", "y", is_own=True))
    assert found[0].key == "outer#before"


def test_the_old_timers_are_gone_with_their_task() -> None:
    walk = Walk(LINE).do("a")
    gone = walk.step.timers[0]
    sent(walk, "a", ("line", "a"))
    step = fire(LINE, walk.step.state, [(gone.task, "t")], walk.desk)
    assert [task.element for task in step.open] == ["a"]
    assert complete(LINE, step.state, step.open[0].key, {}, walk.desk).open[0].element == "b"
