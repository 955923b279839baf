"""One small model a rule of BPMN: its way through the nodes is what the standard says."""

from __future__ import annotations

from typing import Any

import pytest

from engine.library import Source
from engine.processes import try_run
from tests.engine.processes.drawing import ENDS, drawn, event, flows_of, script, timer, user
from tests.engine.processes.models import AGAIN, TOP, gateways
from tests.engine.processes.test_rewriting import beside, typed

MI = "<multiInstanceLoopCharacteristics{}><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"


def part(name: str, body: str, flows: str, loop: str = "") -> str:
    """An embedded sub-process with a start `<name>0` and an end `<name>9`."""
    return (f'<subProcess id="{name}"><startEvent id="{name}0"/><endEvent id="{name}9"/>{body}'
            f"{flows_of(flows, name + 'f')[0]}{loop}</subProcess>")


INCLUSIVE_LOOP = drawn("inclusive_loop", ENDS + user("a", "b", "c") + gateways("inclusive", "fork", "join")
                       + gateways("exclusive", "m", "w"), f"""start -> m -> fork -[1 == 1]-> a -> join -> c -> w
    w -*-> end
    fork -[2 == 2]-> b -> join
    w -[{AGAIN}]-> m""")
NESTED_STOP = drawn("nested_stop", ENDS + part("s", user("a", "b") + event("endEvent", "halt", "terminate")
                                               + gateways("parallel", "f"), """s0 -> f -> a -> halt
                                                                               f -> b -> s9""") + user("after"),
                    "start -> s -> after -> end")
MANY_PARTS = drawn("many_parts", ENDS + part("p", user("a"), "p0 -> a -> p9", MI.format("")), "start -> p -> end")
ROW_OF_PARTS = drawn("row_of_parts", ENDS + part("p", user("a"), "p0 -> a -> p9", MI.format(' isSequential="true"')),
                     "start -> p -> end")
THROWS = drawn("throws", '<startEvent id="start"/>' + event("endEvent", "bang", "error", "bad"), "start -> bang",
               top=TOP)
MIDDLE = drawn("middle", ENDS + '<callActivity id="inner" calledElement="throws"/>', "start -> inner -> end")
FAR_CATCH = drawn("far_catch", ENDS + '<callActivity id="outer" calledElement="middle"/>' + user("a")
                  + event("boundaryEvent", "b", "error", "bad", 'attachedToRef="outer"'), """start -> outer -> end
                                                                                            b -> a -> end""", top=TOP)
TWICE = drawn("twice", ENDS + part("p", "".join(event("intermediateThrowEvent", f"t{n}", "escalation", "up")
                                                for n in (1, 2)), "p0 -> t1 -> t2 -> p9")
              + event("boundaryEvent", "b", "escalation", "up", 'attachedToRef="p" cancelActivity="false"')
              + '<task id="note"/>', """start -> p -> end
                                        b -> note""", top=TOP)
INNER_TRIGGER = drawn("inner_trigger", ENDS + part("p", user("a") + event("endEvent", "bang", "error", "bad")
                      + beside("x", typed("xs", "error", "bad"), '<task id="xa"/>', "xs -> xa"), """p0 -> a -> bang"""
                      ).replace('<endEvent id="p9"/>', "") + user("after"), "start -> p -> after -> end", top=TOP)
ACROSS = drawn("across", ENDS + gateways("parallel", "f", "j") + event("intermediateCatchEvent", "c", "signal", "s")
               + '<callActivity id="call" calledElement="signals"/>', """start -> f -> c -> j -> end
                                                                          f -> call -> j""", top=TOP)
SIGNALS = drawn("signals", ENDS + event("intermediateThrowEvent", "t", "signal", "s"), "start -> t -> end", top=TOP)
UNCAUGHT = drawn("uncaught", ENDS + event("intermediateThrowEvent", "t", "escalation", "up"), "start -> t -> end",
                 top=TOP)
ITEMS = drawn("items", ENDS + script("make", 'items = ["x", "y"]') + '<scriptTask id="each"><script>out = item + "!"'
              "</script><multiInstanceLoopCharacteristics><loopDataInputRef>items</loopDataInputRef><loopDataOutputRef>"
              'outs</loopDataOutputRef><inputDataItem id="item"/><outputDataItem id="out"/>'
              "</multiInstanceLoopCharacteristics></scriptTask>" + gateways("exclusive", "w") + user("right", "wrong"),
              """start -> make -> each -> w -[outs == ["x!", "y!"]]-> right -> end
                 w -*-> wrong -> end""")
LATE_SIDE = drawn("late_side", ENDS + gateways("eventBased", "g") + event("intermediateCatchEvent", "c", "message", "m")
                  + '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
                  "</timerEventDefinition></intermediateCatchEvent>", """start -> g -> c -> end
                                                                         g -> t -> end""", top=TOP)
TWO_JOINS = drawn("two_joins", ENDS + user("a", "b", "c") + gateways("inclusive", "f", "j")
                  + gateways("parallel", "p", "q"),
                  """start -> f -[1 == 1]-> p -> a -> q -> j -> end
                     p -> b -> q
                     f -[1 == 2]-> c -> j""")
WAITING_TIMER = drawn("waiting_timer", ENDS + event("receiveTask", "r", "message").replace(
    "<messageEventDefinition/>", "").replace('id="r" ', 'id="r" messageRef="m"') + timer("t", "r", "PT1H",
                                                                                        form="timeDuration")
    + '<task id="late"/>', """start -> r -> end
                              t -> late -> end""", top=TOP)

CASES: list[tuple[list[Source], dict[str, Any], str, str]] = [
    ([INCLUSIVE_LOOP], {"c": [{"outcome": "again"}]}, "completed",
     "start m fork a b join c w m fork a b join c w end"),
    ([NESTED_STOP], {}, "completed", "start s0 f a halt s after end"),
    ([MANY_PARTS], {}, "completed", "start p0 p0 a a p9 p9 p p end"),
    ([ROW_OF_PARTS], {}, "completed", "start p0 a p9 p p0 a p9 p end"),
    ([FAR_CATCH, MIDDLE, THROWS], {}, "completed", "start start start bang b a end"),
    ([MIDDLE, THROWS], {}, "failed", "start start bang"),
    ([TWICE], {}, "completed", "start p0 t1 b t2 b p9 note note p end"),
    ([INNER_TRIGGER], {}, "completed", "start p0 a bang xs xa x p after end"),
    ([ACROSS, SIGNALS], {}, "completed", "start f start t c end call j end"),
    ([UNCAUGHT], {}, "completed", "start t end"),
    ([ITEMS], {}, "completed", "start make each each w right end"),
    ([LATE_SIDE], {}, "completed", "start g t end"),
    ([TWO_JOINS], {}, "completed", "start f p a b q j end"),
    ([WAITING_TIMER], {}, "completed", "start t late end"),
]


@pytest.mark.parametrize(("sources", "answers", "status", "way"), CASES,
                         ids=[f"{case[0][0].definition_id}-{case[2]}" for case in CASES])
def test_the_way_is_what_bpmn_says(sources: list[Source], answers: dict[str, Any], status: str, way: str) -> None:
    result = try_run(sources, answers)
    assert (result["status"], sorted(result["trace"])) == (status, sorted(way.split())), result
