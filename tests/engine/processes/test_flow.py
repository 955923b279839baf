"""The token's way through tasks, gateways and calls."""

from __future__ import annotations

import pytest

from engine.processes import OverBudget, ProcessBroken, TaskNotOpen, complete, gate
from tests.engine.processes.drawing import ENDS, Desk, Walk, drawn, event, script, service, user

CHOICE = drawn("choice", ENDS + user("ask", "yes", "no") + '<exclusiveGateway id="way"/>',
               """start -> ask -> way -[form["outcome"] == "yes"]-> yes -> end
                  way -*-> no -> end""")
CALLED = drawn("called", ENDS + user("inside") + script("say", 'result = form["outcome"]')
               + '<ioSpecification><dataOutput id="result"/><inputSet/><outputSet>'
                 "<dataOutputRefs>result</dataOutputRefs></outputSet></ioSpecification>",
               "start -> inside -> say -> end")
CALLER = drawn("caller", ENDS + '<callActivity id="call" calledElement="called"/>' + user("after"),
               "start -> call -> after -> end")


def test_a_condition_sees_the_form() -> None:
    assert Walk(CHOICE).do("ask", "yes").open == ["yes"]


def test_the_default_flow_is_taken_when_no_condition_holds() -> None:
    assert Walk(CHOICE).do("ask", "anything").open == ["no"]


def test_a_condition_sees_the_facts_of_the_case_and_they_are_not_stored() -> None:
    source = drawn("facts", ENDS + user("a", "b") + '<exclusiveGateway id="way"/>',
                   """start -> way -[case["emergency"]]-> a -> end
                      way -*-> b -> end""")
    walk = Walk(source, desk=Desk(facts={"emergency": True}))
    assert walk.open == ["a"]
    assert b"emergency" not in walk.step.state


def test_a_gateway_without_a_way_out_is_broken() -> None:
    source = drawn("dead", ENDS + user("a") + '<exclusiveGateway id="way"/>',
                   """start -> way -[1 == 2]-> a -> end
                      way -[1 == 3]-> end""")
    with pytest.raises(ProcessBroken) as broken:
        Walk(source)
    assert broken.value.element == "way"


def test_a_called_process_gives_back_only_its_declared_outputs() -> None:
    walk = Walk(CALLER, CALLED, kept=1)
    walk.do("inside", "fine")
    assert walk.step.result == {} and walk.open == ["after"]
    assert walk.do("after").step.result == {"kept": 1, "result": "fine", "form": {"outcome": "done"}}


def test_the_trace_names_inner_nodes_before_the_activity_around_them() -> None:
    walk = Walk(CALLER, CALLED).do("inside")
    assert walk.trace == ["start", "start", "inside", "say", "end", "call"]


def test_a_parallel_join_waits_for_every_branch() -> None:
    source = drawn("both", ENDS + user("a", "b", "c") + '<parallelGateway id="fork"/><parallelGateway id="join"/>',
                   """start -> fork -> a -> join -> c -> end
                      fork -> b -> join""")
    walk = Walk(source)
    assert walk.open == ["a", "b"]
    assert walk.do("b").open == ["a"]
    assert walk.do("a").open == ["c"]


def test_a_parallel_join_in_a_loop_waits_again_when_the_order_of_arrival_changes() -> None:
    source = drawn("again", ENDS + user("a", "b", "c") + '<exclusiveGateway id="merge"/><exclusiveGateway id="way"/>'
                   '<parallelGateway id="fork"/><parallelGateway id="join"/>',
                   """start -> merge -> fork -> a -> join -> c -> way -*-> end
                      fork -> b -> join
                      way -[form["outcome"] == "again"]-> merge""")
    walk = Walk(source).do("a").do("b").do("c", "again")
    assert walk.do("b").open == ["a"]
    assert walk.do("a").open == ["c"]
    assert walk.do("c").step.done


def test_an_untouched_copy_in_one_branch_undoes_nothing() -> None:
    source = drawn("merge", ENDS + user("a", "b", "c") + script("set", "x = 2")
                   + '<parallelGateway id="fork"/><parallelGateway id="join"/>',
                   """start -> fork -> a -> set -> join -> c -> end
                      fork -> b -> join""")
    assert Walk(source, x=1).do("a").do("b").do("c").step.result["x"] == 2


def test_an_inclusive_join_waits_only_for_branches_that_can_still_arrive() -> None:
    source = drawn("some", ENDS + user("a", "b", "c", "d")
                   + '<inclusiveGateway id="fork"/><inclusiveGateway id="join"/>',
                   """start -> fork -[x > 0]-> a -> join -> d -> end
                      fork -[x > 1]-> b -> join
                      fork -[x > 2]-> c -> join""")
    walk = Walk(source, x=2)
    assert walk.open == ["a", "b"]
    assert walk.do("a").open == ["b"]
    assert walk.do("b").open == ["d"]


def test_an_endless_loop_is_over_budget() -> None:
    source = drawn("endless", ENDS + '<exclusiveGateway id="merge"/>' + script("add", "n = n + 1")
                   + '<exclusiveGateway id="way"/>',
                   """start -> merge -> add -> way -[n > 0]-> merge
                      way -*-> end""")
    with pytest.raises(OverBudget):
        Walk(source, n=0)


def test_data_that_doubles_is_stopped() -> None:
    source = drawn("doubling", ENDS + '<exclusiveGateway id="merge"/>' + script("add", "x = [x, x]")
                   + '<exclusiveGateway id="way"/>',
                   """start -> merge -> add -> way -[len(x) > 0]-> merge
                      way -*-> end""")
    with pytest.raises(ProcessBroken):
        Walk(source, x=["aaaa"])


def test_a_service_task_hands_its_parameters_to_the_host_and_keeps_the_result() -> None:
    source = drawn("serving", ENDS + service("move", "cases.move", "moved", to='level + "x"'),
                   "start -> move -> end")
    desk = Desk()
    desk.results["cases.move"] = {"ok": True}
    walk = Walk(source, desk=desk, level="town")
    assert desk.operations == [("cases.move", {"to": "townx"})]
    assert walk.step.result["moved"] == {"ok": True}


def test_a_business_rule_task_asks_the_host_and_its_outputs_become_data() -> None:
    rule = ('<businessRuleTask id="ask"><extensionElements><spiffworkflow:calledDecisionId>triage'
            "</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>")
    desk = Desk()
    desk.answers["triage"] = {"level": "county"}
    assert Walk(drawn("ruled", ENDS + rule, "start -> ask -> end"), desk=desk).step.result == {"level": "county"}


def test_a_task_that_is_not_open_is_a_conflict() -> None:
    walk = Walk(CHOICE)
    key = walk.step.open[0].key
    walk.do("ask", "yes")
    with pytest.raises(TaskNotOpen):
        complete(CHOICE, walk.step.state, key, {}, walk.desk)


def test_a_plain_task_passes_through_and_a_path_without_an_end_event_ends() -> None:
    source = drawn("plain", '<startEvent id="start"/><task id="t"/>', "start -> t")
    walk = Walk(source)
    assert walk.step.done and walk.trace == ["start", "t"]


def test_several_flows_out_of_a_task_are_parallel_branches() -> None:
    source = drawn("fork", ENDS + user("a", "b", "c"), """start -> a -> b -> end
                                                           a -> c -> end""")
    walk = Walk(source).do("a")
    assert walk.open == ["b", "c"]
    assert walk.do("b").do("c").step.done


def test_a_terminate_end_event_ends_its_scope_at_once() -> None:
    source = drawn("stop", ENDS + user("a", "b") + event("endEvent", "halt", "terminate"),
                   """start -> a -> halt
                      start -> b -> end""")
    assert Walk(source).do("a").step.done


def test_an_error_that_nobody_catches_fails_the_instance() -> None:
    source = drawn("error", ENDS + user("a") + event("endEvent", "boom", "error", "e"), "start -> a -> boom",
                   top='<error id="e" name="E" errorCode="E1"/>')
    step = Walk(source).do("a").step
    assert not step.done and step.failed is not None and "E1" in step.failed


def test_any_id_will_do() -> None:
    source = drawn("End", '<startEvent id="Start"/><userTask id="Root"/><endEvent id="EndJoin"/>',
                   "Start -> Root -> EndJoin")
    walk = Walk(source)
    assert walk.open == ["Root"]
    assert walk.do("Root").trace == ["Start", "Root", "EndJoin"]


def test_data_stores_and_notes_on_the_drawing_do_no_harm() -> None:
    source = drawn("notes", ENDS + user("a") + '<dataStoreReference id="d" dataStoreRef="s"/><dataObject id="o"/>'
                   '<dataObjectReference id="r" dataObjectRef="o"/><textAnnotation id="n"><text>x</text>'
                   '</textAnnotation><association id="as" sourceRef="a" targetRef="n"/>', "start -> a -> end",
                   top='<dataStore id="s" name="S"/>')
    assert [one for one in gate([source]) if one.severity == "error"] == []
    assert Walk(source).do("a").step.done


def test_a_result_that_cannot_be_kept_names_its_task() -> None:
    source = drawn("odd", ENDS + service("s", "cases.odd", "got"), "start -> s -> end")
    desk = Desk()
    desk.results["cases.odd"] = {"x": object()}
    with pytest.raises(ProcessBroken) as broken:
        Walk(source, desk=desk)
    assert broken.value.element == "s"
