"""Timers, messages, signals, errors, escalations, links, terminating."""

from __future__ import annotations

from tests.engine.processes.conformance.model import (
    ENDS,
    NEVER,
    TOP,
    Model,
    called,
    catches,
    end,
    ends,
    on,
    pause,
    refused,
    runs,
    scope,
    start,
    tasks,
    throws,
)
from tests.engine.processes.drawing import script, timer, user
from tests.engine.processes.models import gateways

WAITING = ENDS + NEVER
THROWN = scope("s", start("s0") + throws("x", "escalation", "up") + tasks("q") + end("s9"), "s0 -> x -> q -> s9")
BROKEN = scope("s", start("s0") + ends("x", "error", "bad"), "s0 -> x")
BREAKS = called("breaks", start("start") + ends("x", "error", "bad"), "start -> x")
RAISES = called("raises", ENDS + throws("x", "escalation", "up") + tasks("q"), "start -> x -> q -> end")
ON_S = """start -> s -> end
          b -> a -> end"""
SIDE = """start -> s -> end
          b -> a"""


def link(tag: str, name: str, to: str) -> str:
    """A link event."""
    return f'<{tag} id="{name}"><linkEventDefinition name="{to}"/></{tag}>'


TIMERS: list[Model] = [
    *(runs(f"timer_{number}", ENDS + pause("t", text, form), "start -> t -> end", "start t end", rows="S11")
      for number, (text, form) in enumerate([
          ("PT2H", "timeDuration"), ('"PT2H"', "timeDuration"), ("2030-01-01T00:00:00Z", "timeDate"),
          ("2020-01-01T00:00:00Z", "timeDate"), ('due("handle")', "timeDate")])),
    refused("repeating_pause", ENDS + pause("t", "R3/PT1H", "timeCycle"), "start -> t -> end", "cyclic_pause", "t"),
    refused("repeating_pause_among_several", ENDS + pause("t", "R3/PT1H", "timeCycle").replace(
        "<timerEventDefinition>", '<signalEventDefinition signalRef="sig"/><timerEventDefinition>'),
        "start -> t -> end", "cyclic_pause", "t"),
    refused("cron", ENDS + pause("t", "0 0 9 * * ?", "timeCycle"), "start -> t -> end", "expression", "t", rows="S11"),
    refused("timer_without_a_time", ENDS + pause("t", ""), "start -> t -> end", "timer_empty", "t"),
    runs("people_come_before_the_clock", ENDS + user("u") + timer("t", "u", "PT1H", form="timeDuration") + tasks("a"),
         """start -> u -> end
            t -> a -> end""", "start u end"),
    runs("what_is_due_already_comes_before_people", ENDS + user("u") + timer("t", "u", "2020-01-01T00:00:00Z")
         + tasks("a"), """start -> u -> end
            t -> a -> end""", "start t a end", rows="S11"),
    runs("repeating_timer", WAITING + timer("t", "never", "R3/PT1H", form="timeCycle", interrupting=False)
         + tasks("n"), """start -> never -> end
            t -> n""", "start t n t n t n", status="waiting", waiting="never", rows="S14 P-cycle"),
    runs("repeating_timer_with_open_handlers", WAITING + timer("t", "never", "R/PT1H", form="timeCycle",
         interrupting=False) + timer("x", "never", "PT150M", form="timeDuration") + pause("n", "PT9H") + tasks("z"),
         """start -> never -> end
            t -> n
            x -> z -> end""", "start t t x z end n n", rows="P-cycle"),
    runs("timer_beside_a_branch", ENDS + gateways("parallel", "f", "j") + pause("t") + user("u"),
         """start -> f -> t -> j -> end
            f -> u -> j""", "start f u t j end"),
]
ERRORS: list[Model] = [
    runs("caught_error", ENDS + BROKEN + on("b", "s", "error", "bad") + tasks("a"), ON_S, "start s0 x b a end"),
    runs("error_caught_by_all", ENDS + BROKEN + on("b", "s", "error") + tasks("a"), ON_S, "start s0 x b a end"),
    runs("error_of_another_code", ENDS + BROKEN + on("b", "s", "error", "other") + tasks("a"), ON_S, "start s0 x",
         status="failed", rows="S9 P-uncaught"),
    runs("coded_before_all", ENDS + BROKEN + on("b", "s", "error") + on("c", "s", "error", "bad") + tasks("a", "z"),
         ON_S + "\nc -> z -> end", "start s0 x c z end", rows="S7 P-coded"),
    runs("error_two_levels_up", ENDS + scope("s", start("s0") + scope("r", start("r0") + ends("x", "error", "bad"),
         "r0 -> x") + end("s9"), "s0 -> r -> s9") + on("b", "s", "error", "bad") + tasks("a"), ON_S,
         "start s0 r0 x b a end"),
    runs("error_thrown_again", ENDS + scope("s", start("s0") + scope("r", start("r0") + ends("x", "error", "bad"),
         "r0 -> x") + on("c", "r", "error", "bad") + ends("y", "error", "bad") + end("s9"), """s0 -> r -> s9
            c -> y""") + on("b", "s", "error", "bad") + tasks("a"), ON_S, "start s0 r0 x c y b a end"),
    runs("error_ends_its_neighbours", ENDS + scope("s", start("s0") + gateways("parallel", "f") + user("u") + pause("w")
         + ends("x", "error", "bad") + end("s9"), """s0 -> f -> u -> s9
            f -> w -> s9
            f -> x""") + on("b", "s", "error") + tasks("a"), ON_S, "start s0 f x b a end"),
    runs("error_through_a_call", ENDS + '<callActivity id="s" calledElement="breaks"/>' + on("b", "s", "error", "bad")
         + tasks("a"), ON_S, "start start x b a end", BREAKS),
    runs("uncaught_error", ENDS + '<callActivity id="s" calledElement="breaks"/>', "start -> s -> end", "start start x",
         BREAKS, status="failed", rows="S9 P-uncaught"),
]
ESCALATIONS: list[Model] = [
    runs("escalation_interrupts_at_once", ENDS + THROWN + on("b", "s", "escalation", "up") + tasks("a"), ON_S,
         "start s0 x b a end", rows="S6 P-at-once"),
    runs("escalation_beside", ENDS + THROWN + on("b", "s", "escalation", "up", interrupting=False) + tasks("a"), SIDE,
         "start s0 x b q a s9 s end"),
    runs("escalation_twice", ENDS + scope("s", start("s0") + throws("x", "escalation", "up")
         + throws("y", "escalation", "up") + end("s9"), "s0 -> x -> y -> s9")
         + on("b", "s", "escalation", "up", interrupting=False) + tasks("a"), SIDE, "start s0 x b y b a s9 a s end",
         rows="S7 P-again"),
    runs("escalation_at_the_end", ENDS + scope("s", start("s0") + ends("x", "escalation", "up"), "s0 -> x")
         + on("b", "s", "escalation", "up", interrupting=False) + tasks("a"), SIDE, "start s0 x b a s end"),
    runs("uncaught_escalation", ENDS + throws("x", "escalation", "up"), "start -> x -> end", "start x end",
         rows="P-uncaught"),
    runs("escalation_out_of_two_scopes", ENDS + scope("s", start("s0") + '<callActivity id="c" calledElement="raises"/>'
         + end("s9"), "s0 -> c -> s9") + on("b", "s", "escalation", interrupting=False) + tasks("a"), SIDE,
         "start s0 start x b q a end c s9 s end", RAISES, rows="S8"),
]
SIGNALS: list[Model] = [
    runs("signal_to_all", ENDS + gateways("parallel", "f", "j") + throws("t", "signal", "sig")
         + catches("c1", "signal", "sig") + catches("c2", "signal", "sig"), """start -> f -> t -> j -> end
            f -> c1 -> j
            f -> c2 -> j""", "start f t c1 c2 j end"),
    runs("signal_at_the_end", ENDS + gateways("parallel", "f") + ends("x", "signal", "sig")
         + catches("c", "signal", "sig"), """start -> f -> x
            f -> c -> end""", "start f x c end", rows="S4 P-signal-end"),
    runs("signal_is_not_kept", ENDS + throws("t", "signal", "sig") + catches("c", "signal", "sig"),
         "start -> t -> c -> end", "start t", status="waiting", waiting="c"),
    runs("signal_again_and_again", ENDS + gateways("parallel", "f") + throws("t", "signal", "sig")
         + throws("v", "signal", "sig") + user("u") + on("b", "u", "signal", "sig", interrupting=False) + tasks("n"),
         """start -> f -> t -> v -> end
            f -> u -> end
            b -> n""", "start f t b n v b end n u end", rows="P-again"),
    runs("signal_interrupts", ENDS + gateways("parallel", "f") + throws("t", "signal", "sig") + user("u")
         + on("b", "u", "signal", "sig") + tasks("n"), """start -> f -> t -> end
            f -> u -> end
            b -> n""", "start f t b end n"),
    runs("signal_across_a_call", ENDS + gateways("parallel", "f", "j") + catches("c", "signal", "sig")
         + '<callActivity id="s" calledElement="calls_out"/>', """start -> f -> c -> j -> end
            f -> s -> j""", "start f start t c end s j end",
         called("calls_out", ENDS + throws("t", "signal", "sig"), "start -> t -> end")),
    runs("message_to_one", ENDS + gateways("parallel", "f") + throws("t", "message", "m") + catches("c", "message", "m")
         + catches("d", "message", "m"), """start -> f -> t -> end
            f -> c -> end
            f -> d -> end""", "start f t c end end", status="waiting", waiting="d"),
    runs("message_interrupts_its_scope", ENDS + scope("s", start("s0") + gateways("parallel", "f") + user("u")
         + throws("t", "message", "m") + end("s9"), """s0 -> f -> u -> s9
            f -> t -> s9""") + on("b", "s", "message", "m") + tasks("a"), ON_S, "start s0 f t b a end"),
    runs("message_again", ENDS + gateways("parallel", "f") + throws("t", "message", "m") + throws("v", "message", "m")
         + user("u") + on("b", "u", "message", "m", interrupting=False) + tasks("n"), """start -> f -> t -> v -> end
            f -> u -> end
            b -> n""", "start f t b n v b end n u end", rows="P-again"),
    runs("message_at_the_end", start("start") + ends("x", "message", "m"), "start -> x", "start x"),
    *(refused(f"message_that_flows_{name}", ENDS + gateways("parallel", "f") + throws("t", "message", "m")
              + catches("c", "message", "m"), """start -> f -> t -> end
            f -> c -> end""", "message_flow", "t", top=TOP + '<collaboration id="both"><participant id="we"'
              f' processRef="message_that_flows_{name}"/><participant id="they"/>{flow}</collaboration>')
      for name, flow in (("out", '<messageFlow id="o" sourceRef="t" targetRef="they"/>'),
                         ("in", '<messageFlow id="o" sourceRef="they" targetRef="c"/>'))),
    refused("message_without_a_name", ENDS + catches("c", "message", ""), "start -> c -> end", "message_missing", "c"),
]
OTHERS: list[Model] = [
    runs("links", ENDS + script("i", "x = 1") + gateways("exclusive", "g") + link("intermediateThrowEvent", "t", "L")
         + link("intermediateThrowEvent", "v", "L") + link("intermediateCatchEvent", "c", "L") + tasks("a"),
         """start -> i -> g -[x == 1]-> t
            g -*-> v
            c -> a -> end""", "start i g t c a end", rows="S3 P-link"),
    refused("link_to_nowhere", ENDS + link("intermediateThrowEvent", "t", "L"), "start -> t", "link_unpaired", "t",
            rows="S3"),
    runs("terminate", ENDS + gateways("parallel", "f") + user("u") + tasks("a") + ends("x", "terminate"),
         """start -> f -> u -> end
            f -> a -> x""", "start f a x"),
    runs("terminate_inside", ENDS + scope("s", start("s0") + gateways("parallel", "f") + user("u") + end("s9")
         + ends("x", "terminate"), """s0 -> f -> u -> s9
            f -> x""") + tasks("a"), "start -> s -> a -> end", "start s0 f x s a end"),
    runs("terminate_in_a_call", ENDS + '<callActivity id="c" calledElement="stops"/>' + tasks("a"),
         "start -> c -> a -> end", "start start f x c a end", called("stops", ENDS + gateways("parallel", "f")
         + user("u") + ends("x", "terminate"), """start -> f -> u -> end
            f -> x""")),
    runs("any_of_several", ENDS + '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/>'
         "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>"
         + tasks("a"), "start -> c -> a -> end", "start c a end"),
    runs("several_thrown", ENDS + '<intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/>'
         '<messageEventDefinition messageRef="m"/></intermediateThrowEvent>' + gateways("parallel", "f", "j")
         + catches("c1", "signal", "sig") + catches("c2", "message", "m"), """start -> f -> t -> j -> end
            f -> c1 -> j
            f -> c2 -> j""", "start f c1 t c2 j end"),
    runs("all_of_several", ENDS + '<intermediateCatchEvent id="c" parallelMultiple="true"><signalEventDefinition'
         ' signalRef="sig"/><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
         + gateways("parallel", "f") + throws("t", "signal", "sig") + throws("v", "message", "m"),
         """start -> f -> c -> end
            f -> t -> end
            f -> v -> end""", "start f t end v end c end", rows="P-refused"),
    refused("all_of_several_on_an_edge", ENDS + user("u") + '<boundaryEvent id="b" attachedToRef="u"'
            ' parallelMultiple="true"><signalEventDefinition signalRef="sig"/><messageEventDefinition'
            ' messageRef="m"/></boundaryEvent>', "start -> u -> end", "parallel_multiple", "b", rows="P-refused"),
    runs("several_on_an_edge", WAITING + '<boundaryEvent id="b" attachedToRef="never"><messageEventDefinition'
         ' messageRef="m"/><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
         "</boundaryEvent>" + tasks("a"), """start -> never -> end
            b -> a -> end""", "start b a end"),
]
MODELS = [*TIMERS, *ERRORS, *ESCALATIONS, *SIGNALS, *OTHERS]
