"""Events that would run wrong or not at all, each with what to draw instead."""

from __future__ import annotations

from typing import Any

from engine.processes.beginnings import is_event_sub_process, is_none_start, link_of
from engine.processes.gate import conditions
from engine.processes.gate.drawing import Findings, Scope, definitions_of, event_kind, is_true, title
from engine.processes.names import ACTIVITIES, local, tag

_EVENTS_ALLOWED = {
    "startEvent": frozenset({"none", "timer"}),
    "endEvent": frozenset({"none", "message", "signal", "error", "escalation", "terminate", "cancel"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal", "conditional"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation", "cancel", "conditional"}),
}
_TOGETHER = {  # what may stand beside another definition in one event
    "endEvent": frozenset({"message", "signal", "escalation"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
}
_INSTEAD = {
    "cancel": "取消事件只能是事务子流程里的结束事件和事务边上的边界事件，请用错误事件",
    "conditional": conditions.REFUSED,
    "link": "这里不能画连接事件，请用中间事件",
}


def check_event(node: Any, scope: Scope, findings: Findings) -> None:
    """Refuse an event whose definition does not run here, or that hangs where it cannot happen."""
    about = event_kind(node)
    _check_definition(node, about, scope, findings)
    if local(node.tag) == "boundaryEvent":
        _check_boundary(node, about, scope, findings)
    if local(node.tag) == "intermediateCatchEvent" and node.find(f".//{tag('timeCycle')}") is not None:
        findings.error(node, "cyclic_pause", f"「{title(node)}」是流程中间的等待，令牌只过一次，不能写循环定时，"
                       "请写时长（PT1H），或画成不中断的边界事件")
    for definition in definitions_of(node):
        _check_reference(node, definition, findings)


def _check_definition(node: Any, about: str, scope: Scope, findings: Findings) -> None:
    kind = local(node.tag)
    if node.find(f"./{tag('eventDefinitionRef')}") is not None:
        findings.error(node, "event_reference", "请把事件的定义直接写在事件里，不要引用")
    elif is_event_sub_process(scope.node) and kind == "startEvent":
        _check_trigger(node, about, scope, findings)
    elif about == "multiple":
        _check_several(node, kind, findings)
    elif about == "link" and kind in ("intermediateCatchEvent", "intermediateThrowEvent"):
        _check_link(node, kind, scope, findings)
    elif kind == "startEvent" and about != "none":
        _check_typed_start(node, about, scope, findings)
    elif about != "compensate" and about not in _EVENTS_ALLOWED[kind]:  # compensation is looked at as a whole
        findings.error(node, f"{_snake(about)}_event", _INSTEAD.get(about, f"这里不能画这种事件（{about}）"))
    else:
        _check_place(node, about, kind, scope, findings)


def _check_place(node: Any, about: str, kind: str, scope: Scope, findings: Findings) -> None:
    """Some events run only in certain places."""
    if about == "cancel":
        _check_cancel(node, kind, scope, findings)
    elif about == "conditional":
        _check_conditional(node, findings)


def _check_conditional(node: Any, findings: Findings) -> None:
    if local(node.tag) == "intermediateCatchEvent":
        conditions.check_condition(node, findings)
    else:
        conditions.check_watching(node, conditions.host_of(node), findings)


def _check_several(node: Any, kind: str, findings: Findings) -> None:
    kinds = [local(definition.tag).removesuffix("EventDefinition") for definition in definitions_of(node)]
    if is_true(node, "parallelMultiple") and kind != "intermediateCatchEvent":
        findings.error(node, "parallel_multiple", "并行多重事件只能画成中间捕获事件，请用并行网关和几个事件画出来")
    for about in kinds:
        if about not in _TOGETHER.get(kind, frozenset()):
            findings.error(node, "multiple_event", f"一个事件里不能同时画几个定义（{'、'.join(kinds)}），请分开画")


def _check_typed_start(node: Any, about: str, scope: Scope, findings: Findings) -> None:
    if any(is_none_start(other) for other in scope.of("startEvent")):
        return  # it begins another instance; said with the starts
    if about != "timer" or local(scope.node.tag) != "process":
        findings.error(node, "typed_start", "流程由立案开始，开始事件不能带类型，请画空白开始事件")
    elif node.find(f".//{tag('timeCycle')}") is not None:
        findings.error(node, "cyclic_start", "循环的定时开始会开始许多个实例，请画空白开始事件，由外面定时立案")


def _check_cancel(node: Any, kind: str, scope: Scope, findings: Findings) -> None:
    transaction = scope.nodes.get(node.get("attachedToRef") or "") if kind == "boundaryEvent" else scope.node
    if transaction is None or local(transaction.tag) != "transaction" or not is_true(node, "cancelActivity", True):
        findings.error(node, "cancel_event", _INSTEAD["cancel"])
    elif kind == "endEvent" and not any(
            event_kind(other) == "cancel" and other.get("attachedToRef") == transaction.get("id")
            for other in transaction.getparent().iterchildren(tag("boundaryEvent"))):
        findings.error(node, "cancel_uncaught", "事务边上没有取消边界事件，取消后不知道往哪里走，请补上")


def _check_trigger(node: Any, about: str, scope: Scope, findings: Findings) -> None:
    if about not in _EVENTS_ALLOWED["boundaryEvent"] - {"cancel"} or is_true(node, "parallelMultiple"):
        findings.error(scope.node, "event_sub_process",
                       "事件子流程要由定时、消息、信号、错误或升级开始，请改开始事件，或画成边界事件")
    elif about == "conditional":
        _check_conditional(node, findings)
    if about == "error" and not is_true(node, "isInterrupting", True):
        findings.error(node, "error_not_interrupting", "错误事件总是中断所在范围的，请改成实线边框")
    for other in scope.node.getparent():
        thrown = tag(f"{about}EventDefinition") if about in ("error", "escalation") else ""
        if thrown and is_event_sub_process(other) and other is not scope.node and any(
                local(found.getparent().tag) in ("endEvent", "intermediateThrowEvent") for found in other.iter(thrown)):
            findings.error(other, "thrown_beside", f"「{title(other)}」抛出的，同一层的「{title(scope.node)}」接不到，"
                           "请在里面接住，或把它画成普通子流程加边界事件")


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
    if is_event_sub_process(activity):
        findings.error(node, "boundary_at_event_sub_process", f"事件子流程「{title(activity)}」的边上不能挂边界事件，"
                       "请把它画到里面的活动上")
    if about == "error" and not is_true(node, "cancelActivity", True):
        findings.error(node, "error_not_interrupting", "错误事件总是中断活动的，请改成实线边框")
    if about in ("error", "escalation") and local(activity.tag) not in ("subProcess", "callActivity", "transaction"):
        findings.warning(node, "never_thrown", f"「{title(activity)}」里没有东西会抛出它，这个边界事件不会发生")
    same = [other for other in scope.attached(activity.get("id")) if event_kind(other) == about]
    if about in ("error", "escalation") and len(same) > 1:
        codes = [_code(other, about) for other in same]
        if len(set(codes)) < len(codes):
            findings.error(node, "same_boundary_twice", "同一个活动上有两个接住同一代码的边界事件，请留一个")
        elif None in codes:
            findings.warning(node, "catch_all_beside_coded",
                             "有代码的和不限代码的边界事件在一起：只有有代码的那个会发生")


def _code(node: Any, about: str) -> str | None:
    """What errors and escalations are matched by; None catches all."""
    reference = definitions_of(node)[0].get(f"{about}Ref")
    declared = declared_event(node, about, reference)
    code: str | None = reference if declared is None else declared.get(f"{about}Code") or reference
    return code


def _check_reference(node: Any, definition: Any, findings: Findings) -> None:
    about = local(definition.tag).removesuffix("EventDefinition")
    if about not in ("message", "signal"):
        return
    reference = definition.get(f"{about}Ref")
    declared = declared_event(node, about, reference)
    word = "消息" if about == "message" else "信号"
    if declared is None and local(node.tag) in ("endEvent", "intermediateThrowEvent"):
        findings.warning(node, f"{about}_to_nobody", f"「{title(node)}」没有指明哪一条{word}，没有人会收到")
    elif declared is None:
        findings.error(node, f"{about}_missing", f"事件「{title(node)}」没有指明哪一条{word}，请选择或新建")
    elif not declared.get("name"):
        findings.warning(node, f"{about}_unnamed", f"{word}「{reference}」没有名称，就用它的编号")


def declared_event(node: Any, about: str, reference: str | None) -> Any:
    """The message, signal, error or escalation of the file that a reference names; None when there is none."""
    if not reference:
        return None
    root = node.getroottree().getroot()
    return next((found for found in root.iter(tag(about)) if found.get("id") == reference.rpartition(":")[2]), None)


def check_event_gateway(node: Any, scope: Scope, findings: Findings) -> None:
    """Refuse an event-based gateway whose ways do not all begin with an event of their own."""
    if (node.get("eventGatewayType") or "Exclusive").lower() != "exclusive":
        findings.error(node, "event_gateway_parallel", "并行的事件网关不能执行，请用并行网关和几个事件画出来")
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
