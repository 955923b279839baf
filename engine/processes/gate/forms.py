"""The forms drawn on user tasks, and what other vendors' modellers left in the file."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.expressions import problem_of_name
from engine.processes.fields import FIELD_TYPES
from engine.processes.foreign import meaning_of
from engine.processes.gate.drawing import Findings, is_count, title
from engine.processes.names import ACTIVITIES, BPMN, EVENTS, GATEWAYS, SPIFF, WANGGE, local, tag

_DRAWING = ("http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DI",
            "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
            "http://bpmn.io/schema/bpmn/biocolor/1.0", "http://www.w3.org/2001/XMLSchema-instance",
            "http://www.w3.org/XML/1998/namespace")
_OURS = frozenset({BPMN, SPIFF, WANGGE, *_DRAWING})
_DECLARED = ("message", "signal", "error", "escalation")
_DRAWN = ACTIVITIES | EVENTS | GATEWAYS | {"process", "sequenceFlow", *_DECLARED}
_SPIFF_WRONG = {"variableName": "表单的内容总是放在 form 里，variableName 不起作用",
                "processVariableCorrelation": "消息关联不起作用，请删除",
                "retry": "重试次数不起作用：服务失败会成为异常，由人处理",
                "properties": "表单文件等属性不起作用，请在图上画 wangge:form"}


def check_forms(process: Any, findings: Findings) -> None:
    """Check every wangge:form of a process."""
    for node in process.iter(f"{{{WANGGE}}}form"):
        extension = node.getparent()
        owner = extension.getparent() if extension is not None else node
        if local(owner.tag) not in ("userTask", "manualTask"):
            findings.error(owner, "form_misplaced", "表单只能画在用户任务上")
            continue
        if len(extension.findall(f"./{{{WANGGE}}}form")) > 1:
            findings.error(owner, "form_twice", f"「{title(owner)}」有两张表单，请留一张")
        _check_form(owner, node, findings)


def _check_form(owner: Any, form: Any, findings: Findings) -> None:
    outcomes = [child for child in form if local(child.tag) == "outcome"]
    fields = [child for child in form if local(child.tag) == "field"]
    for child in form:
        if local(child.tag) not in ("outcome", "field"):
            findings.error(owner, "form_content", f"表单里不认识「{local(child.tag)}」")
    _check_ids(owner, outcomes, "办理方式", findings)
    _check_ids(owner, fields, "字段", findings)
    known = {child.get("id") for child in outcomes} or {"done"}
    for field in fields:
        _check_field(owner, field, known, findings)


def _check_ids(owner: Any, children: list[Any], what: str, findings: Findings) -> None:
    for name, count in Counter(child.get("id") or "" for child in children).items():
        if problem := problem_of_name(name):
            findings.error(owner, "form_name", f"表单的{what}：{problem}")
        if count > 1:
            findings.error(owner, "form_duplicate", f"表单里有两个{what}叫「{name}」")
        if what == "字段" and name == "outcome":
            findings.error(owner, "form_name", "字段不能叫 outcome，它是办理方式")
    for child in children:
        if not child.get("label"):
            findings.warning(owner, "form_label", f"表单的{what}「{child.get('id')}」没有名称（label）")


def _check_field(owner: Any, field: Any, outcomes: set[str], findings: Findings) -> None:
    name, kind = field.get("id"), field.get("type") or "text"
    if kind not in FIELD_TYPES:
        findings.error(owner, "field_type",
                       f"字段「{name}」的类型「{kind}」不认识，可用：{'、'.join(sorted(FIELD_TYPES))}")
    options = field.findall(f"./{{{WANGGE}}}option")
    if kind == "select" and not options:
        findings.error(owner, "field_options", f"字段「{name}」没有选项")
    if len({option.get("id") for option in options}) < len(options):
        findings.error(owner, "field_options", f"字段「{name}」有两个相同的选项")
    unknown = sorted(set((field.get("when") or "").split()) - outcomes)
    if unknown:
        findings.error(owner, "field_when", f"字段「{name}」说的办理方式「{'、'.join(unknown)}」不存在")
    if field.get("required") not in (None, "true", "false"):
        findings.error(owner, "field_required", f"字段「{name}」的 required 只能是 true 或 false")
    if field.get("max") is not None and not is_count(field.get("max") or ""):
        findings.error(owner, "field_max", f"字段「{name}」的 max 必须是数字")


def check_extensions(root: Any, process: Any, findings: Findings) -> None:
    """Warn of what other vendors added and we do not run; refuse what says it must be understood."""
    for node in root.iter(tag("extension")):
        if (node.get("mustUnderstand") or "").lower() == "true":
            findings.error(process, "must_understand", f"图里要求必须支持扩展「{node.get('definition')}」，这里不支持")
    declared = root.iterchildren(*(tag(kind) for kind in _DECLARED))
    for node in [one for part in (process, *declared) for one in part.iter()]:
        if isinstance(node.tag, str):
            _check_foreign(node, findings)
            if node.tag.startswith(f"{{{SPIFF}}}") and local(node.tag) in _SPIFF_WRONG:
                _check_spiff(node, findings)


def _check_foreign(node: Any, findings: Findings) -> None:
    """Refuse another vendor's extension that works or moves data; warn of the others."""
    owner = _drawn(node)
    ignored = []
    for name in (node.tag, *node.attrib):
        vendor = _vendor(name)
        if not vendor:
            continue
        meaning, instead = meaning_of(vendor, local(name), node, owner)
        if meaning == "undone":
            findings.error(owner, "foreign_work", f"别家软件的扩展「{local(name)}」：{instead}")
        elif meaning == "ignored" and node.getparent() is not None and not _vendor(node.getparent().tag):
            ignored.append(local(name))
    if ignored:
        findings.warning(owner, "foreign_extension",
                         f"别家软件的扩展「{'、'.join(ignored)}」不起作用，请确认不靠它执行")


def _check_spiff(node: Any, findings: Findings) -> None:
    owner = _drawn(node)
    kind = local(node.tag)
    if kind == "variableName" and local(owner.tag) != "userTask":
        return
    findings.warning(owner, "extension_ignored", _SPIFF_WRONG[kind])


def _vendor(name: str) -> str:
    namespace = name[1:].partition("}")[0] if name.startswith("{") else ""
    return "" if not namespace or namespace in _OURS else namespace


def _drawn(node: Any) -> Any:
    current = node
    while current.getparent() is not None:
        if current.tag.startswith(f"{{{BPMN}}}") and local(current.tag) in _DRAWN:
            return current
        current = current.getparent()
    return node
