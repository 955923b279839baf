"""Elements that would run wrong or not at all, each with what to draw instead."""

from __future__ import annotations

from typing import Any

from engine.processes.extensions import thrown_by_instances
from engine.processes.gate.drawing import Findings, Scope, is_count, is_true, title
from engine.processes.gate.events import check_event, check_event_gateway, declared_event
from engine.processes.names import ACTIVITIES, BPMN, EVENTS, GATEWAYS, MOST_TOKENS, NODES, SCOPES, local, tag

_REFUSED = {
    "complexGateway": ("complex_gateway", "复杂网关不能执行，请用包容网关或并行网关加条件画出来"),
    "adHocSubProcess": ("ad_hoc", "即席子流程不能执行，请画成多实例或并行的任务"),
    "subChoreography": ("choreography", "编排图不能执行，请画成流程"),
    "callChoreography": ("choreography", "编排图不能执行，请画成流程"),
    "implicitThrowEvent": ("implicit_throw", "隐式抛出事件不能执行"),
    "correlationSubscription": ("correlation", "消息关联不起作用：消息只送给指定案件，请删除关联订阅"),
    "complexBehaviorDefinition": ("mi_behavior", "多实例的复杂行为不起作用，请删除"),
}
_KNOWN = frozenset({
    "sequenceFlow", "laneSet", "lane", "flowNodeRef", "childLaneSet", "incoming", "outgoing", "documentation",
    "extensionElements", "textAnnotation", "text", "association", "group", "category", "categoryValue", "dataObject",
    "dataObjectReference", "dataStoreReference", "dataState", "conditionExpression", "script", "ioSpecification",
    "dataInput", "dataOutput", "inputSet", "outputSet", "dataInputRefs", "dataOutputRefs", "auditing", "monitoring",
    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "loopCondition", "loopCardinality",
    "loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem", "completionCondition", "timeDate",
    "timeDuration", "timeCycle", "condition", "supportedInterfaceRef", "rendering", "eventDefinitionRef",
    "categoryValueRef", "optionalInputRefs", "whileExecutingInputRefs", "optionalOutputRefs",
    "whileExecutingOutputRefs", "activityRef", "source", "target", "sourceRef", "targetRef", "property", "operationRef",
    "dataInputAssociation", "dataOutputAssociation", "transformation", "assignment", "from", "to",
})
_SCOPED = SCOPES | {"adHocSubProcess"}
_INSIDE = {  # what some elements must be drawn in
    **dict.fromkeys(NODES | {"sequenceFlow"}, _SCOPED),
    **dict.fromkeys(("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"), ACTIVITIES),
    **dict.fromkeys(("timeDate", "timeDuration", "timeCycle"), frozenset({"timerEventDefinition"})),
    "conditionExpression": frozenset({"sequenceFlow"}), "script": frozenset({"scriptTask"}),
    "condition": frozenset({"conditionalEventDefinition"}),
}
_ASSIGNED = frozenset({"performer", "humanPerformer", "potentialOwner", "resourceRole"})


def check_elements(process: Any, scope: Scope, findings: Findings) -> None:
    """Refuse every element that is unknown or not run as BPMN says."""
    for node in process.iter(f"{{{BPMN}}}*"):
        _check_element(node, findings)
    for inner in scope.all():
        for node in inner.nodes.values():
            _check_node(node, inner, findings)


def _check_element(node: Any, findings: Findings) -> None:
    kind = local(node.tag)
    owner = _owner(node)
    inside = EVENTS if kind.endswith("EventDefinition") else _INSIDE.get(kind)
    if inside is not None and local(node.getparent().tag) not in inside:
        findings.error(owner, "misplaced", f"「{kind}」不能画在「{title(node.getparent())}」里面，请移出来或删除")
    elif kind in _REFUSED:
        code, message = _REFUSED[kind]
        findings.error(owner, code, message)
    elif kind in _ASSIGNED:
        findings.warning(owner, "assignment_ignored", "人员分派不起作用：由谁办理看泳道的名称和 candidates 表")
    elif kind == "process" or kind in _KNOWN or kind in ACTIVITIES | GATEWAYS | EVENTS \
            or kind.endswith("EventDefinition"):
        return
    elif owner.find(f".//{tag(kind)}") is not None and kind in ("resourceRef", "resourceAssignmentExpression",
                                                               "formalExpression", "resourceParameterBinding"):
        return
    else:
        findings.error(owner, "unknown_element", f"不认识的元素「{kind}」，请删除")


def _owner(node: Any) -> Any:
    """The nearest element with an id that people see on the drawing."""
    current = node
    while current is not None:
        if local(current.tag) in ACTIVITIES | GATEWAYS | EVENTS | {"process", "sequenceFlow"} and current.get("id"):
            return current
        current = current.getparent()
    return node


def _check_node(node: Any, scope: Scope, findings: Findings) -> None:
    kind = local(node.tag)
    _check_attributes(node, scope, findings)
    if kind in ACTIVITIES:
        _check_activity(node, findings)
    if kind in ("sendTask", "receiveTask"):
        _check_message_task(node, kind, findings)
    if kind in EVENTS:
        check_event(node, scope, findings)
    if kind == "eventBasedGateway":
        check_event_gateway(node, scope, findings)


def _check_attributes(node: Any, scope: Scope, findings: Findings) -> None:
    if not node.get("id"):
        findings.error(scope.node, "no_id", f"元素「{title(node)}」没有编号（id），请填写")
    if is_true(node, "instantiate"):
        findings.error(node, "instantiate", "不能由消息开始流程：流程由立案开始，请画一个空白开始事件")
    for name in ("startQuantity", "completionQuantity"):
        count = node.get(name, "1").strip()
        if not is_count(count) or not 0 < int(count) <= MOST_TOKENS:
            findings.error(node, "quantity", f"{name} 必须是 1 到 {MOST_TOKENS} 的整数")
        elif int(count) > 1:
            findings.unfinished(node, "quantity", f"「{title(node)}」一次收发几个令牌（{name}），请用并行网关画出来")


def _check_message_task(node: Any, kind: str, findings: Findings) -> None:
    declared = declared_event(node, "message", node.get("messageRef"))
    if kind == "sendTask" and declared is None:
        findings.warning(node, "message_to_nobody", f"「{title(node)}」没有指明哪一条消息，没有人会收到")
    elif kind == "receiveTask" and declared is None:
        note = findings.error if node.get("messageRef") or _may_be_meant(node) else findings.unfinished
        note(node, "message_missing", f"接收任务「{title(node)}」没有指明等哪一条消息，请选择或新建")


def _may_be_meant(node: Any) -> bool:
    """Whether somebody in the file sends a message without saying which: perhaps this task is meant."""
    root = node.getroottree().getroot()
    thrown = [found for kind in ("endEvent", "intermediateThrowEvent") for event in root.iter(tag(kind))
              for found in event.iter(tag("messageEventDefinition"))]
    return any(not found.get("messageRef") for found in [*thrown, *root.iter(tag("sendTask"))])


def _check_activity(node: Any, findings: Findings) -> None:
    loop = node.find(f"./{tag('standardLoopCharacteristics')}")
    if loop is not None:
        maximum = loop.get("loopMaximum")
        if maximum is None and loop.find(f"./{tag('loopCondition')}") is None:
            findings.error(node, "loop_without_end", "循环既没有条件也没有最多次数，请写其中一个")
        if maximum is not None and not is_count(maximum):
            findings.error(node, "loop_maximum", "循环的最多次数必须是数字")
    many = node.find(f"./{tag('multiInstanceLoopCharacteristics')}")
    if many is not None:
        _check_many(node, many, findings)


def _check_behavior(node: Any, many: Any, findings: Findings) -> None:
    """Instances may throw a signal or message when the first one completes, or each; nothing more complex."""
    behavior = many.get("behavior", "All")
    refers = [name for name in ("oneBehaviorEventRef", "noneBehaviorEventRef") if many.get(name)]
    if behavior == "All" and not refers:
        return
    thrown = thrown_by_instances(node)
    reference = None if thrown is None else thrown[1].get(f"{thrown[0]}Ref")
    if thrown is None or declared_event(node, thrown[0], reference) is None \
            or refers != [f"{behavior.lower()}BehaviorEventRef"]:
        findings.error(node, "mi_behavior", "多实例只能在第一个或每一个办完时抛出一条信号或消息"
                       "（behavior 为 One 或 None，并引用它），请改正或删除 behavior")
    elif _ends_itself(node, f"{thrown[0]}EventDefinition", f"{thrown[0]}Ref", reference):
        findings.error(node, "mi_behavior_interrupts", f"「{title(node)}」的实例办完时抛出的事件会中断其余的实例，"
                       "各家引擎做法不一，请把边界事件画成不中断的，或写 completionCondition 提前结束")
    else:
        findings.unfinished(node, "mi_behavior", f"「{title(node)}」的实例办完时抛出行为事件，请画成里面的抛出事件")


def _ends_itself(node: Any, definition: str, name: str, reference: str | None) -> bool:
    """Whether what the instances throw interrupts them: the standard leaves open what then becomes of the rest."""
    return any(event.get("attachedToRef") == node.get("id") and is_true(event, "cancelActivity", True)
               and reference in [caught.get(name) for caught in event.iterchildren(tag(definition))]
               for event in node.getparent().iterchildren(tag("boundaryEvent")))


def _check_many(node: Any, many: Any, findings: Findings) -> None:
    has = {local(child.tag): child for child in many}
    if ("loopCardinality" in has) == ("loopDataInputRef" in has):
        findings.error(node, "mi_collection", "多实例要么写个数，要么写集合的名称，不能都写或都不写")
    if ("loopDataOutputRef" in has) != ("outputDataItem" in has):
        findings.error(node, "mi_output", "多实例的结果要同时写结果集合和每个实例的结果名称")
    _check_behavior(node, many, findings)
    for name in ("loopDataInputRef", "loopDataOutputRef"):
        if name in has and not (has[name].text or "").strip().isidentifier():
            findings.error(node, "mi_name", f"多实例的「{name}」必须是一个数据名称")
    for name in ("inputDataItem", "outputDataItem"):
        if name in has and not (has[name].get("id") or "").isidentifier():
            findings.error(node, "mi_name", f"多实例的「{name}」的 id 就是数据名称，必须是合法的名称")
