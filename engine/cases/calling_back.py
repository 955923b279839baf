"""回访: the acts by which somebody calls the reporter back, or asks at their door; no task need be theirs (E15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import processes
from engine.cases import callbacks, sealing
from engine.cases.act import Act
from engine.cases.contacts import note_attempt
from engine.cases.errors import ActInvalid
from engine.cases.hosting import Host
from engine.cases.models import ContactRecord
from engine.cases.projection import project
from engine.processes import Field, Form, Option
from engine.processes.models import Instance
from engine.worklist.models import Task

TELLING = ("inform", "call")  # tasks that are done by having told the reporter

METHOD = Field("method", "select", "联系方式", "Channel", required=True, options=(
    Option("phone", "电话", "Phone"), Option("face", "当面", "Face to face"), Option("sms", "短信", "Text message"),
    Option("link", "评价链接", "Link"), Option("messenger", "政务微信等", "Messenger")))
RESULT = Field("result", "select", "结果", "Result", required=True, options=(
    Option("reached", "联系上，已告知", "Reached and told"), Option("no_answer", "无人应答", "No answer"),
    Option("wrong_number", "号码不对", "Wrong number"), Option("refused", "拒绝交谈", "Refused to talk"),
    Option("channel_down", "发不出去", "Could not be sent")))
NOTE = Field("note", "longtext", "情况", "What happened", max=500)
RATING = Field("rating", "select", "反映人的评价", "Their rating", required=True, options=(
    Option("satisfied", "满意", "Satisfied"), Option("basic", "基本满意", "Fairly satisfied"),
    Option("dissatisfied", "不满意", "Dissatisfied")))
REASON = Field("reason", "longtext", "不满意的理由", "Why they are dissatisfied", max=1000)
READ_BACK = Field("read_back", "boolean", "已当面念给本人听，本人确认", "Read aloud to them, and they agreed",
                  required=True)

CONTACT, AT_THE_DOOR = (METHOD, RESULT, NOTE), (RATING, REASON, READ_BACK)


def is_worker_of(act: Act) -> bool:
    """Whether this is the worker of the grid where the case happened."""
    return act.case.grid_id is not None and any(
        post.role == "grid_worker" and post.grid_id == act.case.grid_id for post in act.actor.posts)


def may_rate_in_person(act: Host) -> bool:
    """The worker of the case's grid, unless they handled or settled it themselves."""
    own = act.actor.person_id
    did = act.case.handled_by_id == own or (act.case.settled_text is not None and act.case.reporter_id == own)
    return not did and is_worker_of(act)


def waits(*elements: str) -> Any:
    """Whether one of these tasks is open and the release knows the rules of calling back."""
    def can(act: Host, instance: Instance) -> bool:
        return callbacks.has_tables(act.pins) and _find_task(act, *elements) is not None
    return can


def may_record(act: Act, method: str) -> bool:
    """Whether this person records attempts made in this way: a seat all of them, a grid worker by the table."""
    return act.actor.has("seat") or callbacks.way_of(act.pins, method).by_worker


def narrow(act: Host, form: Form) -> Form:
    """The form of an attempt with the ways that this person may record."""
    mine = replace(METHOD, options=tuple(one for one in METHOD.options if may_record(act, one.id)))
    return replace(form, fields=tuple(mine if one.id == METHOD.id else one for one in form.fields))


def contact(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    """登记联系: one attempt; whoever was reached while somebody had to tell them has been told."""
    method, result, words = values["method"], values["result"], values.get("note", "")
    if not may_record(act, method):
        raise ActInvalid(fields={"method": ["您的岗位不登记这种联系，请选别的方式，或者由坐席登记。"]})
    task = _find_task(act, *TELLING)
    if result != "reached" or task is None:
        note_attempt(act, method, result, words)
        return
    if task.element == "call" and not callbacks.way_of(act.pins, method).in_person:
        raise ActInvalid(fields={"method": ["现在要由人打电话或者上门。"]})
    _complete(act, instance, task, {"outcome": "told", "method": method})
    if words:
        _row_of(act).sealed = sealing.seal_bytes(words.encode(), act.case.number)


def rate_in_person(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    """当面评价: what the reporter says at the door, read back to them."""
    rating, reason = values["rating"], values.get("reason", "")
    if not values["read_back"]:
        raise ActInvalid(fields={"read_back": ["请当面念给本人听，本人确认后再提交。"]})
    if rating == "dissatisfied" and not reason:
        raise ActInvalid(fields={"reason": ["请写明不满意的理由。"]})
    task = _find_task(act, "rate")
    assert task is not None
    _complete(act, instance, task, {"outcome": rating, "method": "face", "reason": reason})


def _complete(act: Host, instance: Instance, task: Task, form: Mapping[str, Any]) -> None:
    act.form = dict(form)
    source = act.source(instance.definition_id, "bpmn")
    step = processes.complete(source, instance.state, task.token, act.form, act, passed=act.passed)
    project(act, instance, step, done=task, outcome=str(form["outcome"]))


def _row_of(act: Act) -> ContactRecord:
    """The attempt that this act has noted."""
    return next(one for one in act.session.new if isinstance(one, ContactRecord) and one.case_id == act.case.id)


def _find_task(act: Act, *elements: str) -> Task | None:
    return next((task for task in act.file.tasks if task.element in elements), None)
