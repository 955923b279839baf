"""Activities that run several times."""

from __future__ import annotations

import pytest

from engine.processes import OverBudget
from tests.engine.processes.drawing import ENDS, Walk, drawn, event, script, timer, user

ASSIST = drawn("assist", ENDS + user("sign", "help"), "start -> sign -> help -> end")
MANY = ('<callActivity id="{id}" calledElement="assist"><multiInstanceLoopCharacteristics isSequential="{seq}">'
        "<loopDataInputRef>helpers</loopDataInputRef>{more}</multiInstanceLoopCharacteristics></callActivity>")
HELPERS = {"331": {"name": "fire"}, "332": {"name": "water"}}


def several(seq: str = "false", more: str = "") -> str:
    """A multi-instance call of `assist`."""
    return MANY.format(id="several", seq=seq, more=more)


def test_every_instance_shows_its_key_to_its_tasks() -> None:
    source = drawn("many", ENDS + several() + user("conclude"), "start -> several -> conclude -> end")
    walk = Walk(source, ASSIST, helpers=HELPERS)
    assert [(task.element, task.item) for task in walk.step.open] == [("sign", "331"), ("sign", "332")]
    walk.do("sign", item="332").do("help", item="332").do("sign", item="331")
    assert [(task.element, task.item) for task in walk.step.open] == [("help", "331")]
    assert walk.do("help").open == ["conclude"]


def test_a_list_of_codes_gives_the_codes_as_keys() -> None:
    source = drawn("list", ENDS + several(), "start -> several -> end")
    assert [task.item for task in Walk(source, ASSIST, helpers=["331", "332"]).step.open] == ["331", "332"]


def test_an_empty_collection_passes_through() -> None:
    source = drawn("none", ENDS + several() + user("conclude"), "start -> several -> conclude -> end")
    assert Walk(source, ASSIST, helpers={}).open == ["conclude"]


def test_sequential_instances_follow_one_another() -> None:
    source = drawn("row", ENDS + several("true"), "start -> several -> end")
    walk = Walk(source, ASSIST, helpers=HELPERS)
    assert [task.item for task in walk.step.open] == ["331"]
    walk.do("sign").do("help")
    assert [task.item for task in walk.step.open] == ["332"]
    assert walk.do("sign").do("help").step.done


def test_an_interrupting_event_on_a_multi_instance_call_ends_all_instances() -> None:
    source = drawn("cut", ENDS + several() + timer("t", "several", "PT1H", form="timeDuration") + user("after"),
                   """start -> several -> end
                      t -> after -> end""")
    walk = Walk(source, ASSIST, helpers=HELPERS).do("sign").fire("t")
    assert walk.open == ["after"]
    assert walk.do("after").step.done


def test_results_are_kept_by_key_and_a_second_visit_overwrites() -> None:
    body = ('<userTask id="ask"><multiInstanceLoopCharacteristics><loopDataInputRef>who</loopDataInputRef>'
            '<loopDataOutputRef>answers</loopDataOutputRef><inputDataItem id="one"/><outputDataItem id="form"/>'
            "</multiInstanceLoopCharacteristics></userTask>")
    source = drawn("keyed", ENDS + body + '<exclusiveGateway id="merge"/><exclusiveGateway id="way"/>' + user("check"),
                   """start -> merge -> ask -> check -> way -[form["outcome"] == "again"]-> merge
                      way -*-> end""")
    walk = Walk(source, who={"a": 1, "b": 2})
    walk.do("ask", x=1, item="b").do("ask", x=2).do("check", "again")
    walk.do("ask", x=3).do("ask", x=4).do("check")
    assert {key: value["x"] for key, value in walk.step.result["answers"].items()} == {"a": 3, "b": 4}


def test_a_completion_condition_ends_the_rest() -> None:
    body = ('<userTask id="vote"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
            "<completionCondition>nrOfCompletedInstances &gt;= 2</completionCondition>"
            "</multiInstanceLoopCharacteristics></userTask>")
    walk = Walk(drawn("votes", ENDS + body, "start -> vote -> end"))
    assert len(walk.open) == 3
    assert walk.do("vote").do("vote").step.done


def test_a_standard_loop_repeats_while_its_condition_holds() -> None:
    body = ('<userTask id="try"><standardLoopCharacteristics loopMaximum="5"><loopCondition>'
            'form["outcome"] == "again"</loopCondition></standardLoopCharacteristics></userTask>')
    walk = Walk(drawn("loop", ENDS + body, "start -> try -> end")).do("try", "again").do("try", "again")
    assert walk.open == ["try"]
    assert walk.do("try").step.done


def test_an_error_inside_an_instance_is_caught_on_the_body() -> None:
    bad = drawn("assist", ENDS + user("sign") + event("endEvent", "bang", "error", "e"), "start -> sign -> bang",
                top='<error id="e" errorCode="X"/>')
    source = drawn("caught", ENDS + several() + event("boundaryEvent", "b", "error", "e", 'attachedToRef="several"')
                   + script("note", "seen = 1"), """start -> several -> end
                                                    b -> note -> end""", top='<error id="e" errorCode="X"/>')
    walk = Walk(source, bad, helpers=HELPERS).do("sign")
    assert walk.step.done and walk.step.result["seen"] == 1


def test_too_many_instances_are_over_budget() -> None:
    body = ('<userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>1000 * 1000</loopCardinality>'
            "</multiInstanceLoopCharacteristics></userTask>")
    with pytest.raises(OverBudget):
        Walk(drawn("much", ENDS + body, "start -> a -> end"))
