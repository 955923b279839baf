"""Timers, messages, errors and escalations on the edge of activities."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.processes import ProcessBroken, TaskNotOpen, fire
from tests.engine.processes.drawing import ENDS, MONDAY, Desk, Walk, drawn, event, flows_of, script, timer, user

TOP = ('<message id="recall" name="recall"/><escalation id="up" name="Up" escalationCode="UP"/>'
       '<error id="bad" name="Bad" errorCode="BAD"/>')
CLIMB = drawn("climb", ENDS + user("accept", "other") + timer("late", "accept", 'due("climb")')
              + script("say", 'result = "late"'), """start -> accept -> end
                                                     late -> say -> other -> end""")


def sub(name: str, body: str, flows: str) -> str:
    """An embedded sub-process."""
    return f'<subProcess id="{name}">{body}{flows_of(flows, name)[0]}</subProcess>'


def test_a_timer_asks_the_host_once_for_the_task_it_hangs_on() -> None:
    desk = Desk()
    walk = Walk(CLIMB, desk=desk)
    assert desk.asked == [("climb", "late", walk.step.open[0].key)]
    assert [(timer.element, timer.due, timer.interrupting) for timer in walk.step.timers] == [
        ("late", MONDAY + timedelta(days=1), True)]


def test_an_interrupting_timer_takes_the_task_away() -> None:
    walk = Walk(CLIMB).fire("late")
    assert walk.open == ["other"] and walk.armed == []
    assert walk.trace == ["start", "late", "say"]


def test_a_timer_goes_with_its_task() -> None:
    walk = Walk(CLIMB).do("accept")
    assert walk.step.done and walk.armed == []


def test_a_timer_that_is_not_armed_is_passed_over() -> None:
    walk = Walk(CLIMB)
    again = fire(CLIMB, walk.step.state, [(999, "late"), (walk.step.timers[0].task, "elsewhere")], walk.desk)
    assert again.state == walk.step.state and again.trace == ()


def test_bare_iso_text_of_other_modellers_is_understood() -> None:
    source = drawn("iso", ENDS + user("a") + timer("t", "a", "PT90M", form="timeDuration"), """start -> a -> end
                                                                                                 t -> end""")
    assert Walk(source).step.timers[0].due == MONDAY + timedelta(minutes=90)


def test_a_timer_whose_text_gives_no_time_is_broken() -> None:
    source = drawn("wrong", ENDS + user("a") + timer("t", "a", "1 + 1"), """start -> a -> end
                                                                            t -> end""")
    with pytest.raises(ProcessBroken) as broken:
        Walk(source)
    assert broken.value.element == "t"


def test_a_timer_that_does_not_interrupt_leaves_the_task_open() -> None:
    source = drawn("remind", ENDS + user("a", "note")
                   + timer("t", "a", "PT1H", form="timeDuration", interrupting=False),
                   """start -> a -> end
                      t -> note -> end""")
    walk = Walk(source).fire("t")
    assert walk.open == ["a", "note"] and walk.armed == []
    assert walk.do("a").open == ["note"]
    assert walk.do("note").step.done


def test_a_repeating_timer_arms_itself_again_and_keeps_its_open_handlers() -> None:
    source = drawn("repeat", ENDS + user("a", "note")
                   + timer("t", "a", "R3/PT1H", form="timeCycle", interrupting=False),
                   """start -> a -> end
                      t -> note -> end""")
    walk = Walk(source).fire("t")
    assert [one.due for one in walk.step.timers] == [MONDAY + timedelta(hours=2)]
    walk.fire("t").fire("t")
    assert walk.open == ["a", "note", "note", "note"] and walk.armed == []
    assert walk.do("a").open == ["note", "note", "note"]


def test_missed_repetitions_collapse_into_one() -> None:
    source = drawn("backlog", ENDS + user("a", "note")
                   + timer("t", "a", "R/PT1H", form="timeCycle", interrupting=False),
                   """start -> a -> end
                      t -> note -> end""")
    walk = Walk(source)
    walk.desk.at = MONDAY + timedelta(hours=10, minutes=30)
    walk.fire("t")
    assert walk.open == ["a", "note"]
    assert walk.step.timers[0].due == MONDAY + timedelta(hours=11)


def test_a_message_moves_the_token_and_brings_its_form() -> None:
    source = drawn("recall", ENDS + user("sign", "back") + event("boundaryEvent", "r", "message", "recall",
                   'attachedToRef="sign"') + script("why", 'reason = form["reason"]'),
                   """start -> sign -> end
                      r -> why -> back -> end""", top=TOP)
    walk = Walk(source)
    assert walk.step.messages == (("recall", walk.step.open[0].key, "r"),)
    walk.tell("recall", reason="wrong")
    assert walk.open == ["back"]
    assert walk.do("back").step.result["reason"] == "wrong"


def test_a_message_that_nobody_waits_for_is_a_conflict() -> None:
    with pytest.raises(TaskNotOpen):
        Walk(CLIMB).tell("recall")


def test_a_message_that_does_not_interrupt_is_heard_again() -> None:
    source = drawn("ask", ENDS + user("a", "b") + event("boundaryEvent", "m", "message", "recall",
                   'attachedToRef="a" cancelActivity="false"'), """start -> a -> end
                                                                   m -> b -> end""", top=TOP)
    assert Walk(source).tell("recall").tell("recall").open == ["a", "b", "b"]


def test_an_interrupting_escalation_takes_effect_before_what_follows_the_throw() -> None:
    inner = sub("s", '<startEvent id="s0"/>' + event("intermediateThrowEvent", "throw", "escalation", "up")
                + script("never", "x = 1"), "s0 -> throw -> never")
    source = drawn("esc", ENDS + inner + user("above") + event("boundaryEvent", "e", "escalation", "up",
                   'attachedToRef="s"'), """start -> s -> end
                                            e -> above -> end""", top=TOP)
    walk = Walk(source)
    assert walk.trace == ["start", "s0", "throw", "e"] and walk.open == ["above"]


def test_of_a_coded_and_a_catch_all_boundary_only_the_coded_one_acts() -> None:
    inner = sub("s", '<startEvent id="s0"/>' + event("endEvent", "bang", "error", "bad"), "s0 -> bang")
    source = drawn("codes", ENDS + inner + user("coded", "all") + event("boundaryEvent", "e1", "error", "",
                   'attachedToRef="s"') + event("boundaryEvent", "e2", "error", "bad", 'attachedToRef="s"'),
                   """start -> s -> end
                      e1 -> all -> end
                      e2 -> coded -> end""", top=TOP)
    assert Walk(source).open == ["coded"]


def test_the_way_out_of_an_embedded_sub_process_sees_what_was_set_inside() -> None:
    inner = sub("s", '<startEvent id="s0"/>' + script("set", "level = 7") + user("work"), "s0 -> set -> work")
    source = drawn("inner", ENDS + inner + user("after") + timer("t", "s", "PT1H", form="timeDuration"),
                   """start -> s -> end
                      t -> after -> end""")
    assert Walk(source, level=1).fire("t").do("after").step.result["level"] == 7


def test_the_first_event_behind_an_event_based_gateway_wins() -> None:
    source = drawn("race", ENDS + '<eventBasedGateway id="g"/>'
                   + event("intermediateCatchEvent", "m", "message", "recall")
                   + "".join(f'<intermediateCatchEvent id="t{n}"><timerEventDefinition><timeDuration>PT{n}H'
                             "</timeDuration></timerEventDefinition></intermediateCatchEvent>" for n in (1, 2))
                   + user("a", "b", "c"), """start -> g -> m -> a -> end
                                             g -> t1 -> b -> end
                                             g -> t2 -> c -> end""", top=TOP)
    walk = Walk(source)
    assert [one.due - MONDAY for one in walk.step.timers] == [timedelta(hours=1), timedelta(hours=2)]
    assert walk.fire("t1").open == ["b"]
    assert walk.armed == [] and walk.step.messages == ()


def test_a_signal_is_heard_by_all_who_wait() -> None:
    source = drawn("signal", ENDS + user("go") + event("intermediateCatchEvent", "c1", "signal", "s")
                   + event("intermediateCatchEvent", "c2", "signal", "s") + event("endEvent", "call", "signal", "s"),
                   """start -> c1 -> end
                      start -> c2 -> end
                      start -> go -> call""", top='<signal id="s" name="S"/>')
    walk = Walk(source).do("go")
    assert walk.step.done and walk.trace[-4:] == ["c1", "c2", "end", "end"]


def test_a_terminating_end_keeps_what_the_other_branches_have_set() -> None:
    source = drawn("p", ENDS + user("a", "b", "c") + script("set", "x = 1") + '<parallelGateway id="f"/>'
                   + event("endEvent", "halt", "terminate"), """start -> f -> a -> set -> b -> end
                                                                f -> c -> halt""")
    assert Walk(source).do("a").do("c").step.result["x"] == 1


def test_the_way_out_of_a_sub_process_sees_what_was_set_deeper_inside() -> None:
    inner = sub("inner", '<startEvent id="i0"/>' + script("set", "x = 1") + user("b"), "i0 -> set -> b")
    source = drawn("p", ENDS + sub("outer", '<startEvent id="o0"/>' + inner, "o0 -> inner") + event(
        "boundaryEvent", "out", "message", "recall", 'attachedToRef="outer"') + user("after"),
        """start -> outer -> end
           out -> after -> end""", top=TOP)
    assert Walk(source).tell("recall").do("after").step.result["x"] == 1
