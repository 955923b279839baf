"""What a node says it uses: a called process, a table, an operation with its parameters, a payload."""

from __future__ import annotations

from typing import Any

from engine.processes.foreign import vendor_attribute, zeebe_extension
from engine.processes.names import local, tag


def called_of(node: Any) -> str:
    """The id of the process a call activity calls, without a namespace prefix; "" when it names none."""
    return str(node.get("calledElement") or "").strip().rpartition(":")[2]


def decision_of(node: Any) -> str:
    """The id of the table that a business rule task asks; "" when it names none."""
    text = node.findtext("./{*}extensionElements/{*}calledDecisionId")
    return (text or "").strip()


def operation_of(node: Any) -> tuple[str, str | None, dict[str, str]]:
    """The operation a service task names ("" when none), where its result goes, its parameters' expressions."""
    operator = node.find("./{*}extensionElements/{*}serviceTaskOperator")
    if operator is None:
        return foreign_operation_of(node), None, {}
    params = {param.get("id") or "": param.get("value") or "" for param in operator.iter("{*}parameter")}
    return operator.get("id") or "", operator.get("resultVariable") or None, params


def foreign_operation_of(node: Any) -> str:
    """What another vendor's modeller says shall be done: the type of a job, a topic, a class; "" when nothing."""
    job = zeebe_extension(node, "taskDefinition")
    if job is not None and job.get("type"):
        return str(job.get("type")).strip()
    return vendor_attribute(node, "topic", "class", "delegateExpression", "expression", "type")


def instances_of(node: Any) -> Any:
    """What an activity says of its instances; None when there are not several."""
    return node.find(f"./{tag('multiInstanceLoopCharacteristics')}")


def thrown_by_instances(node: Any) -> tuple[str, Any] | None:
    """What instances throw when they complete, the first one or each: the kind of event, its definition; None when
    they throw nothing, or nothing that is there."""
    many = instances_of(node)
    behavior = "" if many is None else many.get("behavior") or "All"
    if behavior not in ("One", "None"):
        return None
    reference = (many.get(f"{behavior.lower()}BehaviorEventRef") or "").rpartition(":")[2]
    root = node.getroottree().getroot()
    found = next((one for one in root.iter() if reference and one.get("id") == reference), None)
    kind = "" if found is None else local(found.tag).removesuffix("EventDefinition")
    return (kind, found) if kind in ("signal", "message") else None


def script_of(node: Any) -> str:
    """What a script task shall do; "" when its script is not there or only comments."""
    text = node.findtext("./{*}script") or ""
    lines = (line.strip() for line in text.splitlines())
    return text if any(line and not line.startswith("#") for line in lines) else ""


def text_of(declared: Any, event: Any, *names: str) -> str | None:
    """The text of the first of these extensions, in the event or else in what it refers to."""
    for node in (event, declared):
        for name in names:
            text = node.findtext(f"./{{*}}extensionElements/{{*}}{name}") or node.findtext(f"./{{*}}{name}")
            if text:
                return str(text).strip()
    return None
