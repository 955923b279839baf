"""Every text that is evaluated: conditions, scripts, timers, counts, parameters and payloads."""

from __future__ import annotations

from typing import Any

from engine.expressions import ExpressionRefused, compile_assignments, compile_expression, problem_of_name
from engine.processes.extensions import operation_of, script_of
from engine.processes.foreign import is_foreign, language_of
from engine.processes.gate.drawing import Findings, definitions_of, title
from engine.processes.names import ACTIVITIES, FUNCTIONS, RESERVED, local, tag
from engine.processes.timers import is_iso, is_like_iso, why_unreadable

_PLAIN = ("conditionExpression", "loopCondition", "loopCardinality", "completionCondition", "condition")
_TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_PAYLOADS = ("messagePayload", "payloadExpression")
_DECLARED = ("message", "signal", "error", "escalation")
_VARIABLES = ("messageVariable", "variableName")
_EXPRESSIONS = ("", "python", "x-python", "xpath")  # XPath is what the standard says when nobody chose
_LANGUAGES = ("", "python", "text/python", "application/python", "text/x-python", "application/x-python")


def check_texts(process: Any, findings: Findings) -> None:
    """Compile every expression and script of a process and of the messages and the like declared beside it."""
    for node in process.iter():
        _check_text(node, findings)
    for declared in process.getroottree().getroot().iterchildren(*(tag(kind) for kind in _DECLARED)):
        for node in declared.iter():
            _check_text(node, findings)


def _check_text(node: Any, findings: Findings) -> None:
    kind = local(node.tag)
    if kind in _PLAIN:
        _check_language(node, findings)
        _check_expression(node.getparent(), node.text, findings)
    elif kind == "scriptTask":
        _check_script_task(node, findings)
    elif kind in ("preScript", "postScript") and (node.text or "").strip():
        _check_script_around(node.getparent().getparent(), node.text, findings)
    elif kind == "timerEventDefinition":
        _check_timer(node, findings)
    elif kind == "serviceTask":
        _check_parameters(node, findings)
    elif kind in _PAYLOADS or kind in _VARIABLES:
        _check_payload(node, kind, findings)


def _check_language(node: Any, findings: Findings) -> None:
    """Refuse a text that says it is in a language which is neither ours nor could be translated."""
    if language_of(node) not in _EXPRESSIONS:
        findings.error(_owner(node), "expression_language", f"表达式语言「{node.get('language')}」不能执行，"
                       "请写成这里的表达式，例如 form[\"outcome\"] == \"pass\"")


def _check_expression(node: Any, text: str | None, findings: Findings) -> None:
    if node.get("id") is None or local(node.tag).endswith("Characteristics"):
        node = _owner(node)
    written = (text or "").strip()
    try:
        compile_expression(written, FUNCTIONS)
    except ExpressionRefused as refused:
        findings.error(node, "expression", f"{refused.message}{_hint(written)}")


def _owner(node: Any) -> Any:
    """The nearest element around this one that has an id; without any, the element itself."""
    return next((around for around in node.iterancestors() if around.get("id") is not None), node)


def _hint(text: str) -> str:
    if is_foreign(text):
        return "；别家软件的表达式只读得懂简单的比较，请直接写表达式，例如 form[\"outcome\"] == \"pass\""
    return ""


def _check_script_task(node: Any, findings: Findings) -> None:
    script = script_of(node)
    if script and (node.get("scriptFormat") or "").strip().lower() not in _LANGUAGES:
        findings.error(node, "script_language", f"脚本语言「{node.get('scriptFormat')}」不能执行，请写 名称 = 表达式")
    elif not script:
        findings.warning(node, "script_empty", f"脚本任务「{title(node)}」没有内容，走到它什么也不做")
    else:
        _check_script(node, script, findings)


def _check_script_around(node: Any, text: str, findings: Findings) -> None:
    if local(node.tag) not in ACTIVITIES:
        findings.error(node, "script_unused", f"「{title(node)}」前后的脚本不会执行，请移到它前面或后面的脚本任务里")
    _check_script(node, text, findings)


def _check_script(node: Any, text: str, findings: Findings) -> None:
    try:
        compile_assignments(text, FUNCTIONS, reserved=RESERVED)
    except ExpressionRefused as refused:
        findings.error(node, "script", refused.message)


def _check_timer(definition: Any, findings: Findings) -> None:
    node = definition.getparent()
    times = [child for child in definition if local(child.tag) in _TIMES]
    text = (times[0].text or "").strip() if times else ""
    if len(times) != 1 or not text:
        findings.error(node, "timer_empty", f"定时事件「{title(node)}」没有写时间，请写 due(\"阶段\") 或 PT1H")
    elif is_iso(_TIMES[local(times[0].tag)], text):
        if why := why_unreadable(_TIMES[local(times[0].tag)], text):
            findings.error(node, "timer_unreadable", f"定时「{text[:40]}」算不出时间：{why}")
    elif is_like_iso(text):
        findings.error(node, "timer_unreadable",
                       f"定时「{text[:40]}」不是可用的时间，请写成 PT1H、R3/PT1H 或 2026-03-02T09:00:00Z")
    else:
        _check_expression(node, text, findings)


def _check_parameters(node: Any, findings: Findings) -> None:
    _, result, params = operation_of(node)
    if result and (problem := problem_of_name(result, FUNCTIONS | RESERVED)):
        findings.error(node, "result_variable", problem)
    for name, text in params.items():
        try:
            compile_expression(text, FUNCTIONS)
        except ExpressionRefused as refused:
            findings.error(node, "parameter", f"参数「{name}」：{refused.message}")


def _check_payload(node: Any, kind: str, findings: Findings) -> None:
    owner = _owner(node)
    written = (node.text or "").strip()
    if kind in _VARIABLES and written and (problem := problem_of_name(written, FUNCTIONS | RESERVED)):
        findings.error(owner, "variable_name", problem)
    elif kind in _PAYLOADS and written:
        _check_expression(owner, written, findings)


def check_names(process: Any, findings: Findings) -> None:
    """Names of inputs, outputs and items are data names."""
    declared = process.findall(f"./{tag('ioSpecification')}/*")
    for node in [*(one for one in declared if local(one.tag) in ("dataInput", "dataOutput")),
                 *process.iter(tag("inputDataItem"), tag("outputDataItem"))]:
        name = node.get("id") or ""
        if problem := problem_of_name(name, FUNCTIONS | RESERVED - {"form"}):
            findings.error(node, "data_name", problem)
    for definition in process.iter("{*}errorEventDefinition"):
        reference = definition.get("errorRef")
        if reference and not _exists(process, "error", reference):
            findings.error(definition.getparent(), "error_missing", f"错误「{reference}」不存在，请新建或改选")
    for definition in process.iter("{*}escalationEventDefinition"):
        reference = definition.get("escalationRef")
        if reference and not _exists(process, "escalation", reference):
            findings.error(definition.getparent(), "escalation_missing", f"升级「{reference}」不存在，请新建或改选")


def _exists(process: Any, kind: str, reference: str) -> bool:
    root = process.getroottree().getroot()
    return any(found.get("id") == reference.rpartition(":")[2] for found in root.iter(tag(kind)))


def check_event_count(process: Any, findings: Findings) -> None:
    """An event has at most one definition (several are refused with the element)."""
    for node in process.iter(tag("boundaryEvent")):
        if not definitions_of(node):
            findings.error(node, "boundary_without_event", f"边界事件「{title(node)}」没有说明等什么")

