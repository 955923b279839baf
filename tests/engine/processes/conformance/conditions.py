"""Conditional events: in the flow, on an edge, and at the beginning of an event sub-process."""

from __future__ import annotations

from tests.engine.processes.conformance.model import (
    ENDS,
    Model,
    called,
    end,
    on,
    pause,
    refused,
    runs,
    scope,
    start,
    tasks,
)
from tests.engine.processes.drawing import escaped, script, timer, user
from tests.engine.processes.models import gateways

IN_THREE = scope("s", start("s0") + script("k", "x = 5") + tasks("q") + end("s9"), "s0 -> k -> q -> s9")
SIDE = """start -> i -> s -> end
          b -> a"""


def condition(name: str, text: str, tag: str = "intermediateCatchEvent", attributes: str = "") -> str:
    """An event that waits for a condition."""
    return (f'<{tag} id="{name}" {attributes}><conditionalEventDefinition><condition>{escaped(text)}</condition>'
            f"</conditionalEventDefinition></{tag}>")


def edge(name: str, activity: str, text: str = "x > 3", *, interrupting: bool = True) -> str:
    """A conditional event on the edge of an activity."""
    return condition(name, text, "boundaryEvent",
                     f'attachedToRef="{activity}" cancelActivity="{str(interrupting).lower()}"')


def beside(name: str, body: str, flows: str, *, interrupting: bool, text: str = "x > 3") -> str:
    """An event sub-process that a condition starts."""
    first = condition(f"{name}0", text, "startEvent", f'isInterrupting="{str(interrupting).lower()}"')
    return scope(name, first + body, flows, attributes='triggeredByEvent="true"')


def steps(*texts: str) -> str:
    """A sub-process `s` of scripts `k0`, `k1` … in a row, a task `q<n>` after each."""
    body = "".join(script(f"k{number}", text) + tasks(f"q{number}") for number, text in enumerate(texts))
    way = " -> ".join(f"k{number} -> q{number}" for number in range(len(texts)))
    return scope("s", start("s0") + body + end("s9"), f"s0 -> {way} -> s9")


IN_THE_FLOW: list[Model] = [
    runs("condition_that_holds", ENDS + script("i", "x = 2") + condition("c", "x > 1"), "start -> i -> c -> end",
         "start i c end"),
    runs("condition_that_does_not_hold", ENDS + script("i", "x = 0") + condition("c", "x > 1"),
         "start -> i -> c -> end", "start i", status="waiting", waiting="c"),
    runs("condition_on_what_nobody_sets", ENDS + condition("c", "x > 1"), "start -> c -> end", "start",
         status="waiting", waiting="c"),
    refused("condition_of_another_branch", ENDS + script("i", "x = 0") + condition("c", "x > 1") + script("z", "x = 3")
            + gateways("parallel", "f", "j"), """start -> i -> f -> c -> j -> end
            f -> z -> j""", "conditional_event", "c", rows="P-refused S15"),
    refused("condition_without_a_text", ENDS + '<intermediateCatchEvent id="c"><conditionalEventDefinition/>'
            "</intermediateCatchEvent>", "start -> c -> end", "event_without_condition", "c", rows="S15"),
]
ON_AN_EDGE: list[Model] = [
    runs("condition_true_from_the_beginning", ENDS + script("i", "x = 4") + IN_THREE + edge("b", "s") + tasks("a"),
         SIDE, "start i b a", rows="S15"),
    runs("condition_that_comes_true_inside", ENDS + script("i", "x = 1") + IN_THREE + edge("b", "s")
         + script("a", "y = x"), SIDE + " -> end", "start i s0 k b a end", rows="S15"),
    runs("condition_that_never_comes_true", ENDS + script("i", "x = 1") + IN_THREE + edge("b", "s", "x > 8")
         + tasks("a"), SIDE, "start i s0 k q s9 s end", rows="S15"),
    runs("condition_on_what_is_not_set_yet", ENDS + tasks("i") + IN_THREE + edge("b", "s") + tasks("a"), SIDE,
         "start i s0 k b a", rows="S15"),
    runs("condition_that_comes_true_at_the_last_step", ENDS + script("i", "x = 1") + scope(
        "s", start("s0") + script("k", "x = 5"), "s0 -> k") + edge("b", "s") + tasks("a"), SIDE, "start i s0 k b a"),
    runs("condition_that_comes_true_twice", ENDS + script("i", "x = 1") + steps("x = 5", "x = 6", "x = 0", "x = 7")
         + edge("b", "s", interrupting=False) + tasks("a"), SIDE,
         "start i s0 k0 b q0 a k1 q1 k2 q2 k3 b q3 a s9 s end", rows="S15"),
    runs("condition_that_held_before_and_after_a_person", ENDS + script("i", "x = 5") + scope(
        "s", start("s0") + user("u", "v") + end("s9"), "s0 -> u -> v -> s9") + edge("b", "s", interrupting=False)
        + tasks("a"), SIDE, "start i b a s0 u v s9 s end", rows="S15"),
    runs("condition_that_a_person_makes_true", ENDS + tasks("i") + scope(
        "s", start("s0") + user("u", "v") + end("s9"), "s0 -> u -> v -> s9") + edge("b", "s") + tasks("a"), SIDE,
        "start i s0 u b a", answers={"u": {"x": 9}}, rows="S15"),
    runs("condition_deep_inside", ENDS + tasks("i") + scope("o", start("o0") + IN_THREE + tasks("z") + end("o9"),
                                                            "o0 -> s -> z -> o9") + edge("b", "o") + tasks("a"),
         """start -> i -> o -> end
            b -> a""", "start i o0 s0 k b a", rows="S15"),
    runs("condition_on_a_task", ENDS + script("i", "x = 4") + user("s") + edge("b", "s") + tasks("a"), SIDE,
         "start i b a", rows="S15"),
    runs("condition_beside_a_timer", ENDS + script("i", "x = 1") + scope(
        "s", start("s0") + pause("w", "PT2H") + script("k", "x = 5") + end("s9"), "s0 -> w -> k -> s9")
        + edge("b", "s") + timer("t", "s", "PT9H", form="timeDuration") + tasks("a"), SIDE, "start i s0 w k b a"),
    runs("condition_in_a_loop_back", ENDS + script("i", "x = 5") + gateways("exclusive", "g") + IN_THREE
         + edge("b", "s", "x == 5 and not n") + script("a", "n = True") + script("h", "n = False"),
         """start -> i -> h -> g -> s -> end
            b -> a -> g""", "start i h g b a g s0 k q s9 s end", rows="S15"),
]
BESIDE: list[Model] = [
    runs("event_sub_process_of_a_condition", ENDS + script("i", "x = 1") + script("k", "x = 5") + tasks("q")
         + beside("e", tasks("a") + end("e9"), "e0 -> a -> e9", interrupting=True), "start -> i -> k -> q -> end",
         "start i k e0 a e9 e", rows="S15"),
    runs("event_sub_process_of_a_condition_beside", ENDS + script("i", "x = 1") + script("k", "x = 5") + tasks("q")
         + beside("e", tasks("a") + end("e9"), "e0 -> a -> e9", interrupting=False), "start -> i -> k -> q -> end",
         "start i k e0 q a end e9 e", rows="S15"),
    runs("event_sub_process_of_a_condition_inside", ENDS + scope(
        "s", start("s0") + script("k", "x = 5") + tasks("q") + end("s9")
        + beside("e", tasks("a") + end("e9"), "e0 -> a -> e9", interrupting=True), "s0 -> k -> q -> s9") + tasks("z"),
        "start -> s -> z -> end", "start s0 k e0 a e9 e s z end", rows="S15"),
]
CALLED = called("sets", ENDS + script("k", "x = 5"), "start -> k -> end")
UNSEEN: list[Model] = [
    refused("condition_on_an_edge_without_a_text", ENDS + user("u") + on("b", "u", "conditional"),
            "start -> u -> end", "event_without_condition", "b", rows="S15"),
    refused("condition_on_an_edge_that_cannot_be_read", ENDS + IN_THREE + edge("b", "s", "x >") + tasks("a", "i"), SIDE,
            "expression", "b"),
    refused("condition_on_a_task_of_another_branch", ENDS + user("u") + edge("b", "u") + tasks("a")
            + script("z", "x = 5") + gateways("parallel", "f", "j"), """start -> f -> u -> j -> end
            f -> z -> j
            b -> a""", "conditional_event", "b", rows="S15"),
    refused("condition_on_what_the_task_is_told", ENDS + user("u") + edge("b", "u") + tasks("a"), """start -> u -> end
            b -> a""", "conditional_event", "b"),
    refused("condition_on_what_the_task_sets", ENDS + script("k", "x = 5") + edge("b", "k") + tasks("a"),
            """start -> k -> end
            b -> a""", "conditional_event", "b"),
    refused("condition_on_what_is_set_in_a_call", ENDS + scope(
        "s", start("s0") + '<callActivity id="c" calledElement="sets"/>' + end("s9"), "s0 -> c -> s9") + edge("b", "s")
        + tasks("a", "i"), SIDE, "conditional_event", "b", CALLED),
    refused("condition_on_instances", ENDS + IN_THREE.replace(
        '<startEvent id="s0"/>', "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
        '</multiInstanceLoopCharacteristics><startEvent id="s0"/>') + edge("b", "s") + tasks("a", "i"), SIDE,
        "conditional_event", "b"),
    refused("two_conditions_on_one", ENDS + IN_THREE + edge("b", "s") + edge("c", "s", "x > 4") + tasks("a", "i", "z"),
            SIDE + "\nc -> z", "conditional_event", "b"),
    refused("condition_that_its_handler_changes", ENDS + script("i", "x = 5") + scope(
        "s", start("s0") + user("u") + end("s9"), "s0 -> u -> s9") + edge("b", "s", interrupting=False)
        + script("a", "x = 0"), SIDE, "conditional_event", "b"),
    refused("condition_on_a_form", ENDS + IN_THREE + edge("b", "s", 'form["outcome"] == "x"') + tasks("a", "i"), SIDE,
            "conditional_event", "b"),
]
MODELS = [*IN_THE_FLOW, *ON_AN_EDGE, *BESIDE, *UNSEEN]
