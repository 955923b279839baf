"""Diagrams decide: drawn otherwise in a text editor and published, new cases go the new way, running ones do not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine import library, processes
from engine.cases import gatekeeping
from tests.town import Office

INSTRUCTION = '<bpmn:userTask id="instruct" name="领导批示" />'


def publish(office: Office, name: str, content: str) -> None:
    """Through the gate, as `wangge publish` does."""
    source = library.source_of(content.encode(), definition_id=name, kind="bpmn", file=f"{name}.bpmn", pack="base")
    gatekeeping.publish(office.session, [source], by="绘制人", approved_by="审批人", at=office.at)
    office.at += timedelta(minutes=1)


def drawn(name: str) -> str:
    """The working copy as text."""
    return (library.WORKFLOWS / "base" / f"{name}.bpmn").read_text("utf-8")


def with_instruction() -> str:
    """`handle` with a bare user task between dispatching and signing."""
    text = drawn("handle").replace('sourceRef="assign_assistants" targetRef="outside"',
                                   'sourceRef="assign_assistants" targetRef="instruct"')
    flow = '<bpmn:sequenceFlow id="after_instruct" sourceRef="instruct" targetRef="outside" />'
    return text.replace("</bpmn:process>", f"{INSTRUCTION}{flow}</bpmn:process>")


@pytest.fixture
def running(office: Office) -> Office:
    """A case that was opened before anything was drawn otherwise."""
    office.report()
    return office


def test_a_new_case_stops_at_the_new_task_and_a_running_one_does_not(running: Office) -> None:
    before = running.case
    publish(running, "handle", with_instruction())
    running.report()
    assert running.do("dispatch", "department") == ["instruct"]
    running.case = before
    assert running.do("dispatch", "department") == ["sign"]


def test_the_bare_task_is_offered_to_the_holders_seats_with_one_text_field(running: Office) -> None:
    publish(running, "handle", with_instruction())
    running.report()
    running.do("dispatch", "department")
    task = running.task("instruct")
    form = processes.Form.from_json(task.form or {})
    assert (task.name, task.role, running.offered_to("instruct")) == ("领导批示", "seat", "330902002001-centre")
    assert [(field.id, field.type, field.label) for field in form.fields] == [("text", "longtext", "意见")]
    assert running.do("instruct", "done", text="从快办理") == ["sign"]
    assert running.entries("instruct")[0].facts["texts"].keys() == {"text"}


def test_an_instruction_right_after_the_desk_changes_nothing_of_what_the_desk_decided(running: Office) -> None:
    text = drawn("handle").replace('sourceRef="dispatch" targetRef="classify"',
                                   'sourceRef="dispatch" targetRef="instruct"')
    flow = '<bpmn:sequenceFlow id="after_instruct" sourceRef="instruct" targetRef="classify" />'
    publish(running, "handle", text.replace("</bpmn:process>", f"{INSTRUCTION}{flow}</bpmn:process>"))
    running.report()
    assert running.do("dispatch", "own", matter="SR0107", urgency="urgent") == ["instruct"]
    assert running.do("instruct", "done", text="从快办理") == ["handle_task"]
    assert (running.case.matter_code, running.case.urgency, running.case.stage) == ("SR0107", "urgent", "handle")


def test_only_the_timer_deleted_its_path_stays_and_does_no_harm(running: Office) -> None:
    text = re.sub(r'<bpmn:boundaryEvent id="climb".*?</bpmn:boundaryEvent>', "", drawn("handle"), flags=re.S)
    publish(running, "handle", text)
    running.report()
    assert running.timers() == {}


def test_without_its_boundary_timer_a_new_case_no_longer_climbs(running: Office) -> None:
    before = running.case
    text = re.sub(r'<bpmn:boundaryEvent id="climb".*?</bpmn:boundaryEvent>', "", drawn("handle"), flags=re.S)
    for gone in ("late", "end_late"):
        text = re.sub(rf'<bpmn:(\w+) id="{gone}".*?</bpmn:\1>', "", text, flags=re.S)
    text = re.sub(r'<bpmn:sequenceFlow id="flow_(climb_late|late_end_late)".*?/>', "", text)
    text = re.sub(r"<bpmn:flowNodeRef>(climb|late|end_late)</bpmn:flowNodeRef>", "", text)
    text = re.sub(r'<bpmndi:(\w+) id="[^"]*" bpmnElement="(climb|late|end_late|flow_climb_late|flow_late_end_late)"'
                  r".*?</bpmndi:\1>", "", text, flags=re.S)
    publish(running, "handle", text)
    new = running.report()
    assert running.timers() == {}
    running.wait(running.at_office(3, 5, 17))
    assert (before.level, new.level) == ("township", "community")


def test_a_change_that_would_run_wrong_is_not_published(running: Office) -> None:
    text = drawn("handle").replace('id="cases.classify"', 'id="cases.no_such_operation"')
    with pytest.raises(gatekeeping.Refused) as refused:
        publish(running, "handle", text)
    found = refused.value.facts["findings"]
    assert any(one.element == "classify" and one.severity == "error" for one in found)
    running.report()
    assert running.do("dispatch", "department") == ["sign"]
