"""Compensation: what is undone, in which order, with which data; and what is not taken."""

from __future__ import annotations

from tests.engine.processes.conformance.model import ENDS, Model, end, on, refused, runs, scope, start, tasks
from tests.engine.processes.drawing import script, timer, user
from tests.engine.processes.models import AGAIN, gateways


def thrown(name: str, activity: str = "", *, last: bool = False) -> str:
    """A compensation event, for one activity or for all."""
    kind = "endEvent" if last else "intermediateThrowEvent"
    given = f' activityRef="{activity}"' if activity else ""
    return f'<{kind} id="{name}"><compensateEventDefinition{given}/></{kind}>'


def undone(activity: str, handler: str = "") -> str:
    """What undoes an activity: the event on its edge, the handler `u<activity>` and the association."""
    drawn = handler or f'<task id="u{activity}" isForCompensation="true"/>'
    return (on(f"c{activity}", activity, "compensate") + drawn + f'<association id="s{activity}" '
            f'associationDirection="One" sourceRef="c{activity}" targetRef="u{activity}"/>')


def undoing(activity: str, text: str) -> str:
    """A script that undoes an activity."""
    return undone(activity, script(f"u{activity}", text).replace("id=", 'isForCompensation="true" id=', 1))


BOTH = tasks("a", "b") + undone("a") + undone("b")

MODELS: list[Model] = [
    runs("undone_last_first", ENDS + BOTH + thrown("t"), "start -> a -> b -> t -> end", "start a b ub ua t end",
         rows="S4 P-refused"),
    runs("undone_at_the_end", start("start") + BOTH + thrown("t", last=True), "start -> a -> b -> t",
         "start a b ub ua t"),
    runs("undone_where_no_start_is_drawn", end("end") + BOTH + thrown("t"), "a -> b -> t -> end", "a b ub ua t end"),
    runs("undone_beside_a_remark", ENDS + tasks("a") + undone("a") + '<textAnnotation id="n"/><association id="r"'
         ' sourceRef="ca" targetRef="n"/>' + thrown("t"), "start -> a -> t -> end", "start a ua t end"),
    runs("only_one_is_undone", ENDS + BOTH + thrown("t", "a"), "start -> a -> b -> t -> end", "start a b ua t end"),
    runs("undone_only_once", ENDS + BOTH + thrown("t", "a") + thrown("v"), "start -> a -> b -> t -> v -> end",
         "start a b ua t ub v end"),
    runs("what_was_not_done_is_not_undone", ENDS + BOTH + gateways("exclusive", "x", "y") + thrown("t"),
         """start -> x -[1 == 2]-> a -> y -> t -> end
            x -*-> b -> y""", "start x b y ub t end"),
    runs("nothing_to_undo", ENDS + thrown("t"), "start -> t -> end", "start t end"),
    runs("nothing_is_undone_when_nobody_says_so", ENDS + BOTH, "start -> a -> b -> end", "start a b end"),
    runs("undone_as_often_as_done", ENDS + user("a") + undone("a") + gateways("exclusive", "g", "w") + thrown("t"),
         f"""start -> g -> a -> w -[{AGAIN}]-> g
            w -*-> t -> end""", "start g a w g a w ua ua t end", answers={"a": [{"outcome": "again"}]}),
    runs("handlers_see_and_set_the_data", ENDS + script("a", "n = 1") + script("b", "n = n + 1")
         + undoing("a", "n = n * 10") + undoing("b", "n = n + 5") + thrown("t") + gateways("exclusive", "w")
         + tasks("yes", "no"), """start -> a -> b -> t -> w -[n == 70]-> yes -> end
            w -*-> no -> end""", "start a b ub ua t w yes end"),
    runs("a_person_undoes", ENDS + user("a", "b") + undone("a", '<userTask id="ua" isForCompensation="true"/>')
         + thrown("t"), "start -> a -> t -> b -> end", "start a ua t b end"),
    runs("a_scope_is_undone_as_a_whole", ENDS + scope("s", start("s0") + tasks("a") + end("s9"), "s0 -> a -> s9")
         + undone("s") + thrown("t"), "start -> s -> t -> end", "start s0 a s9 s us t end"),
    runs("undone_inside_a_scope", ENDS + scope("s", start("s0") + BOTH + thrown("t", last=True), "s0 -> a -> b -> t"),
         "start -> s -> end", "start s0 a b ub ua t s end"),
    runs("the_last_activity_has_a_handler", start("start") + tasks("a") + undone("a"), "start -> a", "start a"),
    runs("what_was_interrupted_is_not_undone", ENDS + '<receiveTask id="a" messageRef="m2"/>' + undone("a")
         + timer("late", "a", "PT1H", form="timeDuration") + thrown("t"), """start -> a -> end
            late -> t -> end""", "start late t end"),
    runs("a_scope_ends_without_undoing", ENDS + gateways("exclusive", "g", "w") + scope("s", start("s0") + user("a")
         + undone("a") + thrown("t", last=True) + gateways("exclusive", "x") + end("s9"), f"""s0 -> a -> x -*-> t
            x -[{AGAIN}]-> s9"""), f"""start -> g -> s -> w -[{AGAIN}]-> g
            w -*-> end""", "start g s0 a x s9 s w g s0 a x ua t s w end", answers={"a": [{"outcome": "again"}]}),
    refused("undone_beside_a_branch", ENDS + BOTH + gateways("parallel", "f", "j") + thrown("t"),
            """start -> f -> a -> j -> t -> end
            f -> b -> j""", "compensate_event", "t", rows="S4 P-refused"),
    refused("undone_by_two_tokens", ENDS + '<task id="b" completionQuantity="2"/>' + tasks("a") + undone("a")
            + thrown("t"), "start -> b -> a -> t -> end", "compensate_event", "t"),
    refused("undone_from_outside", ENDS + scope("s", start("s0") + tasks("a") + undone("a") + end("s9"),
            "s0 -> a -> s9") + thrown("t"), "start -> s -> t -> end", "compensate_event", "t", rows="S4"),
    refused("undone_by_nobody", ENDS + tasks("a") + on("ca", "a", "compensate") + thrown("t"),
            "start -> a -> t -> end", "compensate_event", "ca", rows="S4"),
    refused("undone_without_waiting", ENDS + tasks("a") + undone("a") + thrown("t").replace(
            "Definition/>", 'Definition waitForCompletion="false"/>'), "start -> a -> t -> end", "compensate_event",
            "t"),
    refused("undoing_what_cannot_be", ENDS + tasks("a", "b") + undone("a") + thrown("t", "b"),
            "start -> a -> b -> t -> end", "compensate_event", "t"),
    refused("undone_instances", ENDS + '<task id="a"><multiInstanceLoopCharacteristics><loopCardinality>2'
            "</loopCardinality></multiInstanceLoopCharacteristics></task>" + undone("a") + thrown("t"),
            "start -> a -> t -> end", "compensate_event", "ca"),
    refused("undone_when_cancelled", ENDS + scope("s", start("s0") + tasks("a") + undone("a")
            + '<endEvent id="x"><cancelEventDefinition/></endEvent>', "s0 -> a -> x", "transaction")
            + on("b", "s", "cancel"), """start -> s -> end
            b -> end""", "compensate_event", "ca"),
]
