"""Two versions of a diagram, element by element: what says something counts, where it is drawn does not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine import library
from engine.library import Source, source_of
from engine.processes import Change, compare
from tests.engine.processes.drawing import ENDS, drawn, script, timer, user

FLOWS = "start -> a -> b -> end"
OLD = drawn("p", ENDS + user("a", "b"), FLOWS)


def changed(source: Source, old: str, new: str) -> Source:
    assert old in source.content.decode()
    return source_of(source.content.decode().replace(old, new).encode(), definition_id=source.definition_id,
                     kind="bpmn", file=source.file)


def said(changes: tuple[Change, ...]) -> set[tuple[str, str]]:
    return {(one.kind, one.element) for one in changes}


def test_the_same_says_the_same() -> None:
    assert compare(OLD, OLD) == ()


def test_a_new_task_is_added_and_its_flows_change() -> None:
    new = drawn("p", ENDS + user("a", "b", "c"), "start -> a -> c -> b -> end")
    assert ("added", "c") in said(compare(OLD, new))
    assert ("removed", "c") in said(compare(new, OLD))
    assert not {"a", "b", "start", "end"} & {one.element for one in compare(OLD, new)}


@pytest.mark.parametrize("body, flows, what, before, after", [
    (ENDS + user("b") + '<userTask id="a" name="甲"/>', FLOWS, "name", "a", "甲"),
    (ENDS + user("b") + script("a", "x = 1"), FLOWS, "type", "userTask", "scriptTask"),
    (ENDS + user("b") + '<userTask id="a"><documentation>说明</documentation></userTask>', FLOWS, "documentation", "",
     "说明"),
])
def test_what_changed_is_named(body: str, flows: str, what: str, before: str, after: str) -> None:
    found = {one.element: one for one in compare(OLD, drawn("p", body, flows))}
    assert (what, "", before, after) in found["a"].details


def test_a_condition_belongs_to_its_flow_and_a_timer_to_its_event() -> None:
    body = ENDS + user("a", "b") + timer("late", "a", 'due("sign")')
    old = drawn("p", body + '<exclusiveGateway id="way"/>', "start -> a -> way -[x == 1]-> b -> end\n"
                "way -*-> end\nlate -> end")
    new = changed(changed(old, "x == 1", "x == 2"), 'due("sign")', 'due("check")')
    details = {detail for one in compare(old, new) for detail in one.details}
    assert {("condition", "", "x == 1", "x == 2"), ("timer", "", 'due("sign")', 'due("check")')} == details


HANDLE = library.read_source(library.WORKFLOWS / "base" / "handle.bpmn")


@pytest.mark.parametrize("old, new, what", [
    ('label="本级自办"', 'label="自己办"', ("outcome", "own", "本级自办", "自己办")),
    ('wangge:limit="accept"', 'wangge:limit="sign"', ("prop", "limit", "accept", "sign")),
])
def test_forms_and_limits_are_compared_one_by_one(old: str, new: str, what: tuple[str, ...]) -> None:
    assert [one.details for one in compare(HANDLE, changed(HANDLE, old, new))][0][0] == what


def test_what_has_no_name_of_its_own_is_still_noticed() -> None:
    new = changed(HANDLE, 'resultVariable="assist_orgs">', 'resultVariable="helpers">')
    assert {one.details[0].what for one in compare(HANDLE, new)} == {"rest"}


def test_a_renamed_task_is_not_told_again_at_its_flows_and_events() -> None:
    new = changed(HANDLE, 'name="受理分流"', 'name="受理并分流"')
    only, = compare(HANDLE, new)
    assert only.details == (("name", "", "受理分流", "受理并分流"),)


def test_a_flow_that_leads_elsewhere_says_where_by_name() -> None:
    flow = re.search(r'<bpmn:sequenceFlow id="(\w+)" sourceRef="sign_for" targetRef="to_unit"', HANDLE.content.decode())
    assert flow is not None
    new = changed(HANDLE, flow.group(0), flow.group(0).replace('Ref="to_unit"', 'Ref="sign"'))
    found = {one.element: one.details for one in compare(HANDLE, new)}
    assert found == {flow.group(1): (("to", "", "to_unit", "签收"),)}


def test_moving_things_about_changes_nothing() -> None:
    assert compare(HANDLE, changed(HANDLE, '<dc:Bounds x="', '<dc:Bounds x="1')) == ()
    assert compare(HANDLE, replace(HANDLE, version=7)) == ()
