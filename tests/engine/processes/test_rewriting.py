"""Link events and event sub-processes run as BPMN says, although the parser knows neither."""

from __future__ import annotations

from datetime import timedelta

from engine.library import Source
from engine.processes import gate
from tests.engine.processes.drawing import ENDS, MONDAY, Walk, drawn, event, flows_of, script, timer, user
from tests.engine.processes.models import TOP


def link(tag: str, name: str, to: str) -> str:
    """A link event."""
    return f'<{tag} id="{name}"><linkEventDefinition name="{to}"/></{tag}>'


def beside(name: str, start: str, body: str, flows: str) -> str:
    """An event sub-process."""
    return f'<subProcess id="{name}" triggeredByEvent="true">{start}{body}{flows_of(flows, name)[0]}</subProcess>'


def typed(name: str, kind: str, ref: str, interrupting: bool = True) -> str:
    """The start event of an event sub-process."""
    return event("startEvent", name, kind, ref, f'isInterrupting="{str(interrupting).lower()}"')


def errors(source: Source) -> list[str]:
    return [finding.code for finding in gate([source]) if finding.severity == "error"]


def test_a_link_leads_to_its_catch() -> None:
    source = drawn("linked", ENDS + user("a", "b") + link("intermediateThrowEvent", "out", "L")
                   + link("intermediateCatchEvent", "in", "L"), """start -> a -> out
                                                                   in -> b -> end""")
    assert errors(source) == []
    walk = Walk(source).do("a")
    assert walk.open == ["b"] and walk.trace == ["start", "a", "out", "in"]


def test_what_only_the_rewriting_may_say_is_not_taken_from_a_drawing() -> None:
    source = drawn("marked", ENDS + '<task id="a" wangge:hidden="true"/><intermediateThrowEvent id="b"'
                   ' wangge:part="undo"/>', "start -> a -> b -> end")
    walk = Walk(source)
    assert walk.step.done and walk.trace == ["start", "a", "b", "end"]


def test_a_link_without_a_catch_is_refused() -> None:
    source = drawn("loose", ENDS + user("a") + link("intermediateThrowEvent", "out", "L"), """start -> a -> end
                                                                                              start -> out""")
    assert errors(source) == ["link_unpaired"]


def test_an_interrupting_message_event_sub_process_ends_the_rest() -> None:
    source = drawn("stopping", ENDS + user("a", "b") + beside("x", typed("xs", "message", "m"), user("xa"), "xs -> xa"),
                   "start -> a -> b -> end", top=TOP)
    assert errors(source) == []
    walk = Walk(source)
    assert walk.open == ["a"] and [name for name, _, _ in walk.step.messages] == ["m"]
    walk.tell("m")
    assert walk.open == ["xa"]
    walk.do("xa")
    assert walk.step.done and walk.trace == ["start", "xs", "xa", "x"]


def test_an_event_sub_process_that_is_not_triggered_leaves_nothing() -> None:
    source = drawn("quiet", ENDS + user("a") + beside("x", typed("xs", "message", "m"), user("xa"), "xs -> xa"),
                   "start -> a -> end", top=TOP)
    walk = Walk(source).do("a")
    assert walk.step.done and walk.trace == ["start", "a", "end"]


def test_one_that_does_not_interrupt_runs_beside_and_again() -> None:
    source = drawn("beside", ENDS + user("a") + beside("x", typed("xs", "message", "m", False), user("xa"), "xs -> xa"),
                   "start -> a -> end", top=TOP)
    walk = Walk(source).tell("m").tell("m")
    assert walk.open == ["a", "xa", "xa"]
    assert not walk.do("a").step.done
    assert walk.do("xa").do("xa").step.done


def test_an_error_event_sub_process_catches_and_sees_the_data_of_the_moment() -> None:
    source = drawn("caught", '<startEvent id="start"/>' + script("set", "level = 7")
                   + event("endEvent", "bang", "error", "bad")
                   + beside("x", typed("xs", "error", "bad"), script("xa", "seen = level"), "xs -> xa"),
                   "start -> set -> bang", top=TOP)
    assert errors(source) == []
    walk = Walk(source, level=1)
    assert walk.step.done and walk.step.result["seen"] == 7
    assert walk.trace == ["start", "set", "bang", "xs", "xa", "x"]


def test_a_timer_start_is_armed_under_its_own_id_and_does_not_keep_the_instance() -> None:
    start = ('<startEvent id="xs" isInterrupting="false"><timerEventDefinition><timeDuration>PT2H</timeDuration>'
             "</timerEventDefinition></startEvent>")
    source = drawn("timed", ENDS + user("a") + beside("x", start, user("xa"), "xs -> xa"), "start -> a -> end")
    walk = Walk(source)
    assert [(one.element, one.due - MONDAY) for one in walk.step.timers] == [("xs", timedelta(hours=2))]
    assert walk.do("a").step.done


def test_in_a_called_process_it_works_too() -> None:
    called = drawn("called", ENDS + user("a") + beside("x", typed("xs", "escalation", "up", False), user("xa"),
                                                       "xs -> xa") + event("intermediateThrowEvent", "t", "escalation",
                                                                           "up"), "start -> t -> a -> end", top=TOP)
    caller = drawn("caller", ENDS + '<callActivity id="c" calledElement="called"/>'
                   + timer("late", "c", "PT1H", form="timeDuration"), """start -> c -> end
                                                                         late -> end""")
    walk = Walk(caller, called)
    assert walk.open == ["a", "xa"]
    assert walk.do("a").do("xa").step.done


def test_conditional_flows_out_of_a_task_are_taken_when_they_hold() -> None:
    source = drawn("ways", ENDS + user("a", "b", "c", "d"), """start -> a -[x > 1]-> b -> end
                                                               a -[x > 2]-> c -> end
                                                               a -> d -> end""")
    assert errors(source) == []
    walk = Walk(source, x=2).do("a")
    assert walk.open == ["b", "d"] and walk.trace == ["start", "a"]
