"""`wangge try`: the same engine, prepared answers, a clock that jumps."""

from __future__ import annotations

import pytest

from engine.library import Source, source_of
from engine.processes import gate, try_run
from tests.engine.processes.conformance import compensation, conditions
from tests.engine.processes.drawing import ENDS, drawn, event, script, service, timer, user

LOOP = drawn("loop", ENDS + user("work", "check") + '<exclusiveGateway id="merge"/><exclusiveGateway id="way"/>',
             """start -> merge -> work -> check -> way -[form["outcome"] == "again"]-> merge
                way -*-> end""")


def test_every_visit_takes_its_own_answer() -> None:
    result = try_run([LOOP], {"check": [{"outcome": "again"}, {"outcome": "pass"}]})
    assert result["status"] == "completed" and result["problems"] == []
    assert result["trace"] == ["start", "merge", "work", "check", "way", "merge", "work", "check", "way", "end"]


def test_nothing_given_is_an_empty_answer() -> None:
    assert try_run([LOOP])["trace"] == ["start", "merge", "work", "check", "way", "end"]


def test_the_clock_jumps_only_when_nothing_else_can_move() -> None:
    source = drawn("clock", ENDS + user("a") + timer("late", "a", "PT1H", form="timeDuration") + script("s", "x = 1")
                   + '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P3D</timeDuration>'
                   "</timerEventDefinition></intermediateCatchEvent>",
                   """start -> a -> wait -> end
                      late -> s -> end""")
    assert try_run([source])["trace"] == ["start", "a", "wait", "end"]


def test_a_message_that_nobody_sends_leaves_it_waiting() -> None:
    source = drawn("wait", ENDS + event("intermediateCatchEvent", "m", "message", "x"), "start -> m -> end",
                   top='<message id="x" name="X"/>')
    result = try_run([source])
    assert (result["status"], result["waiting"]) == ("waiting", ["m"])


def test_a_deadlock_is_waiting_at_the_join() -> None:
    source = drawn("dead", ENDS + '<exclusiveGateway id="x"/><parallelGateway id="join"/>' + user("a", "b"),
                   """start -> x -*-> a -> join -> end
                      x -[1 == 2]-> b -> join""")
    result = try_run([source])
    assert (result["status"], result["waiting"]) == ("waiting", ["join"])


def test_an_uncaught_error_fails() -> None:
    source = drawn("boom", ENDS + event("endEvent", "bang", "error", "e"), "start -> bang",
                   top='<error id="e" errorCode="E1"/>')
    source = drawn("boom", '<startEvent id="start"/>' + event("endEvent", "bang", "error", "e"), "start -> bang",
                   top='<error id="e" errorCode="E1"/>')
    result = try_run([source])
    assert (result["status"], result["trace"]) == ("failed", ["start", "bang"])


def test_an_endless_loop_fails_and_says_where() -> None:
    source = drawn("spin", ENDS + '<exclusiveGateway id="m"/><exclusiveGateway id="w"/>',
                   """start -> m -> w -[1 == 1]-> m
                      w -*-> end""")
    result = try_run([source])
    assert result["status"] == "failed" and result["problems"][0]["code"] == "over_budget"


def test_what_the_gate_refuses_is_not_run() -> None:
    result = try_run([drawn("bad", ENDS + '<complexGateway id="g"/>', "start -> g -> end")])
    assert result["status"] == "refused" and result["trace"] == []
    assert result["problems"][0]["element"] == "g"


def test_operations_are_only_recorded() -> None:
    result = try_run([drawn("serve", ENDS + service("s", "cases.move", to='"town"'), "start -> s -> end")])
    assert result["operations"] == [{"name": "cases.move", "params": {"to": "town"}}]


def table(policy: str) -> Source:
    """A table that says how a level is dealt with; two rows answer `high`."""
    rows = "".join(f'<rule id="r{n}"><inputEntry id="i{n}"><text>"{level}"</text></inputEntry>'
                   f'<outputEntry id="o{n}"><text>"{how}"</text></outputEntry></rule>'
                   for n, (level, how) in enumerate([("high", "urge"), ("high", "raise"), ("low", "wait")]))
    text = ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
            f'<decision id="how" name="how"><decisionTable id="t" hitPolicy="{policy}">'
            '<input id="i"><inputExpression id="e" typeRef="string"><text>level</text></inputExpression></input>'
            f'<output id="o" name="way" typeRef="string"/>{rows}</decisionTable></decision></definitions>')
    return source_of(text.encode(), definition_id="how", kind="dmn", file="how.dmn")


ASKING = drawn("asking", ENDS + script("set", 'level = "high"') + user("after") + '<businessRuleTask id="ask">'
               "<extensionElements><spiffworkflow:calledDecisionId>how</spiffworkflow:calledDecisionId>"
               "</extensionElements></businessRuleTask>", "start -> set -> ask -> after -> end")


def test_a_table_is_asked_and_one_that_nobody_answers_fails() -> None:
    assert try_run([ASKING, table("FIRST")])["status"] == "completed"
    assert try_run([ASKING, table("COLLECT")])["status"] == "completed"
    failed = try_run([ASKING, table("UNIQUE")])
    assert failed["status"] == "failed" and failed["trace"] == ["start", "set"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "iso-8859-1", "windows-1252"])
def test_a_file_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + drawn(
        "p", ENDS + user("u") + script("s", 'name = "é"'), "start -> s -> u -> end").content.decode()
    source = source_of(text.encode(encoding), definition_id="p", kind="bpmn", file="p.bpmn")
    assert try_run([source])["trace"] == ["start", "s", "u", "end"]


def test_a_condition_on_an_edge_runs_dry_and_is_not_published() -> None:
    source = next(model for model in conditions.MODELS if model.name == "condition_that_comes_true_inside").sources[0]
    assert ("conditional_event", "b", "warning") in {(one.code, one.element, one.severity) for one in gate([source])}
    refused = {(one.code, one.element) for one in gate([source], frozenset()) if one.severity == "error"}
    assert refused == {("conditional_event", "b")}


def test_compensation_runs_dry_and_is_not_published() -> None:
    source = next(model for model in compensation.MODELS if model.name == "undone_last_first").sources[0]
    assert {one.severity for one in gate([source])} == {"warning"}
    refused = {(one.code, one.element) for one in gate([source], frozenset()) if one.severity == "error"}
    assert refused == {("compensate_event", "ca"), ("compensate_event", "cb"), ("compensate_event", "t"),
                       ("compensation", "ua"), ("compensation", "ub")}


def test_what_is_not_enough_for_a_case_runs_dry_and_is_not_published() -> None:
    source = drawn("p", ENDS + '<task id="a" completionQuantity="2"/>', "start -> a -> end")
    assert [(one.code, one.severity) for one in gate([source])] == [("quantity", "warning")]
    assert [(one.code, one.severity) for one in gate([source], frozenset())] == [("quantity", "error")]
