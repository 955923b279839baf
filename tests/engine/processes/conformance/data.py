"""Data: branches, instances, what several tokens would share, answers."""

from __future__ import annotations

from tests.engine.processes.conformance.model import (
    ENDS,
    Model,
    beside,
    called,
    end,
    many,
    on,
    refused,
    runs,
    scope,
    start,
    tasks,
    throws,
)
from tests.engine.processes.drawing import script, timer, user
from tests.engine.processes.models import gateways

WAY = gateways("exclusive", "w") + tasks("yes", "no")
FORKED = ENDS + script("i", "n = 0") + gateways("parallel", "f", "j") + WAY
ASKED = """start -> i -> f -> a -> j -> w -[{}]-> yes -> end
           f -> b -> j
           w -*-> no -> end"""
GIVES = called("gives", ENDS + script("set", 'result = "up"\nn = 9') + '<ioSpecification><dataOutput id="result"/>'
               "<inputSet/><outputSet><dataOutputRefs>result</dataOutputRefs></outputSet></ioSpecification>",
               "start -> set -> end")
COUNTS = called("counts", ENDS + script("add", "n = n + 1"), "start -> add -> end")
CALLS = "".join(f'<callActivity id="{name}" calledElement="counts"/>' for name in "ab")
SETS = script("k", "x = 6") + throws("t", "escalation", "up") + script("l", "x = 2")
CHANGES = scope("s", start("s0") + SETS + end("s9"), "s0 -> k -> t -> l -> s9")
MODELS: list[Model] = [
    runs("branches_meet", FORKED + script("a", "x = 1") + script("b", "y = 2"), ASKED.format("x + y == 3"),
         "start i f a b j w yes end", rows="S17"),
    runs("an_untouched_copy_undoes_nothing", FORKED + script("a", "n = 1") + tasks("b"), ASKED.format("n == 1"),
         "start i f a b j w yes end", rows="S17"),
    runs("the_default_branch_is_beside_nobody", ENDS + script("i", "n = 1") + gateways("inclusive", "f", "j")
         + script("a", "m = n") + script("b", "n += 1") + WAY, """start -> i -> f -[n > 1]-> a -> j -> w
            f -*-> b -> j
            w -[n == 2]-> yes -> end
            w -*-> no -> end""", "start i f b j w yes end"),
    *(runs(f"what_a_handler_only_found_changes_nothing_{name}", ENDS + script("i", "x = 0") + scope("o", start("o0")
           + changing + user("h") + end("o9"), flows) + WAY, """start -> i -> o -> w -[x == 2]-> yes -> end
           w -*-> no -> end""", way) for name, changing, flows, way in (
          ("on_an_edge", CHANGES + on("b", "s", "escalation", "up", interrupting=False), """o0 -> s -> o9
           b -> h -> o9""", "start i o0 s0 k t b l s9 s o9 h o9 o w yes end"),
          ("after_a_join", CHANGES + on("b", "s", "escalation", "up", interrupting=False) + gateways("parallel", "j"),
           "o0 -> s -> j -> o9\nb -> h -> j", "start i o0 s0 k t b l s9 s h j o9 o w yes end"),
          ("beside", scope("s", start("s0") + SETS + end("s9") + beside("e", "escalation", "up", user("g"), "e0 -> g",
                                                                     interrupting=False), "s0 -> k -> t -> l -> s9"),
           "o0 -> s -> h -> o9", "start i o0 s0 k t e0 l s9 g e s h o9 o w yes end"))),
    runs("what_two_handlers_only_found_changes_nothing", ENDS + script("i", "x = 0") + scope(
        "s", start("s0") + script("k", "x = 6") + throws("t1", "escalation", "up") + script("l", "x = 7")
        + throws("t2", "escalation", "up") + script("n", "x = 2") + end("s9") + beside(
            "e", "escalation", "up", user("g"), "e0 -> g", interrupting=False), "s0 -> k -> t1 -> l -> t2 -> n -> s9")
        + WAY, """start -> i -> s -> w -[x == 2]-> yes -> end
        w -*-> no -> end""", "start i s0 k t1 e0 l t2 e0 n s9 g e g e s w yes end"),
    runs("what_a_handler_does_change", ENDS + script("i", "x = 0") + scope("s", start("s0") + SETS + end("s9") + beside(
        "e", "escalation", "up", user("g") + script("a", "y = x"), "e0 -> g -> a", interrupting=False),
        "s0 -> k -> t -> l -> s9") + WAY, """start -> i -> s -> w -[x + y == 8]-> yes -> end
        w -*-> no -> end""", "start i s0 k t e0 l s9 g a e s w yes end"),
    refused("counted_in_two_branches", FORKED + script("a", "n = n + 1") + script("b", "n = n + 1"),
            ASKED.format("n == 2"), "asks_beside", "a", rows="S17"),
    runs("counted_where_nobody_asks", FORKED + script("a", "n = n + 1") + script("b", "n = n + 1"),
         ASKED.format("1 == 1"), "start i f a b j w yes end", rows="S17"),
    runs("noted_by_instances_at_once", ENDS + script("i", "log = []") + scope("s", start("s0")
         + script("a", 'log = log + ["a"]') + user("u") + end("s9") + many(2), "s0 -> a -> u -> s9"),
         "start -> i -> s -> end", "start i s0 s0 a a u s9 s u s9 s end", rows="S17"),
    refused("noted_before_it_is_set", FORKED + script("a", "log = []") + script("b", "log = log + [1]"),
            ASKED.format("1 == 1"), "asks_beside", "b", rows="S17"),
    refused("noted_and_copied_to_what_is_asked", FORKED + script("a", "n = n + 1") + script("b", "n = n + 1\nm = n"),
            ASKED.format("m == 2"), "asks_beside", "a", rows="S17"),
    refused("noted_with_what_may_fail", FORKED + script("a", "n = n + 1") + script("b", "n = 1 / n"),
            ASKED.format("1 == 1"), "asks_beside", "b", rows="S17"),
    refused("asked_beside", FORKED + script("a", "n = 1") + script("b", "m = n"), ASKED.format("m == 1"),
            "asks_beside", "b", rows="S17"),
    refused("counted_by_instances_at_once", ENDS + script("i", "n = 0") + scope("s", start("s0")
            + script("a", "n = n + 1") + end("s9") + many(3), "s0 -> a -> s9") + WAY,
            """start -> i -> s -> w -[n == 3]-> yes -> end
               w -*-> no -> end""", "asks_beside", "a", rows="S17"),
    refused("counted_by_calls_at_once", ENDS + script("i", "n = 0") + '<callActivity id="c" calledElement="counts">'
            + many(3) + "</callActivity>" + WAY, """start -> i -> c -> w -[n == 3]-> yes -> end
               w -*-> no -> end""", "asks_beside", "c", COUNTS, rows="S17"),
    refused("counted_in_two_calls", FORKED + CALLS, """start -> i -> f -> a -> j -> w -[n == 2]-> yes -> end
               f -> b -> j
               w -*-> no -> end""", "asks_beside", "a", COUNTS, rows="S17"),
    runs("counted_by_instances_in_turn", ENDS + script("i", "n = 0") + scope("s", start("s0")
         + script("a", "n = n + 1") + end("s9") + many(2, sequential=True), "s0 -> a -> s9") + WAY,
         """start -> i -> s -> w -[n == 2]-> yes -> end
            w -*-> no -> end""", "start i s0 a s9 s s0 a s9 s w yes end"),
    refused("counted_where_tokens_do_not_meet", ENDS + script("i", "n = 0") + gateways("parallel", "f")
            + tasks("a", "b") + script("c", "n = n + 1") + WAY, """start -> i -> f -> a -> c -> w -[n == 2]-> yes -> end
               f -> b -> c
               w -*-> no -> end""", "asks_beside", "c", rows="S17"),
    refused("counted_by_a_handler", ENDS + script("i", "n = 0") + user("u") + WAY + script("c", "n = n + 1")
            + timer("t", "u", "R3/PT1H", form="timeCycle", interrupting=False), """start -> i -> u -> end
               t -> c -> w -[n == 2]-> yes -> end
               w -*-> no -> end""", "asks_beside", "c", rows="S17"),
    runs("earlier_data_stay", ENDS + script("i", 'd = {"k": 1}\ne = d') + script("a", 'd = {"k": 2}') + WAY,
         """start -> i -> a -> w -[e["k"] == 1]-> yes -> end
            w -*-> no -> end""", "start i a w yes end", rows="S18"),
    runs("instants_and_keys_become_text", ENDS + script("i", 'd = due("handle")\nk = {1: "a"}') + user("u") + WAY,
         """start -> i -> u -> w -[d > "2026-01-01" and k["1"] == "a"]-> yes -> end
            w -*-> no -> end""", "start i u w yes end", rows="S19"),
    runs("a_call_gives_what_it_declares", ENDS + script("i", "n = 0") + '<callActivity id="c" calledElement="gives"/>'
         + WAY, """start -> i -> c -> w -[result == "up" and n == 0]-> yes -> end
            w -*-> no -> end""", "start i start set end c w yes end", GIVES),
    runs("answers_in_the_form", ENDS + user("u") + WAY, """start -> u -> w -[form["amount"] >= 1000]-> yes -> end
            w -*-> no -> end""", "start u w yes end", answers={"u": {"amount": 1000}}),
    runs("answers_by_their_names", ENDS + script("i", "amount = 1") + user("u") + WAY,
         """start -> i -> u -> w -[amount >= 1000]-> yes -> end
            w -*-> no -> end""", "start i u w yes end", answers={"u": {"amount": 1000}}),
    runs("nothing_said_changes_nothing", ENDS + script("i", 'outcome = "up"') + user("u") + WAY,
         """start -> i -> u -> w -[outcome == "up"]-> yes -> end
            w -*-> no -> end""", "start i u w yes end"),
    runs("a_script_as_the_file_indents_it", ENDS + script("i", """
                x = 1
                y = x + 1
            """) + WAY, """start -> i -> w -[y == 2]-> yes -> end
            w -*-> no -> end""", "start i w yes end"),
    runs("an_answer_is_no_function", ENDS + user("u") + WAY, """start -> u -> w -[len("ab") == 2]-> yes -> end
            w -*-> no -> end""", "start u w yes end", answers={"u": {"len": 1, "__builtins__": {}, "case": 2}},
         rows="S21"),
    runs("an_answer_a_visit", ENDS + user("u") + gateways("exclusive", "merge", "w") + tasks("no"),
         """start -> merge -> u -> w -[form["again"] == True]-> merge
            w -*-> no -> end""", "start merge u w merge u w no end", answers={"u": [{"again": True}, {}]}),
    runs("data_objects_are_remarks", ENDS + '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>'
         '<dataStoreReference id="q"/><userTask id="u"><property id="p" name="__targetRef_placeholder"/>'
         "<dataInputAssociation><sourceRef>r</sourceRef><targetRef>p</targetRef></dataInputAssociation>"
         "<dataOutputAssociation><targetRef>r</targetRef></dataOutputAssociation></userTask>", "start -> u -> end",
         "start u end"),
    runs("inputs_and_outputs_that_nobody_asks", ENDS + '<property id="_p-1" name="gone"/><userTask id="u">'
         '<ioSpecification><dataInput id="_in-1" name="in"/><dataOutput id="_out" name="out"/><inputSet/><outputSet/>'
         "</ioSpecification><dataInputAssociation><targetRef>_in-1</targetRef><assignment><from>1</from><to>_in-1</to>"
         "</assignment></dataInputAssociation><dataOutputAssociation><sourceRef>_out</sourceRef>"
         "<targetRef>_p-1</targetRef></dataOutputAssociation></userTask>", "start -> u -> end", "start u end"),
    *(refused(f"output_that_is_asked_for_{number}", ENDS + '<dataObject id="o" name="kept"/><dataObjectReference id="r"'
              ' dataObjectRef="o"/><userTask id="u"><ioSpecification><dataOutput id="out"/></ioSpecification>'
              "<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>r</targetRef></dataOutputAssociation>"
              "</userTask>" + WAY, f"""start -> u -> w -[{name} == 1]-> yes -> end
            w -*-> no -> end""", "activity_io", "u") for number, name in enumerate(("out", "o", "kept", "r"))),
    refused("data_moved_by_an_association", ENDS + script("s", "y = x") + '<dataObject id="d"/><userTask id="u">'
            "<dataInputAssociation><assignment><from>1</from><to>x</to></assignment></dataInputAssociation></userTask>",
            "start -> u -> s -> end", "data_association", "u"),
]
