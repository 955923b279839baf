"""What changed between two versions, in words of both languages."""

from __future__ import annotations

from flask import Flask, g
from flask_babel import gettext as _
from markupsafe import Markup

from engine.cases import drafting
from engine.library.findings import Finding
from engine.processes import Change, ElementInfo, OpenTask
from engine.processes.comparing import Detail
from web import identity, languages, wording
from web.console import marks, shell
from web.db import db
from web.findings import english

_TYPES = {
    "process": ("流程", "the diagram"), "userTask": ("人工任务", "user task"), "task": ("任务", "task"),
    "manualTask": ("手工任务", "manual task"), "serviceTask": ("服务任务", "service task"),
    "scriptTask": ("脚本任务", "script task"), "businessRuleTask": ("规则任务", "business rule task"),
    "sendTask": ("发送任务", "send task"), "receiveTask": ("接收任务", "receive task"),
    "subProcess": ("子流程", "sub-process"), "callActivity": ("调用", "call"), "transaction": ("事务", "transaction"),
    "exclusiveGateway": ("排他网关", "exclusive gateway"), "parallelGateway": ("并行网关", "parallel gateway"),
    "inclusiveGateway": ("包容网关", "inclusive gateway"), "eventBasedGateway": ("事件网关", "event-based gateway"),
    "complexGateway": ("复杂网关", "complex gateway"), "adHocSubProcess": ("即席子流程", "ad-hoc sub-process"),
    "startEvent": ("开始", "start"), "endEvent": ("结束", "end"), "boundaryEvent": ("边界事件", "boundary event"),
    "intermediateCatchEvent": ("中间事件", "intermediate event"), "sequenceFlow": ("连线", "flow"),
    "intermediateThrowEvent": ("中间事件", "intermediate event"),
}
_WHATS = {
    "name": ("名称", "name"), "documentation": ("说明", "documentation"), "cites": ("依据条文", "articles"),
    "inputs": ("输入", "inputs"), "outputs": ("输出", "outputs"), "type": ("种类", "kind"), "lane": ("泳道", "lane"),
    "calls": ("调用", "uses"), "timer": ("定时", "timer"), "attached": ("附着在", "attached to"),
    "default": ("都不符合时走向", "default way"), "script": ("脚本", "script"), "from": ("起点", "from"),
    "to": ("终点", "to"), "condition": ("条件", "condition"), "rest": ("其他设置有改动", "other settings changed"),
    "outcome": ("办理方式", "outcome"), "field": ("表单项", "field"),
}
_PROPS = {"limit": ("时限", "limit"), "stage": ("阶段", "stage")}


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.filters.update(change_words=change_words, type_words=type_words, detail_words=detail_words,
                                 draft_state=draft_state, finding_words=finding_words,
                                 marks_json=marks.as_json, marks_of=marks.of_changes, called=called,
                                 broken_words=broken_words)
    app.jinja_env.globals.update(to_decide=to_decide)


def draft_state(state: str) -> str:
    """How far a draft has come."""
    said = {"open": _("not submitted"), "submitted": _("waits for approval"), "published": _("published"),
            "rejected": _("sent back"), "withdrawn": _("withdrawn")}
    return str(said[state])


def finding_words(finding: Finding) -> str:
    """What the gate found, in the reader's language."""
    return finding.message if shell.language() == "zh" else english(finding)


def broken_words(problem: tuple[str, str, str]) -> str:
    """Why a rehearsal breaks: in English what kind of error it is, then what the engine says of it."""
    _element, code, said = problem
    return Markup("{} {}").format(wording.english(code, {}) if shell.language() == "en" else "", languages.typed(said))


def called(one: ElementInfo | OpenTask) -> str:
    """What an element is called: as drawn, or by the English name that the diagram brings along."""
    name = one.props.get("nameEn") if shell.language() == "en" else None
    return (name or one.name).replace("\n", "")


def to_decide() -> int:
    """How many drafts wait for the reader's word; asked once a request."""
    if "to_decide" not in g:
        actor = identity.find_actor()
        g.to_decide = drafting.count_to_decide(db.session(), actor) if actor else 0
    found: int = g.to_decide
    return found


def type_words(kind: str) -> str:
    """What an element's kind is called."""
    return _TYPES[kind][shell.language() == "en"] if kind in _TYPES else kind


def change_words(change: Change) -> str:
    """An element and what became of it, in one line."""
    said = {"added": _("New %(type)s «%(name)s»", type=type_words(change.type), name=change.name),
            "removed": _("Gone: %(type)s «%(name)s»", type=type_words(change.type), name=change.name),
            "changed": _("Changed: %(type)s «%(name)s»", type=type_words(change.type), name=change.name)}
    return str(said[change.kind])


def detail_words(detail: Detail) -> str:
    """What the property that differs is called."""
    english = shell.language() == "en"
    pair = _PROPS.get(detail.of, (detail.of, detail.of)) if detail.what == "prop" else _WHATS.get(detail.what)
    name = pair[english] if pair else detail.what
    return f"{name} {detail.of}" if detail.of and detail.what in ("outcome", "field") else name
