"""Gateways and sequence flows."""

from __future__ import annotations

from tests.engine.processes.conformance.model import ENDS, NEVER, Model, catches, end, pause, refused, runs, tasks
from tests.engine.processes.drawing import script, user
from tests.engine.processes.models import gateways

XOR = gateways("exclusive", "g")
SPLIT = """start -> i -> g -[x > 1]-> a -> j -> end
           g -[x > 2]-> b -> j
           g -*-> c -> j"""
INCLUSIVE = gateways("inclusive", "g", "j") + tasks("a", "b", "c")

UNNAMED = ENDS + XOR + tasks("a", "b") + "".join(
    f'<sequenceFlow sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'
    for source, target, condition in (
        ("start", "g", ""), ("g", "a", "<conditionExpression>1 == 2</conditionExpression>"),
        ("g", "b", "<conditionExpression>1 == 1</conditionExpression>"), ("a", "end", ""), ("b", "end", "")))
MODELS: list[Model] = [
    runs("join_that_a_way_leads_to_which_nothing_leads_to", ENDS + gateways("parallel", "j") + tasks("a", "b", "c"),
         """start -> a -> j -> end
         b -> c -> b
         c -> j""", "start a", status="waiting", waiting="j"),
    runs("flows_without_ids", UNNAMED, "", "start g b end"),
    runs("first_true_flow", ENDS + script("i", "x = 5") + XOR + tasks("a", "b"), """start -> i -> g -[x > 1]-> a -> end
        g -[x > 2]-> b -> end""", "start i g a end"),
    runs("default_flow", ENDS + script("i", "x = 0") + XOR + tasks("a", "b"), """start -> i -> g -[x > 1]-> a -> end
        g -*-> b -> end""", "start i g b end"),
    runs("no_flow_holds", ENDS + script("i", "x = 0") + XOR + tasks("a", "b"), """start -> i -> g -[x > 1]-> a -> end
        g -[x > 2]-> b -> end""", "start i", status="failed"),
    runs("single_flow_that_does_not_hold", ENDS + XOR + tasks("a"), "start -> g -[1 == 2]-> a -> end", "start",
         status="failed"),
    runs("several_inclusive", ENDS + script("i", "x = 5") + INCLUSIVE, SPLIT, "start i g a b j end"),
    runs("one_inclusive", ENDS + script("i", "x = 2") + INCLUSIVE, SPLIT, "start i g a j end"),
    runs("inclusive_default", ENDS + script("i", "x = 0") + INCLUSIVE, SPLIT, "start i g c j end"),
    runs("inclusive_none", ENDS + script("i", "x = 0") + INCLUSIVE, SPLIT.replace("-*->", "-[x > 3]->"), "start i",
         status="failed"),
    runs("inclusive_join_waits", ENDS + gateways("inclusive", "g", "j") + user("a") + tasks("b", "z"),
         """start -> g -[1 == 1]-> a -> j -> z -> end
            g -[2 == 2]-> b -> j""", "start g b a j z end"),
    runs("inclusive_join_dead_path", ENDS + gateways("inclusive", "g", "j") + gateways("exclusive", "q") + user("a")
         + tasks("b", "z") + end("e2"), """start -> g -[1 == 1]-> a -> j -> z -> end
            g -[2 == 2]-> b -> q -*-> e2
            q -[1 == 2]-> j""", "start g b q e2 a j z end"),
    runs("inclusive_join_in_a_loop", ENDS + script("i", "n = 0") + gateways("exclusive", "merge", "w")
         + gateways("inclusive", "f", "j") + user("b") + tasks("a") + script("c", "n = n + 1"),
         """start -> i -> merge -> f -[1 == 1]-> a -> j -> c -> w -[n < 3]-> merge
            f -[2 == 2]-> b -> j
            w -*-> end""", "start i " + "merge f a b j c w " * 3 + "end", rows="P-inclusive-loop"),
    runs("parallel_join_in_a_loop", ENDS + script("i", "n = 0") + gateways("exclusive", "merge", "w")
         + gateways("parallel", "f", "j") + user("b") + tasks("a") + script("c", "n = n + 1"),
         """start -> i -> merge -> f -> a -> j -> c -> w -[n < 3]-> merge
            f -> b -> j
            w -*-> end""", "start i " + "merge f a b j c w " * 3 + "end", rows="P-parallel-loop"),
    runs("fork_and_exclusive_merge", ENDS + gateways("parallel", "f") + gateways("exclusive", "merge")
         + tasks("a", "b", "z"), """start -> f -> a -> merge -> z -> end
            f -> b -> merge""", "start f a b merge merge z z end end"),
    runs("mixed_parallel", ENDS + gateways("parallel", "f", "mid", "j") + tasks("a", "b", "c", "d"),
         """start -> f -> a -> mid -> c -> j -> end
            f -> b -> mid
            mid -> d -> j""", "start f a b mid c d j end"),
    runs("two_flows_to_one_join", ENDS + gateways("parallel", "f", "j"), """start -> f -> j -> end
            f -> j""", "start f j end"),
    runs("one_of_two_flows_to_one_join", ENDS + gateways("exclusive", "x") + gateways("parallel", "f", "j"),
         """start -> f -> x -[1 == 1]-> j -> end
            x -*-> j
            f -> j""", "start f x", status="waiting", waiting="j j"),
    runs("two_inclusive_flows_to_one_join", ENDS + gateways("inclusive", "f", "j"), """start -> f -[1 == 1]-> j -> end
            f -[2 == 2]-> j""", "start f j end"),
    runs("nested_blocks", ENDS + gateways("parallel", "f", "j", "fork2", "join2") + tasks("a", "b", "c"),
         """start -> f -> a -> j -> end
            f -> fork2 -> b -> join2 -> j
            fork2 -> c -> join2""", "start f a fork2 b c join2 j end"),
    runs("join_that_waits_for_ever", ENDS + gateways("exclusive", "x") + gateways("parallel", "j") + tasks("a", "b"),
         """start -> x -*-> a -> j -> end
            x -[1 == 2]-> b -> j""", "start x a", status="waiting", waiting="j"),
    runs("two_flows_out_of_a_task", ENDS + tasks("a", "b", "c"), """start -> a -> b -> end
            a -> c -> end""", "start a b c end end", rows="S5"),
    runs("two_flows_out_of_a_start", ENDS + tasks("b", "c"), """start -> b -> end
            start -> c -> end""", "start b c end end"),
    runs("conditional_flows", ENDS + script("a", "x = 1") + tasks("b", "c", "d"), """start -> a -[x == 1]-> b -> end
            a -[x == 2]-> c -> end
            a -> d -> end""", "start a b d end end", rows="S5"),
    runs("no_conditional_flow_holds", ENDS + script("a", "x = 3") + tasks("b", "c"), """start -> a -[x == 1]-> b -> end
            a -[x == 2]-> c -> end""", "start a", status="failed"),
    runs("implicit_end", ENDS + tasks("a"), "start -> a", "start a"),
    runs("first_timer_behind_an_event_gateway", ENDS + '<eventBasedGateway id="g"/>' + pause("c1", "PT2H")
         + pause("c2", "PT1H") + tasks("a", "b"), """start -> g -> c1 -> a -> end
            g -> c2 -> b -> end""", "start g c2 b end", rows="S12 P-timers"),
    runs("message_or_timer", ENDS + '<eventBasedGateway id="g"/>' + pause("c1") + NEVER + tasks("a", "b"),
         """start -> g -> never -> a -> end
            g -> c1 -> b -> end""", "start g c1 b end"),
    refused("a_task_that_nothing_leads_to", ENDS + tasks("a", "stray"), "start -> a -> end", "unreachable", "stray"),
    runs("complex_split", ENDS + gateways("complex", "g") + gateways("inclusive", "j") + tasks("a", "b", "c"),
         """start -> g -[1 == 1]-> a -> j -> end
            g -[2 == 2]-> b -> j
            g -*-> c -> j""", "start g a b j end", rows="S5"),
    refused("complex_join", ENDS + gateways("parallel", "f") + gateways("complex", "g") + tasks("a", "b"),
            """start -> f -> a -> g -> end
            f -> b -> g""", "complex_gateway", "g", rows="S5 P-refused"),
    runs("parallel_join_at_the_end", ENDS + gateways("parallel", "f", "j") + tasks("a", "b"), """start -> f -> a -> j
            f -> b -> j""", "start f a b j"),
    refused("complex_gateway", ENDS + '<complexGateway id="g"/>', "start -> g -> end", "complex_gateway", "g",
            rows="S5 P-refused"),
    refused("condition_behind_a_fork", ENDS + gateways("parallel", "f") + tasks("a", "b"), """start -> f
            f -[1 == 1]-> a -> end
            f -> b -> end""", "conditional_flow", "f1"),
    *(runs(f"default_beside_a_plain_flow_{x}", ENDS + f'<scriptTask id="a" default="d"><script>x = {x}</script>'
           '</scriptTask><sequenceFlow id="d" sourceRef="a" targetRef="c"/>' + tasks("b", "c", "e"),
           """start -> a -[x == 1]-> b -> end
            a -> e -> end
            c -> end""", way) for x, way in ((1, "start a e end b end"), (2, "start a e end c end"))),
    refused("default_beside_a_plain_flow_that_asks", ENDS + '<task id="a" default="d"/><sequenceFlow id="d"'
            ' sourceRef="a" targetRef="c"/>' + tasks("b") + script("c", "n = 1") + script("e", "m = n + 1")
            + gateways("exclusive", "w"), """start -> a -[1 == 2]-> b -> end
            a -> e -> w -[m == 2]-> end
            w -*-> b
            c -> end""", "asks_beside", "e"),
    refused("the_only_flow_has_a_condition", ENDS + tasks("a"), "start -> a -[1 == 1]-> end", "conditional_alone",
            "f1"),
    refused("default_beside_plain", ENDS + '<task id="a" default="d"/><sequenceFlow id="d" sourceRef="a"'
            ' targetRef="c"/>' + tasks("b", "c"), """start -> a -> b -> end
            c -> end""", "default_beside_plain", "a"),
    refused("parallel_event_gateway", ENDS + '<eventBasedGateway id="g" eventGatewayType="Parallel"/>'
            + catches("c1", "message", "m") + pause("c2"), """start -> g -> c1 -> end
            g -> c2 -> end""", "event_gateway_parallel", "g"),
    refused("instantiating_event_gateway", '<eventBasedGateway id="g" instantiate="true"/>'
            + catches("c1", "message", "m") + catches("c2", "message", "m2") + end("end"), """g -> c1 -> end
            g -> c2 -> end""", "instantiate", "g"),
]
