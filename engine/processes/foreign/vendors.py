"""What the extensions of other vendors mean to us: read, of no effect here, or work that would be left undone."""

from __future__ import annotations

from typing import Any, Literal

from engine.processes.names import local

Meaning = Literal["read", "ignored", "undone"]
CAMUNDA_LIKE = ("http://camunda.org/schema/1.0/bpmn", "http://flowable.org/bpmn", "http://activiti.org/bpmn",
                "http://operaton.org/schema/1.0/bpmn")
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
DROOLS = "http://www.jboss.org/drools"
VENDORS = (*CAMUNDA_LIKE, ZEEBE, DROOLS)

_READ = {
    "serviceTask": {"taskDefinition", "topic", "type", "class", "delegateExpression", "expression"},
    "businessRuleTask": {"calledDecision", "decisionRef", "mapDecisionResult", "resultVariable"},
    "callActivity": {"calledElement", "loopCharacteristics", "collection", "elementVariable"},
    "scriptTask": {"script"},
}
_ON_ANY_ACTIVITY = {"loopCharacteristics", "collection", "elementVariable"}
_UNDONE = {
    "executionListener": "监听器不会执行，请把要办的事画成服务任务",
    "executionListeners": "监听器不会执行，请把要办的事画成服务任务",
    "taskListener": "监听器不会执行，请把要办的事画成服务任务",
    "taskListeners": "监听器不会执行，请把要办的事画成服务任务",
    "onEntry-script": "进出时的脚本不会执行，请画成脚本任务",
    "onExit-script": "进出时的脚本不会执行，请画成脚本任务",
    "endDate": "定时的截止时间不起作用，请写成重复几次（R3/PT1H）",
    "businessCalendarName": "定时不按别家软件的日历计算，请写 due(\"阶段\") 或绝对时间",
    "connector": "连接器不会执行，请画成服务任务并选一个操作",
    "errorEventDefinition": "由外部任务抛出的错误不会发生，请在流程里画错误结束事件",
    "output": "数据映射不起作用，请用脚本任务写 名称 = 表达式",
    "outputParameter": "数据映射不起作用，请用脚本任务写 名称 = 表达式",
    "skipExpression": "跳过条件不起作用，请用排他网关画出来",
    "resource": "写在别处的脚本或条件不会执行，请直接写在图里",
    "errorCodeVariable": "错误代码不会写进数据，请用不同代码的边界事件分开画",
    "errorMessageVariable": "错误内容不会写进数据，请用不同代码的边界事件分开画",
    "escalationCodeVariable": "升级代码不会写进数据，请用不同代码的边界事件分开画",
    "errorVariableName": "错误内容不会写进数据，请用不同代码的边界事件分开画",
}
_UNDONE_INSIDE = {"input", "inputParameter"}
_COMPUTES = frozenset({"scriptTask", "subProcess", "transaction", "callActivity", "businessRuleTask"})


def meaning_of(vendor: str, name: str, node: Any, owner: Any) -> tuple[Meaning, str]:
    """What an extension (its namespace, its name) on a drawn element means; with what to draw instead when undone."""
    kind = local(owner.tag)
    if vendor not in VENDORS:
        return "ignored", ""
    if name in _UNDONE:
        return "undone", _UNDONE[name]
    if name in _UNDONE_INSIDE and kind in _COMPUTES:
        return "undone", "数据映射不起作用，请用脚本任务写 名称 = 表达式，或在被调用的流程上声明输入输出"
    if name in ("in", "out"):
        return _mapped(node)
    if name in ("resultVariable", "resultVariableName") and kind != "businessRuleTask":
        return "undone", "表达式的结果不会写进数据，请用脚本任务写 名称 = 表达式，或用服务任务的 resultVariable"
    if name in _READ.get(kind, set()) or name in _ON_ANY_ACTIVITY:
        return "read", ""
    return "ignored", ""


def _mapped(node: Any) -> tuple[Meaning, str]:
    """A call activity passes all data, or none, or what the called process declares; nothing in between."""
    if node.get("variables") == "all" or node.get("businessKey"):
        return "read", ""
    return "undone", "调用活动的数据映射不起作用，请在被调用的流程上声明输入输出（ioSpecification）"


def vendor_attribute(node: Any, *names: str) -> str:
    """The first of these attributes, of any vendor like Camunda; "" when there is none."""
    for vendor in CAMUNDA_LIKE:
        for name in names:
            found = node.get(f"{{{vendor}}}{name}")
            if found:
                return str(found).strip()
    return ""


def zeebe_extension(node: Any, name: str) -> Any:
    """A Zeebe extension element directly on a node, or None."""
    return node.find(f"./{{*}}extensionElements/{{{ZEEBE}}}{name}")
