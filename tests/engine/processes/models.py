"""Diagrams for random walks: each exercises one family of constructs."""

from __future__ import annotations

from typing import Any

from engine.library import Source
from tests.engine.processes.drawing import ENDS, drawn, event, flows_of, script, timer, user

AGAIN = 'form["outcome"] == "again"'
TOP = ('<message id="m" name="m"/><message id="m2" name="m2"/><escalation id="up" escalationCode="UP"/>'
       '<error id="bad" errorCode="BAD"/><signal id="s" name="s"/>')


def gateways(kind: str, *names: str) -> str:
    """Gateways of one kind."""
    return "".join(f'<{kind}Gateway id="{name}"/>' for name in names)


def sub(name: str, body: str, flows: str) -> str:
    """An embedded sub-process."""
    return f'<subProcess id="{name}"><startEvent id="{name}0"/>{body}{flows_of(flows, name)[0]}</subProcess>'


LEVEL = drawn("level", ENDS + user("accept", "handle") + gateways("exclusive", "way") + script("up", 'result = "up"')
              + script("done", 'result = "done"') + event("boundaryEvent", "recall", "message", "m",
                                                          'attachedToRef="handle"')
              + '<ioSpecification><dataOutput id="result"/><inputSet/><outputSet><dataOutputRefs>result'
              "</dataOutputRefs></outputSet></ioSpecification>",
              f"""start -> accept -> way -*-> handle -> done -> end
                 way -[{AGAIN}]-> up -> end
                 recall -> up""", top=TOP)
HELP = drawn("help", ENDS + user("sign", "work"), "start -> sign -> work -> end")

LADDER = drawn("ladder", ENDS + '<callActivity id="call" calledElement="level"/>' + gateways(
    "exclusive", "merge", "way") + user("check") + script("count", "n = n + 1"),
    f"""start -> merge -> call -> check -> way -[{AGAIN}]-> count -> merge
       way -*-> end""")
FORKED = drawn("forked", ENDS + user("a", "b", "c", "d") + gateways("parallel", "fork", "join")
               + script("set", "x = n"), """start -> fork -> a -> set -> join -> d -> end
                                            fork -> b -> c -> join""")
LOOPED = drawn("looped", ENDS + user("a", "b", "c") + gateways("parallel", "fork", "join")
               + gateways("exclusive", "merge", "way") + script("count", "n = n + 1"),
               f"""start -> merge -> fork -> a -> join -> c -> way -*-> end
                  fork -> b -> join
                  way -[{AGAIN}]-> count -> merge""")
CHOSEN = drawn("chosen", ENDS + user("a", "b", "c", "d", "e") + gateways("inclusive", "fork", "join")
               + gateways("exclusive", "side"),
               f"""start -> fork -[n > 0]-> a -> join -> d -> end
                  fork -[n > 1]-> b -> side -[{AGAIN}]-> join
                  side -*-> e -> end
                  fork -*-> c -> join""")
MANY = drawn("many", ENDS + '<callActivity id="all" calledElement="help"><multiInstanceLoopCharacteristics>'
             "<loopDataInputRef>who</loopDataInputRef></multiInstanceLoopCharacteristics></callActivity>"
             + user("lead", "conclude") + gateways("parallel", "fork", "join") + gateways("exclusive", "merge", "way"),
             f"""start -> merge -> fork -> all -> join -> conclude -> way -*-> end
                fork -> lead -> join
                way -[{AGAIN}]-> merge""")
ONCE = drawn("once", ENDS + '<callActivity id="all" calledElement="help"><multiInstanceLoopCharacteristics>'
             "<loopDataInputRef>who</loopDataInputRef></multiInstanceLoopCharacteristics></callActivity>"
             + user("lead", "conclude") + gateways("parallel", "fork", "join"),
             """start -> fork -> all -> join -> conclude -> end
                fork -> lead -> join""")
ROW = drawn("row", ENDS + '<userTask id="each"><multiInstanceLoopCharacteristics isSequential="true">'
            "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>" + user("after"),
            "start -> each -> after -> end")
INSIDE = drawn("inside", ENDS + sub("part", user("p", "q") + gateways("parallel", "pf", "pj"),
                                    """part0 -> pf -> p -> pj
                                       pf -> q -> pj""").replace(
    '<sequenceFlow id="part0"', '<endEvent id="pe"/><sequenceFlow id="pz" sourceRef="pj" targetRef="pe"/>'
    '<sequenceFlow id="part0"') + user("after", "broke") + event(
        "boundaryEvent", "stop", "message", "m", 'attachedToRef="part"'),
    """start -> part -> after -> end
       stop -> broke -> end""", top=TOP)
BESIDE = drawn("beside", ENDS + user("a", "note", "z") + event(
    "boundaryEvent", "hint", "message", "m", 'attachedToRef="a" cancelActivity="false"') + timer(
        "late", "a", "PT1H", form="timeDuration") + timer("tick", "a", "R3/PT1H", form="timeCycle", interrupting=False),
    """start -> a -> z -> end
       hint -> note -> end
       tick -> note
       late -> z""", top=TOP)
RAISED = drawn("raised", ENDS + sub("part", user("p") + gateways("exclusive", "pw") + event(
    "endEvent", "bang", "error", "bad") + event("intermediateThrowEvent", "up1", "escalation", "up") + user("q"),
    f"""part0 -> p -> pw -[{AGAIN}]-> bang
       pw -[form["outcome"] == "up"]-> up1 -> q
       pw -[form["outcome"] == "done"]-> q""") + user("broke", "above", "after") + event(
        "boundaryEvent", "err", "error", "bad", 'attachedToRef="part"') + event(
        "boundaryEvent", "esc", "escalation", "up", 'attachedToRef="part" cancelActivity="false"'),
    """start -> part -> after -> end
       err -> broke -> end
       esc -> above -> end""", top=TOP)
RACING = drawn("racing", ENDS + '<eventBasedGateway id="g"/>' + event("intermediateCatchEvent", "c1", "message", "m")
               + event("intermediateCatchEvent", "c2", "message", "m2") + user("a", "b")
               + gateways("exclusive", "merge", "way"),
               f"""start -> merge -> g -> c1 -> a -> way -*-> end
                  g -> c2 -> b -> end
                  way -[{AGAIN}]-> merge""", top=TOP)
STOPPED = drawn("stopped", ENDS + user("a", "b", "c") + event("endEvent", "halt", "terminate")
                + gateways("parallel", "fork"), """start -> fork -> a -> halt
                                                   fork -> b -> c -> end""")

CROWD = drawn("crowd", ENDS + '<callActivity id="all" calledElement="help"><multiInstanceLoopCharacteristics>'
              '<loopDataInputRef>units</loopDataInputRef><loopDataOutputRef>done</loopDataOutputRef>'
              '<inputDataItem id="unit"/><outputDataItem id="form"/></multiInstanceLoopCharacteristics></callActivity>'
              + user("cut", "note", "z") + gateways("exclusive", "merge", "way")
              + event("boundaryEvent", "stop", "message", "m", 'attachedToRef="all"')
              + timer("tick", "all", "R2/PT1H", form="timeCycle", interrupting=False),
              f"""start -> merge -> all -> z -> way -*-> end
                 way -[{AGAIN}]-> merge
                 stop -> cut -> end
                 tick -> note -> end""", top=TOP)
TURNS = drawn("turns", ENDS + '<userTask id="a"><standardLoopCharacteristics loopMaximum="3"><loopCondition>'
              f"{AGAIN}</loopCondition></standardLoopCharacteristics></userTask>"
              '<callActivity id="one" calledElement="help"><multiInstanceLoopCharacteristics isSequential="true">'
              "<loopDataInputRef>units</loopDataInputRef></multiInstanceLoopCharacteristics></callActivity>"
              + user("b", "c"), f"""start -> a -[{AGAIN}]-> one -> end
                                   a -> b -> end
                                   a -[n > 5]-> c -> end""")
WATCHED = drawn("watched", ENDS + user("a", "b") + '<subProcess id="w" triggeredByEvent="true"><startEvent id="ws"'
                ' isInterrupting="false"><messageEventDefinition messageRef="m"/></startEvent><userTask id="wa"/>'
                '<sequenceFlow id="wf" sourceRef="ws" targetRef="wa"/></subProcess><subProcess id="v"'
                ' triggeredByEvent="true"><startEvent id="vs"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
                '</timerEventDefinition></startEvent><userTask id="va"/><sequenceFlow id="vf" sourceRef="vs"'
                ' targetRef="va"/></subProcess>' + sub("part", user("p"), "part0 -> p"),
                "start -> a -> part -> b -> end", top=TOP)
CALLED: tuple[Source, ...] = (LEVEL, HELP)
STOCK_RIGHT: tuple[Source, ...] = (LADDER, FORKED, CHOSEN, ONCE, ROW, INSIDE, RACING, STOPPED)
OURS: tuple[Source, ...] = (*STOCK_RIGHT, LOOPED, MANY, BESIDE, RAISED, CROWD, TURNS, WATCHED)
DATA: dict[str, Any] = {"n": 2, "who": ["331", "332"], "units": {"331": "fire", "332": "water"}}
