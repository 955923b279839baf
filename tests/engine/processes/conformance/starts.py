"""How processes and sub-processes begin, and what hangs on a whole scope: event sub-processes."""

from __future__ import annotations

from tests.engine.processes.conformance.model import (
    ENDS,
    NEVER,
    TOP,
    Model,
    beside,
    beside_timed,
    called,
    catches,
    end,
    ends,
    many,
    on,
    refused,
    runs,
    scope,
    start,
    tasks,
    throws,
    timing,
)
from tests.engine.processes.drawing import drawn, event, script, timer, user
from tests.engine.processes.models import gateways

TYPED = event("startEvent", "typed", "message", "m")
UP = throws("x", "escalation", "up")
MODELS: list[Model] = [
    runs("no_start_event", tasks("a", "b") + end("end"), "a -> b -> end", "a b end"),
    runs("begins_in_several_places", tasks("a", "b") + end("end"), """a -> end
        b -> end""", "a b end end"),
    runs("sub_process_without_a_start", ENDS + scope("s", tasks("a", "b"), "a -> b"), "start -> s -> end",
         "start a b s end"),
    runs("parallel_box", ENDS + scope("s", tasks("a", "b"), ""), "start -> s -> end", "start a b s end"),
    runs("none_start_beside_a_message", start("start") + TYPED + tasks("a", "b") + end("end"), """start -> a -> end
        typed -> b -> end""", "start a end"),
    runs("timed_start", f'<startEvent id="start">{timing("PT5M")}</startEvent>' + tasks("a") + end("end"),
         "start -> a -> end", "start a end"),
    refused("cyclic_start", f'<startEvent id="start">{timing("R3/PT5M", "timeCycle")}</startEvent>' + end("end"),
            "start -> end", "cyclic_start", "start"),
    refused("message_start", TYPED + end("end"), "typed -> end", "typed_start", "typed"),
    refused("two_starts", start("s1") + start("s2") + end("end"), """s1 -> end
        s2 -> end""", "several_starts", "s2", rows="P-refused"),
    refused("nowhere_to_begin", tasks("a", "b"), """a -> b
        b -> a""", "no_start", "nowhere_to_begin"),
    runs("error_beside", start("start") + ends("x", "error", "bad")
         + beside("e", "error", "bad", tasks("h"), "e0 -> h"), "start -> x", "start x e0 h e", rows="S1 P-event-sub"),
    runs("error_beside_before_the_edge", ENDS + scope("s", start("s0") + ends("x", "error", "bad")
         + beside("e", "error", "bad", tasks("h"), "e0 -> h"), "s0 -> x") + on("b", "s", "error", "bad") + tasks("a"),
         """start -> s -> end
            b -> a -> end""", "start s0 x e0 h e s end", rows="S1 P-event-sub"),
    runs("error_thrown_by_the_handler", ENDS + scope("s", start("s0") + ends("x", "error", "bad")
         + beside("e", "error", "bad", ends("y", "error", "bad"), "e0 -> y"), "s0 -> x") + on("b", "s", "error", "bad")
         + tasks("a"), """start -> s -> end
            b -> a -> end""", "start s0 x e0 y b a end", rows="S1"),
    runs("escalation_beside_interrupts", ENDS + UP + tasks("q")
         + beside("e", "escalation", "up", tasks("h"), "e0 -> h"), "start -> x -> q -> end", "start x e0 h e",
         rows="S1 S2 P-event-sub"),
    runs("escalation_beside_goes_on", ENDS + UP + tasks("q") + beside("e", "escalation", "up", tasks("h"), "e0 -> h",
         interrupting=False), "start -> x -> q -> end", "start x e0 q h end e", rows="S1 S2 P-event-sub"),
    runs("signal_beside_interrupts", ENDS + throws("t", "signal", "sig") + user("u")
         + beside("e", "signal", "sig", tasks("h"), "e0 -> h"), "start -> t -> u -> end", "start t e0 h e", rows="S2"),
    runs("timer_beside_interrupts", ENDS + NEVER + beside_timed("e", "PT1H", tasks("h"), "e0 -> h"),
         "start -> never -> end", "start e0 h e", rows="S2 P-event-sub"),
    runs("timer_beside_does_not_keep_the_instance", ENDS + user("u") + beside_timed("e", "PT1H", tasks("h"), "e0 -> h"),
         "start -> u -> end", "start u end", rows="P-event-sub"),
    runs("timer_beside_again", ENDS + NEVER + timer("t", "never", "PT150M", form="timeDuration")
         + beside_timed("e", "R/PT1H", tasks("h"), "e0 -> h", interrupting=False, form="timeCycle"),
         """start -> never -> end
            t -> end""", "start e0 h e e0 h e t end", rows="P-event-sub"),
    runs("beside_in_a_call", ENDS + '<callActivity id="c" calledElement="has_one"/>', "start -> c -> end",
         "start start x e0 h e c end", called("has_one", ENDS + UP + tasks("q")
         + beside("e", "escalation", "up", tasks("h"), "e0 -> h"), "start -> x -> q -> end"), rows="P-event-sub"),
    runs("beside_in_every_instance", ENDS + scope("s", start("s0") + UP + end("s9") + beside("e", "escalation", "up",
         tasks("h"), "e0 -> h", interrupting=False) + many(2, sequential=True), "s0 -> x -> s9"), "start -> s -> end",
         "start s0 x e0 s9 h e s s0 x e0 s9 h e s end", rows="P-spec-unchanged"),
    runs("handler_that_waits_keeps_the_instance", ENDS + throws("t", "signal", "sig") + tasks("q")
         + beside("e", "signal", "sig", user("h"), "e0 -> h", interrupting=False), "start -> t -> q -> end",
         "start t e0 q end h e"),
    runs("an_interrupting_handler_ends_the_others", ENDS + throws("t", "signal", "sig") + UP + tasks("q")
         + beside("e", "signal", "sig", user("h"), "e0 -> h", interrupting=False)
         + beside("d", "escalation", "up", tasks("k"), "d0 -> k"), "start -> t -> x -> q -> end",
         "start t e0 x d0 k d", rows="S2 P-event-sub"),
    refused("thrown_beside", start("start") + ends("x", "error", "bad") + beside("e", "error", "bad", tasks("h"),
            "e0 -> h") + beside("d", "signal", "sig", ends("y", "error", "bad"), "d0 -> y", interrupting=False),
            "start -> x", "thrown_beside", "d"),
    runs("terminate_beside", ENDS + gateways("parallel", "f") + user("u") + ends("x", "terminate")
         + beside("e", "message", "m", tasks("h"), "e0 -> h", interrupting=False), """start -> f -> u -> end
            f -> x""", "start f x"),
    runs("handler_sees_the_data", start("start") + script("i", "x = 7") + ends("x1", "error", "bad")
         + beside("e", "error", "bad", gateways("exclusive", "w") + tasks("yes", "no"), """e0 -> w -[x == 7]-> yes
            w -*-> no"""), "start -> i -> x1", "start i x1 e0 w yes e", rows="P-event-sub"),
    refused("signal_for_the_edge_and_for_the_handler_inside", ENDS + scope("s", start("s0") + ends("x", "signal", "sig")
            + beside("e", "signal", "sig", tasks("h"), "e0 -> h"), "s0 -> x") + on("b", "s", "signal", "sig")
            + tasks("a"), """start -> s -> end
            b -> a -> end""", "race", "b"),
    refused("signal_for_two_handlers_of_which_one_interrupts", start("start") + ends("x", "signal", "sig")
            + beside("e", "signal", "sig", tasks("h"), "e0 -> h", interrupting=False)
            + beside("d", "signal", "sig", tasks("k"), "d0 -> k"), "start -> x", "race", "d0"),
    refused("message_for_the_edge_and_for_the_task_inside", ENDS + scope("s", start("s0") + end("s9")
            + '<receiveTask id="r" messageRef="m"/>', "s0 -> r -> s9") + on("b", "s", "message", "m") + tasks("a"),
            """start -> s -> end
            b -> a -> end""", "race", "b"),
    refused("event_on_the_edge_of_an_event_sub_process", ENDS + tasks("q", "a") + beside("e", "signal", "sig",
            tasks("h"), "e0 -> h", interrupting=False) + on("b", "e", "escalation", "up", interrupting=False),
            """start -> q -> end
            b -> a""", "boundary_at_event_sub_process", "b"),
    refused("signal_for_the_edge_and_for_the_called_process", ENDS + '<callActivity id="c" calledElement="calls"/>'
            + on("b", "c", "signal", "sig") + gateways("parallel", "f") + throws("t", "signal", "sig") + tasks("a"),
            """start -> f -> c -> end
            f -> t
            b -> a""", "race", "b", called("calls", ENDS + '<callActivity id="d" calledElement="hears"/>',
                                           "start -> d -> end"),
            called("hears", ENDS + catches("k", "signal", "sig"), "start -> k -> end")),
    runs("message_that_begins_another_instance_and_ends_this_one", ENDS + TYPED
         + throws("t", "message", "m2") + beside("e", "message", "m", tasks("h"), "e0 -> h"), """start -> t -> end
            typed -> t""", "start t end"),
    Model("message_that_flows_out_and_begins_another_instance", [drawn(
        "message_that_flows_out_and_begins_another_instance", ENDS + TYPED
        + throws("t", "message", "m"), """start -> t -> end
            typed -> t""", top=TOP + '<collaboration id="both"><participant id="they"/><messageFlow id="o"'
        ' sourceRef="t" targetRef="they"/></collaboration>')], "start t end"),
    Model("question_and_answer_of_one_name_flow_out_and_in", [drawn(
        "question_and_answer_of_one_name_flow_out_and_in", ENDS + throws("t", "message", "m")
        + '<receiveTask id="c" messageRef="m"/>', "start -> t -> c -> end", top=TOP + '<collaboration id="both">'
        '<participant id="they"/><messageFlow id="o" sourceRef="t" targetRef="they"/><messageFlow id="i"'
        ' sourceRef="they" targetRef="c"/></collaboration>')], "start t", "waiting", waiting="c"),
    runs("another_signal_of_the_handler_interrupts_its_scope", ENDS + scope("s", start("s0")
         + throws("x", "escalation", "up") + end("s9") + beside("e", "escalation", "up", ends("y", "signal", "sig"),
         "e0 -> y"), "s0 -> x -> s9") + on("b", "s", "signal", "sig") + tasks("a"), """start -> s -> end
            b -> a -> end""", "start s0 x e0 y b a end", rows="P-event-sub"),
    refused("event_sub_process_of_compensation", ENDS + beside("e", "compensate", "", tasks("h"), "e0 -> h"),
            "start -> end", "event_sub_process", "e", rows="S4"),
]
