"""What the gate refuses, and that it takes what runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.library import Source, source_of
from engine.processes import gate, try_run
from tests.engine.processes.drawing import ENDS, HEAD, drawn, event, flows_of, script, service, timer, user

MORE = '<message id="m" name="M"/><error id="e" errorCode="E"/>'
OUTPUT = '<ioSpecification><dataOutput id="result"/></ioSpecification>'
REFUSED: list[tuple[str, str, Source]] = [
    ("complex_gateway", "g", drawn("p", ENDS + '<complexGateway id="g"/>', "start -> g -> end")),
    ("ad_hoc", "a", drawn("p", ENDS + '<adHocSubProcess id="a"/>', "start -> a -> end")),
    ("compensate_event", "c", drawn("p", ENDS + event("intermediateThrowEvent", "c", "compensate"),
                                    "start -> c -> end")),
    ("event_without_condition", "c", drawn("p", ENDS + user("a") + event("boundaryEvent", "c", "conditional", "",
                                                                         'attachedToRef="a"'), "start -> a -> end")),
    ("cancel_event", "c", drawn("p", '<startEvent id="start"/>' + event("endEvent", "c", "cancel"), "start -> c")),
    ("several_starts", "s2", drawn("p", ENDS + '<startEvent id="s2"/>', """start -> end
                                                                          s2 -> end""")),
    ("implicit_start", "p", drawn("p", user("a"), "")),
    ("no_start", "p", drawn("p", user("a", "b"), """a -> b
                                                   b -> a""")),
    ("typed_start", "start", drawn("p", event("startEvent", "start", "message", "m") + '<endEvent id="end"/>',
                                   "start -> end", top=MORE)),
    ("conditional_flow", "f0", drawn("p", ENDS + user("a"), "start -[1 == 1]-> a -> end")),
    ("no_condition", "f3", drawn("p", ENDS + user("a") + '<exclusiveGateway id="g"/>', """start -> g -*-> a -> end
                                                                                          g -> end""")),
    ("expression", "f1", drawn("p", ENDS + '<exclusiveGateway id="g"/>', """start -> g -[__import__("os")]-> end
                                                                            g -*-> end""")),
    ("script", "s", drawn("p", ENDS + script("s", "import os"), "start -> s -> end")),
    ("script", "s", drawn("p", ENDS + script("s", "form = 1"), "start -> s -> end")),
    ("script_unused", "g", drawn("p", ENDS + user("a") + '<exclusiveGateway id="g"><extensionElements><spiffworkflow:'
                                 'preScript>x = 1</spiffworkflow:preScript></extensionElements></exclusiveGateway>',
                                 "start -> a -> g -> end")),
    ("timer_empty", "t", drawn("p", ENDS + user("a") + timer("t", "a", ""), """start -> a -> end
                                                                               t -> end""")),
    ("activity_io", "a", drawn("p", ENDS + '<userTask id="a"><ioSpecification/></userTask>', "start -> a -> end")),
    ("unknown_process", "c", drawn("p", ENDS + '<callActivity id="c" calledElement="nobody"/>', "start -> c -> end")),
    ("unknown_operation", "s", drawn("p", ENDS + service("s", "cases.fly"), "start -> s -> end")),
    ("no_operation", "s", drawn("p", ENDS + '<serviceTask id="s"/>', "start -> s -> end")),
    ("no_decision", "b", drawn("p", ENDS + '<businessRuleTask id="b"/>', "start -> b -> end")),
    ("event_sub_process", "x", drawn("p", ENDS + user("a") + '<subProcess id="x" triggeredByEvent="true">'
                                     + event("startEvent", "xs", "compensate") + user("xa")
                                     + flows_of("xs -> xa", "x")[0] + "</subProcess>", "start -> a -> end")),
    ("parallel_multiple", "c", drawn("p", ENDS + user("a") + '<boundaryEvent id="c" attachedToRef="a"'
                                     ' parallelMultiple="true"><messageEventDefinition/><signalEventDefinition/>'
                                     "</boundaryEvent>", "start -> a -> end")),
    ("output_not_set", "end", drawn("p", ENDS + user("a") + OUTPUT, "start -> a -> end")),
    ("asks_beside", "g", drawn("p", ENDS + user("a", "b") + script("s", "x = 1") + '<parallelGateway id="f"/>'
                               '<parallelGateway id="j"/><exclusiveGateway id="g"/>',
                               """start -> f -> s -> a -> j -> end
                                  f -> g -[x == 1]-> b -> j
                                  g -*-> j""")),
    ("mi_collection", "a", drawn("p", ENDS + '<userTask id="a"><multiInstanceLoopCharacteristics/></userTask>',
                                 "start -> a -> end")),
    ("boundary_unattached", "t", drawn("p", ENDS + user("a") + timer("t", "nobody", "PT1H"), "start -> a -> end")),
    ("unknown_element", "p", drawn("p", ENDS + '<choreographyTask id="x"/>', "start -> end")),
    ("duplicate_id", "a", drawn("p", ENDS + user("a", "a"), "start -> a -> end")),
]


@pytest.mark.parametrize(("code", "element", "source"), REFUSED, ids=[f"{code}-{n}" for n, (code, _, _) in
                                                                       enumerate(REFUSED)])
def test_what_would_run_wrong_is_refused_with_its_element(code: str, element: str, source: Source) -> None:
    errors = [(one.code, one.element) for one in gate([source], frozenset({"cases.move"})) if one.severity == "error"]
    assert (code, element) in errors


@pytest.mark.parametrize(("code", "content"), [
    ("xml_refused", b"<!DOCTYPE x []><x/>"),
    ("xml_refused", b"<not closed"),
    ("no_process", b"<definitions/>"),
    ("xml_refused", (HEAD + "<process id='p'>" + "<a>" * 70 + "</a>" * 70 + "</process></definitions>").encode()),
    ("too_many_elements", (HEAD + "<process id='p'>" + "<a/>" * 2_100 + "</process></definitions>").encode()),
])
def test_a_file_that_cannot_be_read_is_a_finding(code: str, content: bytes) -> None:
    source = source_of(content, definition_id="p", kind="bpmn", file="p.bpmn")
    assert [finding.code for finding in gate([source])] == [code]


def form(inner: str) -> Source:
    """A diagram with one user task and this form."""
    return drawn("p", ENDS + f'<userTask id="a"><extensionElements><wangge:form>{inner}</wangge:form>'
                 "</extensionElements></userTask>", "start -> a -> end")


@pytest.mark.parametrize(("code", "inner"), [
    ("field_type", '<wangge:field id="x" label="X" type="colour"/>'),
    ("form_duplicate", '<wangge:field id="x" label="X"/><wangge:field id="x" label="X"/>'),
    ("field_options", '<wangge:field id="x" label="X" type="select"/>'),
    ("field_when", '<wangge:outcome id="ok" label="OK"/><wangge:field id="x" label="X" when="nok"/>'),
    ("form_name", '<wangge:field id="outcome" label="X"/>'),
    ("form_name", '<wangge:field id="_x" label="X"/>'),
    ("form_content", "<wangge:colour/>"),
])
def test_a_form_that_cannot_be_filled_in_is_refused(code: str, inner: str) -> None:
    assert code in [finding.code for finding in gate([form(inner)])]


def test_extensions_of_other_vendors_are_a_warning() -> None:
    source = drawn("p", ENDS + '<userTask id="a" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
                   ' camunda:formKey="k"/>', "start -> a -> end")
    assert [(one.code, one.element, one.severity) for one in gate([source])] == [("foreign_extension", "a", "warning")]


def test_a_compensation_event_that_nothing_follows_ends_its_branch() -> None:
    source = drawn("p", '<startEvent id="start"/>' + event("intermediateThrowEvent", "c", "compensate"), "start -> c")
    assert ("implicit_end", "c") in [(one.code, one.element) for one in gate([source])]


def test_an_outcome_that_no_form_offers_is_a_warning() -> None:
    asked = '<exclusiveGateway id="g" default="f3"/>'
    source = form('<wangge:outcome id="pass" label="P"/>').content.decode()
    source = source.replace('<sequenceFlow id="f1" sourceRef="a" targetRef="end">', asked
                            + '<sequenceFlow id="f1" sourceRef="a" targetRef="g"></sequenceFlow>'
                            '<sequenceFlow id="f3" sourceRef="g" targetRef="end"></sequenceFlow>'
                            '<sequenceFlow id="f2" sourceRef="g" targetRef="end"><conditionExpression>'
                            'form["outcome"] == "passs"</conditionExpression>')
    found = gate([source_of(source.encode(), definition_id="p", kind="bpmn", file="p.bpmn")])
    assert [(one.code, one.element) for one in found] == [("unknown_outcome", "f2")]


def test_what_a_branch_sets_may_be_asked_after_the_join() -> None:
    source = drawn("p", ENDS + user("a", "b") + script("s", "x = 1") + '<parallelGateway id="f"/>'
                   '<parallelGateway id="j"/><exclusiveGateway id="g"/>', """start -> f -> s -> a -> j -> g
                                                                             f -> b -> j
                                                                             g -[x == 1]-> end
                                                                             g -*-> end""")
    assert gate([source]) == []


def test_a_join_that_waits_for_the_way_not_taken_is_a_warning() -> None:
    source = drawn("p", ENDS + user("a", "b") + '<exclusiveGateway id="x"/><parallelGateway id="j"/>',
                   """start -> x -*-> a -> j -> end
                      x -[1 == 1]-> b -> j""")
    assert [(one.code, one.element, one.severity) for one in gate([source])] == [("may_stand_still", "j", "warning")]


def test_a_join_behind_its_fork_is_fine_also_in_a_loop_with_events() -> None:
    source = drawn("p", ENDS + user("a", "b", "c") + '<exclusiveGateway id="m"/><exclusiveGateway id="w"/>'
                   '<parallelGateway id="f"/><parallelGateway id="j"/>' + timer("t", "a", "PT1H", form="timeDuration"),
                   """start -> m -> f -> a -> j -> c -> w -*-> end
                      f -> b -> j
                      t -> j
                      w -[1 == 1]-> m""")
    assert "may_stand_still" in [one.code for one in gate([source])]
    merged = drawn("p", ENDS + user("a", "b", "c") + '<exclusiveGateway id="m"/><exclusiveGateway id="w"/>'
                   '<exclusiveGateway id="k"/><parallelGateway id="f"/><parallelGateway id="j"/>'
                   + timer("t", "a", "PT1H", form="timeDuration"),
                   """start -> m -> f -> a -> k -> j -> c -> w -*-> end
                      f -> b -> j
                      t -> k
                      w -[1 == 1]-> m""")
    assert gate([merged]) == []


def test_an_output_set_on_every_way_is_fine() -> None:
    source = drawn("p", ENDS + user("a") + script("x", 'result = "x"') + script("y", 'result = "y"')
                   + timer("t", "a", "PT1H", form="timeDuration")
                   + OUTPUT,
                   """start -> a -> x -> end
                      t -> y -> end""")
    assert gate([source]) == []


def test_our_own_diagrams_pass_without_a_word() -> None:
    files = sorted((Path(__file__).parents[3] / "workflows" / "base").glob("*.bpmn"))
    assert files
    sources = [source_of(file.read_bytes(), definition_id=file.stem, kind="bpmn", file=file.name) for file in files]
    assert gate(sources) == []


def test_two_packs_may_have_files_of_the_same_name() -> None:
    right = drawn("p", ENDS + user("a"), "start -> a -> end")
    wrong = drawn("p", ENDS + '<complexGateway id="g"/>', "start -> g -> end")
    assert [one.element for one in gate([wrong, right]) if one.severity == "error"] == ["g"]
    assert [one.element for one in gate([right, wrong]) if one.severity == "error"] == ["g"]


def test_what_a_deleted_timer_leaves_behind_is_noticed_and_harmless() -> None:
    left = drawn("p", ENDS + user("a") + script("late", "x = 1"), """start -> a -> end
                                                                     gone -> late
                                                                     late -> end""")
    found = {(one.code, one.element, one.severity) for one in gate([left])}
    assert ("flow_from_nowhere", "f2", "warning") in found
    assert ("unreachable", "late", "warning") in found
    report = try_run([left])
    assert report["status"] == "completed" and "late" not in str(report["trace"])
