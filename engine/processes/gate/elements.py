"""Elements that would run wrong or not at all, each with what to draw instead."""

from __future__ import annotations

from typing import Any

from engine.processes.gate.drawing import (
    Findings,
    Scope,
    definitions_of,
    event_kind,
    is_true,
    title,
)
from engine.processes.names import ACTIVITIES, BPMN, EVENTS, GATEWAYS, local, tag
from engine.processes.rewriting import is_event_sub_process, link_of

_REFUSED = {
    "complexGateway": ("complex_gateway", "复杂网关不能执行，请用包容网关或并行网关加条件画出来"),
    "transaction": ("transaction", "事务子流程不能执行，请画成普通子流程，撤销的步骤明确画出来"),
    "adHocSubProcess": ("ad_hoc", "即席子流程不能执行，请画成多实例或并行的任务"),
    "subChoreography": ("choreography", "编排图不能执行，请画成流程"),
    "callChoreography": ("choreography", "编排图不能执行，请画成流程"),
    "implicitThrowEvent": ("implicit_throw", "隐式抛出事件不能执行"),
    "dataInputAssociation": ("data_association", "数据关联不起作用，请用脚本任务写 名称 = 表达式"),
    "dataOutputAssociation": ("data_association", "数据关联不起作用，请用脚本任务写 名称 = 表达式"),
    "property": ("property", "流程属性不起作用，请用脚本任务写 名称 = 表达式"),
    "correlationSubscription": ("correlation", "消息关联不起作用：消息只送给指定案件，请删除关联订阅"),
    "complexBehaviorDefinition": ("mi_behavior", "多实例的复杂行为不起作用，请删除"),
}
_EVENTS_ALLOWED = {
    "startEvent": frozenset({"none"}),
    "endEvent": frozenset({"none", "message", "signal", "error", "escalation", "terminate"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
}
_INSTEAD = {
    "compensate": "补偿事件不能执行，请把撤销的步骤画成普通任务",
    "cancel": "取消事件只用于事务，不能执行，请用错误事件",
    "conditional": "条件事件不能执行，请在网关上判断条件，或由服务任务发出信号",
    "link": "这里不能画连接事件，请用中间事件",
    "multiple": "一个事件里只能有一个定义，请分开画",
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
    "whileExecutingOutputRefs", "activityRef", "source", "target",
})
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
    if kind in _REFUSED:
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
        _check_event(node, scope, findings)
    if kind == "eventBasedGateway":
        _check_event_gateway(node, scope, findings)


def _check_attributes(node: Any, scope: Scope, findings: Findings) -> None:
    if not node.get("id"):
        findings.error(scope.node, "no_id", f"元素「{title(node)}」没有编号（id），请填写")
    if is_true(node, "isForCompensation"):
        findings.error(node, "compensation", "补偿活动不能执行，请画成普通任务")
    if is_true(node, "instantiate"):
        findings.error(node, "instantiate", "不能由消息开始流程：流程由立案开始，请画一个空白开始事件")
    if {node.get("startQuantity", "1"), node.get("completionQuantity", "1")} != {"1"}:
        findings.error(node, "quantity", "不支持一次多个令牌（startQuantity、completionQuantity）")


def _check_message_task(node: Any, kind: str, findings: Findings) -> None:
    declared = _declared(node, "message", node.get("messageRef"))
    if kind == "sendTask" and declared is None:
        findings.warning(node, "message_to_nobody", f"「{title(node)}」没有指明哪一条消息，没有人会收到")
    elif declared is None or not declared.get("name"):
        findings.error(node, "message_missing", f"接收任务「{title(node)}」没有指明等哪一条有名称的消息，请选择或新建")


def _check_activity(node: Any, findings: Findings) -> None:
    if node.find(f"./{tag('ioSpecification')}") is not None:
        findings.error(node, "activity_io", f"「{title(node)}」上不能写输入输出规范，请写在被调用的流程上")
    loop = node.find(f"./{tag('standardLoopCharacteristics')}")
    if loop is not None:
        maximum = loop.get("loopMaximum")
        if maximum is None and loop.find(f"./{tag('loopCondition')}") is None:
            findings.error(node, "loop_without_end", "循环既没有条件也没有最多次数，请写其中一个")
        if maximum is not None and not maximum.isdigit():
            findings.error(node, "loop_maximum", "循环的最多次数必须是数字")
    many = node.find(f"./{tag('multiInstanceLoopCharacteristics')}")
    if many is not None:
        _check_many(node, many, findings)


def _check_many(node: Any, many: Any, findings: Findings) -> None:
    has = {local(child.tag): child for child in many}
    if ("loopCardinality" in has) == ("loopDataInputRef" in has):
        findings.error(node, "mi_collection", "多实例要么写个数，要么写集合的名称，不能都写或都不写")
    if ("loopDataOutputRef" in has) != ("outputDataItem" in has):
        findings.error(node, "mi_output", "多实例的结果要同时写结果集合和每个实例的结果名称")
    if many.get("behavior", "All") != "All" or many.get("noneBehaviorEventRef") or many.get("oneBehaviorEventRef"):
        findings.error(node, "mi_behavior", "多实例不能抛出行为事件，请删除 behavior")
    for name in ("loopDataInputRef", "loopDataOutputRef"):
        if name in has and not (has[name].text or "").strip().isidentifier():
            findings.error(node, "mi_name", f"多实例的「{name}」必须是一个数据名称")
    for name in ("inputDataItem", "outputDataItem"):
        if name in has and not (has[name].get("id") or "").isidentifier():
            findings.error(node, "mi_name", f"多实例的「{name}」的 id 就是数据名称，必须是合法的名称")


def _check_event(node: Any, scope: Scope, findings: Findings) -> None:
    about = event_kind(node)
    _check_definition(node, about, scope, findings)
    if local(node.tag) == "boundaryEvent":
        _check_boundary(node, about, scope, findings)
    if about in ("message", "signal"):
        _check_reference(node, about, findings)


def _check_definition(node: Any, about: str, scope: Scope, findings: Findings) -> None:
    kind = local(node.tag)
    if node.find(f"./{tag('eventDefinitionRef')}") is not None:
        findings.error(node, "event_reference", "请把事件的定义直接写在事件里，不要引用")
    elif is_true(node, "parallelMultiple"):
        findings.error(node, "parallel_multiple", "并行多重事件不能执行，请用并行网关和几个事件画出来")
    elif is_event_sub_process(scope.node) and kind == "startEvent":
        _check_trigger(node, about, scope, findings)
    elif about == "link" and kind in ("intermediateCatchEvent", "intermediateThrowEvent"):
        _check_link(node, kind, scope, findings)
    elif kind == "startEvent" and about != "none":
        findings.error(node, "typed_start", "流程由立案开始，开始事件不能带类型，请画空白开始事件")
    elif about not in _EVENTS_ALLOWED[kind]:
        findings.error(node, f"{_snake(about)}_event", _INSTEAD.get(about, f"这里不能画这种事件（{about}）"))


def _check_trigger(node: Any, about: str, scope: Scope, findings: Findings) -> None:
    if about not in _EVENTS_ALLOWED["boundaryEvent"]:
        findings.error(scope.node, "event_sub_process",
                       "事件子流程要由定时、消息、信号、错误或升级开始，请改开始事件，或画成边界事件")
    if about == "error" and not is_true(node, "isInterrupting", True):
        findings.error(node, "error_not_interrupting", "错误事件总是中断所在范围的，请改成实线边框")
    around = scope.node.getparent()
    if any(event_kind(end) == "terminate" for end in around.iterchildren(tag("endEvent"))):
        findings.error(scope.node, "terminate_beside_event_sub_process",
                       "有事件子流程的范围里不能画终止结束事件，请改用普通结束事件")


def _check_link(node: Any, kind: str, scope: Scope, findings: Findings) -> None:
    name = link_of(node)
    if kind == "intermediateCatchEvent":
        same = [other for other in scope.of(kind) if link_of(other) == name]
        if len(same) > 1:
            findings.error(node, "link_twice", f"有两个捕获连接事件都叫「{name}」，请留一个")
        if scope.incoming(node.get("id")):
            findings.error(node, "link_entered", f"捕获连接事件「{title(node)}」不能有进入的顺序流")
    else:
        if name not in [link_of(other) for other in scope.of("intermediateCatchEvent")]:
            findings.error(node, "link_unpaired", f"连接事件「{name}」没有同名的捕获事件，请补上或改成顺序流")
        if scope.outgoing(node.get("id")):
            findings.error(node, "link_left", f"抛出连接事件「{title(node)}」不能有出来的顺序流")


def _snake(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)


def _check_boundary(node: Any, about: str, scope: Scope, findings: Findings) -> None:
    activity = scope.nodes.get(node.get("attachedToRef") or "")
    if activity is None or local(activity.tag) not in ACTIVITIES:
        findings.error(node, "boundary_unattached", "边界事件没有挂在同一层的活动上")
        return
    if about == "error" and not is_true(node, "cancelActivity", True):
        findings.error(node, "error_not_interrupting", "错误事件总是中断活动的，请改成实线边框")
    if about in ("error", "escalation") and local(activity.tag) not in ("subProcess", "callActivity"):
        findings.warning(node, "never_thrown", f"「{title(activity)}」里没有东西会抛出它，这个边界事件不会发生")
    same = [other for other in scope.attached(activity.get("id")) if event_kind(other) == about]
    if about in ("error", "escalation") and len(same) > 1:
        codes = [definitions_of(other)[0].get(f"{about}Ref") for other in same]
        if len(set(codes)) < len(codes):
            findings.error(node, "same_boundary_twice", "同一个活动上有两个接住同一代码的边界事件，请留一个")
        elif None in codes:
            findings.warning(node, "catch_all_beside_coded",
                             "有代码的和不限代码的边界事件在一起：只有有代码的那个会发生")


def _check_reference(node: Any, about: str, findings: Findings) -> None:
    reference = definitions_of(node)[0].get(f"{about}Ref")
    declared = _declared(node, about, reference)
    word = "消息" if about == "message" else "信号"
    if declared is None and local(node.tag) in ("endEvent", "intermediateThrowEvent"):
        findings.warning(node, f"{about}_to_nobody", f"「{title(node)}」没有指明哪一条{word}，没有人会收到")
    elif declared is None:
        findings.error(node, f"{about}_missing", f"事件「{title(node)}」没有指明哪一条{word}，请选择或新建")
    elif not declared.get("name"):
        findings.error(node, f"{about}_unnamed", f"{word}「{reference}」没有名称，请填写名称")


def _declared(node: Any, about: str, reference: str | None) -> Any:
    if not reference:
        return None
    root = node.getroottree().getroot()
    return next((found for found in root.iter(tag(about)) if found.get("id") == reference.rpartition(":")[2]), None)


def _check_event_gateway(node: Any, scope: Scope, findings: Findings) -> None:
    targets = [scope.nodes.get(name) for name in scope.successors(node.get("id") or "")]
    if len(targets) < 2:
        findings.error(node, "event_gateway_single", "事件网关后面至少要有两个事件")
    for target in targets:
        if target is None:
            continue
        catches = local(target.tag) == "receiveTask" or (
            local(target.tag) == "intermediateCatchEvent" and event_kind(target) in ("timer", "message", "signal"))
        if not catches:
            findings.error(node, "event_gateway_target", f"事件网关后面只能是等待事件，「{title(target)}」不是")
        elif len(scope.incoming(target.get("id"))) > 1:
            findings.error(target, "event_gateway_shared", "事件网关后面的事件不能再有别的入口")
        elif scope.attached(target.get("id")):
            findings.error(target, "event_gateway_boundary", "事件网关后面的接收任务上不能挂边界事件")
