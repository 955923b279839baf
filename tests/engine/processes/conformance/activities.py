"""Tasks, loops and multi-instances, calls."""

from __future__ import annotations

from tests.engine.processes.conformance.model import (
    ANY_WAY,
    ENDS,
    NEVER,
    TOP,
    Model,
    called,
    end,
    ends,
    many,
    on,
    refused,
    runs,
    scope,
    start,
    tasks,
)
from tests.engine.processes.drawing import drawn, escaped, script, timer, user
from tests.engine.processes.models import gateways

CHILD = called("child", ENDS + script("inside", "y = 7"), "start -> inside -> end")
CALL = '<callActivity id="c" calledElement="{}"/>'
COUNTED = """start -> i -> a -> w -[n == 3]-> yes -> end
             w -*-> no -> end"""


def loop(condition: str = "", **attributes: str) -> str:
    """A standard loop."""
    given = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    inner = f"<loopCondition>{escaped(condition)}</loopCondition>" if condition else ""
    return f"<standardLoopCharacteristics {given}>{inner}</standardLoopCharacteristics>"


def thrower(behavior: str) -> str:
    """Three instances in turn that tell when they are done."""
    return '<userTask id="a">' + many(3, True).replace(
        "isSequential", f'behavior="{behavior}" {behavior.lower()}BehaviorEventRef="told" isSequential') + "</userTask>"


def counting(marker: str) -> str:
    """A script task that counts, several times over, and a gateway that asks for three."""
    return (ENDS + script("i", "n = 0") + f'<scriptTask id="a">{marker}<script>n = n + 1</script></scriptTask>'
            + gateways("exclusive", "w") + tasks("yes", "no"))


MODELS: list[Model] = [
    runs("plain_task", ENDS + tasks("a"), "start -> a -> end", "start a end", rows="P-plain"),
    runs("manual_task", ENDS + '<manualTask id="a"/>', "start -> a -> end", "start a end"),
    runs("script_without_a_script", ENDS + '<scriptTask id="a"/><scriptTask id="b"><script>pass  # later</script>'
         "</scriptTask>", "start -> a -> b -> end", "start a b end"),
    runs("service_without_an_operation", ENDS + '<serviceTask id="a"/>', "start -> a -> end", "start a end"),
    runs("send_task_to_nobody", ENDS + '<sendTask id="a" messageRef="m"/>', "start -> a -> end", "start a end"),
    runs("receive_task_waits", ENDS + NEVER, "start -> never -> end", "start", status="waiting", waiting="never"),
    runs("send_and_receive", ENDS + gateways("parallel", "f", "j") + '<sendTask id="t" messageRef="m"/>'
         '<receiveTask id="r" messageRef="m"/>', """start -> f -> t -> j -> end
            f -> r -> j""", "start f t r j end"),
    runs("script_that_fails", ENDS + script("a", "x = nothing + 1"), "start -> a -> end", "start", status="failed",
         rows="S10"),
    runs("loop_so_many_times", ENDS + f'<task id="a">{loop(loopMaximum="3")}</task>', "start -> a -> end",
         "start a a a end"),
    runs("loop_tested_before", counting(loop("n < 3", testBefore="true")), COUNTED, "start i a a a w yes end"),
    runs("loop_never_entered", counting(loop("n > 0", testBefore="true")), COUNTED, "start i w no end"),
    runs("loop_tested_after", counting(loop("n < 3")), COUNTED, "start i a a a w yes end"),
    runs("looped_sub_process", ENDS + script("i", "n = 0") + scope("s", start("s0") + script("a", "n = n + 1")
         + end("s9") + loop("n < 2"), "s0 -> a -> s9"), "start -> i -> s -> end", "start i s0 a s9 s s0 a s9 s end"),
    runs("instances_in_turn", counting(many(3, sequential=True)), COUNTED, "start i a a a w yes end"),
    runs("instances_at_once_share_the_data", counting(many(3)), COUNTED, "start i a a a w yes end", rows="S17"),
    runs("no_items", ENDS + script("i", "items = []") + '<userTask id="a"><multiInstanceLoopCharacteristics>'
         '<loopDataInputRef>items</loopDataInputRef><inputDataItem id="item"/></multiInstanceLoopCharacteristics>'
         "</userTask>", "start -> i -> a -> end", "start i end"),
    runs("enough_instances", ENDS + f'<userTask id="a">{many(3, done="nrOfCompletedInstances >= 2")}</userTask>',
         "start -> a -> end", "start a a end"),
    runs("enough_as_the_standard_counts", ENDS + f'<userTask id="a">{many(3, done="numberOfCompletedInstances == 1")}'
         "</userTask>", "start -> a -> end", "start a end"),
    runs("enough_by_what_was_said", ENDS + f'<userTask id="a">{many(5, True, done="form[chr] == 1")}</userTask>'
         .replace("chr", '"stop"'), "start -> a -> end", "start a a end", answers={"a": [{}, {"stop": 1}]}),
    runs("interrupted_instances", ENDS + scope("s", start("s0") + NEVER + end("s9") + many(3), "s0 -> never -> s9")
         + timer("t", "s", "PT1H", form="timeDuration") + tasks("late"), """start -> s -> end
            t -> late -> end""", "start s0 s0 s0 t late end", rows="P-mi-boundary"),
    runs("interrupted_called_instances", ENDS + f'<callActivity id="c" calledElement="waits">{many(2)}</callActivity>'
         + timer("t", "c", "PT1H", form="timeDuration") + tasks("late"), """start -> c -> end
            t -> late -> end""", "start start start t late end",
         called("waits", ENDS + NEVER, "start -> never -> end"), rows="P-mi-boundary"),
    runs("terminated_instance", ENDS + scope("s", start("s0") + gateways("parallel", "f") + user("u") + end("s9")
         + ends("x", "terminate") + many(2), """s0 -> f -> u -> s9
            f -> x"""), "start -> s -> end", "start s0 s0 f f x x s s end"),
    runs("called_process", ENDS + CALL.format("child") + gateways("exclusive", "w") + tasks("yes", "no"),
         """start -> c -> w -[y == 7]-> yes -> end
            w -*-> no -> end""", "start start inside end c w yes end", CHILD),
    runs("called_in_turn", ENDS + f'<callActivity id="c" calledElement="child">{many(2, True)}</callActivity>',
         "start -> c -> end", "start start inside end c start inside end c end", CHILD, rows="P-restored-mi"),
    runs("same_ids_in_two_files", ENDS + scope("s", start("s0") + tasks("a") + end("s9"), "s0 -> a -> s9")
         + CALL.format("twin"), "start -> s -> c -> end", "start s0 a s9 s start s0 z s9 s end c end",
         called("twin", ENDS + scope("s", start("s0") + tasks("z") + end("s9"), "s0 -> z -> s9"), "start -> s -> end"),
         rows="P-same-ids"),
    runs("endless_loop", ENDS + gateways("exclusive", "merge", "w"), """start -> merge -> w -[1 == 1]-> merge
            w -*-> end""", ANY_WAY, status="failed"),
    runs("sub_process_gives_its_data", ENDS + scope("s", start("s0") + script("a", "x = 3") + end("s9"),
         "s0 -> a -> s9") + gateways("exclusive", "w") + tasks("yes", "no"), """start -> s -> w -[x == 3]-> yes -> end
            w -*-> no -> end""", "start s0 a s9 s w yes end"),
    runs("empty_sub_process", ENDS + '<subProcess id="s"/>', "start -> s -> end", "start s end"),
    runs("transaction", ENDS + scope("t", start("t0") + tasks("a") + end("t9"), "t0 -> a -> t9", "transaction"),
         "start -> t -> end", "start t0 a t9 t end"),
    runs("cancelled_transaction", ENDS + scope("t", start("t0") + gateways("parallel", "f") + user("u") + end("t9")
         + ends("x", "cancel"), """t0 -> f -> u -> t9
            f -> x""", "transaction") + on("b", "t", "cancel") + tasks("a", "z"), """start -> t -> z -> end
            b -> a -> end""", "start t0 f x b a end"),
    refused("cancel_nobody_waits_for", ENDS + scope("t", start("t0") + ends("x", "cancel"), "t0 -> x", "transaction"),
            "start -> t -> end", "cancel_uncaught", "x"),
    refused("cancel_outside_a_transaction", start("start") + ends("x", "cancel"), "start -> x", "cancel_event", "x"),
    refused("compensation", ENDS + tasks("a") + on("b", "a", "compensate") + '<task id="u" isForCompensation="true"/>',
            "start -> a -> end", "compensate_event", "b", rows="S4 P-refused"),
    refused("ad_hoc", ENDS + '<adHocSubProcess id="s"><task id="a"/></adHocSubProcess>', "start -> s -> end", "ad_hoc",
            "s", rows="P-refused"),
    *(Model(f"called_{kind}", [drawn(f"called_{kind}", ENDS + CALL.format("g") + gateways("exclusive", "w")
            + tasks("yes", "no"), """start -> c -> w -[form["x"] == 1]-> yes -> end
            w -*-> no -> end""".replace('form["x"]', asked), top=f'<{kind} id="g">{inner}</{kind}>')],
            "start c w yes end", answers={"c": {"x": 1}}, rows="S5")
      for kind, inner, asked in (
          ("globalUserTask", "", 'form["x"]'), ("globalScriptTask", "<script>y = 1</script>", "y"),
          ("globalManualTask", "", 'form["x"]'), ("globalTask", "", "1"))),
    refused("called_process_that_is_nowhere", ENDS + CALL.format("nobody"), "start -> c -> end", "unknown_process",
            "c"),
    refused("instantiating_receive_task", '<receiveTask id="r" instantiate="true" messageRef="m"/>' + end("end"),
            "r -> end", "instantiate", "r", rows="S5"),
    refused("io_on_a_call", ENDS + '<callActivity id="c" calledElement="child"><ioSpecification><dataInput id="x"/>'
            "</ioSpecification></callActivity>", "start -> c -> end", "activity_io", "c", CHILD, rows="P-refused"),
    refused("loop_without_end", ENDS + f'<task id="a">{loop()}</task>', "start -> a -> end", "loop_without_end", "a"),
    runs("several_tokens_given", ENDS + '<userTask id="a" completionQuantity="2"/>' + tasks("b"),
         "start -> a -> b -> end", "start a b b end end"),
    runs("several_tokens_given_by_one_that_two_ways_lead_to", ENDS + gateways("exclusive", "g")
         + '<task id="a" completionQuantity="2"/>' + tasks("c"), """start -> g -[1 == 1]-> a -> end
            g -*-> c -> a""", "start g a end end"),
    runs("several_tokens_given_where_a_condition_holds", ENDS + '<task id="a" completionQuantity="2"/>'
         + tasks("b", "c"), """start -> a -[1 == 1]-> b -> end
            a -[1 == 2]-> c -> end""", "start a b b end end"),
    runs("several_tokens_taken", ENDS + tasks("s", "a", "b") + '<task id="z" startQuantity="2"/>',
         """start -> s -> a -> z -> end
            s -> b -> z""", "start s a b z end"),
    runs("too_few_tokens", ENDS + tasks("s", "a", "b") + '<task id="z" startQuantity="3"/>',
         """start -> s -> a -> z -> end
            s -> b -> z""", "start s a b", status="waiting", waiting="z z"),
    refused("several_tokens_that_count", ENDS + script("i", "n = 0") + '<task id="a" completionQuantity="2"/>'
            + script("b", "n = n + 1") + gateways("exclusive", "w") + tasks("c"), """start -> i -> a -> b -> w
            w -[n == 2]-> c -> end
            w -*-> end""", "asks_beside", "b"),
    refused("several_tokens_that_count_on_the_default_way", ENDS + script("i", "n = 0")
            + '<task id="a" completionQuantity="2" default="d"/><sequenceFlow id="d" sourceRef="a" targetRef="b"/>'
            + script("b", "n = n + 1") + gateways("exclusive", "w") + tasks("c", "e"),
            """start -> i -> a -[n == 5]-> e -> end
            b -> w -[n == 2]-> c -> end
            w -*-> end""", "asks_beside", "b"),
    refused("several_tokens_that_count_beside_a_handler", ENDS + script("i", "n = 0")
            + '<userTask id="a" completionQuantity="2"/>' + script("b", "n = n + 1") + gateways("exclusive", "w")
            + tasks("c", "e") + timer("t", "a", "PT1H", form="timeDuration", interrupting=False),
            """start -> i -> a -> b -> w -[n == 2]-> c -> end
            w -*-> end
            t -> e -> end""", "asks_beside", "b"),
    *(refused(f"{name}_of_{count}", ENDS + f'<task id="a" {name}="{count}"/>', "start -> a -> end", "quantity", "a")
      for name, count in (("startQuantity", "0"), ("completionQuantity", "0"), ("startQuantity", "-1"),
                          ("completionQuantity", "1000"), ("startQuantity", "two"))),
    runs("receive_task_without_a_message", ENDS + '<receiveTask id="a"/>', "start -> a -> end", "start",
         status="waiting", waiting="a"),
    refused("receive_task_that_may_be_meant", ENDS + gateways("parallel", "f") + '<receiveTask id="a"/>'
            '<sendTask id="b"/>', """start -> f -> a -> end
            f -> b -> end""", "message_missing", "a"),
    *(Model(f"instances_that_throw_{name}", [drawn(f"instances_that_throw_{name}", ENDS + thrower(behavior)
            + on("b", "a", "signal", "sig", interrupting=interrupting) + tasks("n"), """start -> a -> end
            b -> n -> end""", top=TOP + '<signalEventDefinition id="told" signalRef="sig"/>')], way)
      for name, behavior, interrupting, way in (
          ("once_beside", "One", False, "start a b n end a a end"),
          ("each_time", "None", False, "start a b n end a b n end a b n end end"))),
    runs("instances_that_throw_what_waits_for_them", ENDS + thrower("None").replace("told", "heard")
         + on("b", "a", "signal", "sig", interrupting=False).replace("Definition ", 'Definition id="heard" ')
         + tasks("n"), """start -> a -> end
            b -> n -> end""", "start a b n end a b n end a b n end end"),
    *(Model(f"instances_that_interrupt_themselves_{behavior}", [drawn(
        f"instances_that_interrupt_themselves_{behavior}", ENDS + thrower(behavior) + on("b", "a", "signal", "sig")
        + tasks("n"), """start -> a -> end
            b -> n -> end""", top=TOP + '<signalEventDefinition id="told" signalRef="sig"/>')], status="refused",
        code="mi_behavior_interrupts", element="a") for behavior in ("One", "None")),
    refused("instances_that_throw_nothing", ENDS + thrower("One"), "start -> a -> end", "mi_behavior", "a"),
    refused("instances_that_throw", ENDS + f'<task id="a">{many(2)}</task>'.replace(
        'isSequential="false"', 'isSequential="false" behavior="None" noneBehaviorEventRef="x"'), "start -> a -> end",
        "mi_behavior", "a"),
    *(refused(f"misplaced_{number}", start("start") + body + '<sequenceFlow id="f" sourceRef="start" targetRef="a"/>',
              "", "misplaced", element) for number, (body, element) in enumerate([
                  (f'<endEvent id="a">{loop(loopMaximum="3")}</endEvent>', "a"),
                  (f'<exclusiveGateway id="a">{many(2)}</exclusiveGateway>', "a"),
                  ('<task id="a"><terminateEventDefinition/></task>', "a"), ('<task id="a"><task id="b"/></task>', "b"),
                  ('<task id="a"><conditionExpression>1 == 2</conditionExpression></task>', "a")])),
    refused("script_that_reaches_out", ENDS + script("a", "import os"), "start -> a -> end", "script", "a", rows="S21"),
]
