"""Inputs, outputs and associations of activities and events: data lie under their names, nothing is moved.

That is the same as long as no text asks for a name that would have been written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.processes.gate.drawing import Findings, title
from engine.processes.gate.idle import words_in
from engine.processes.names import ACTIVITIES, EVENTS, SPIFF, WANGGE, local, tag

_ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
_DECLARED = ("dataInput", "dataOutput")
_MOVING = frozenset({*_ASSOCIATIONS, *_DECLARED, "ioSpecification"})
_PASSES_ON = ("callActivity", "businessRuleTask")
_REMARKS = frozenset({"documentation", "text", "incoming", "outgoing", "flowNodeRef", "sourceRef", "targetRef",
                      "dataInputRefs", "dataOutputRefs", "from", "to", "transformation"})


def check_data(process: Any, findings: Findings) -> None:
    """Refuse what moves data that somebody asks for; where nobody does it is a remark."""
    owners = [owner for owner in process.iter(*(tag(kind) for kind in ACTIVITIES | EVENTS))
              if any(local(node.tag) in _MOVING for node in owner)]
    if not owners:
        return
    drawn = {node.get("id"): node for node in process.getroottree().getroot().iter() if node.get("id")}
    asked = {word for text in _texts(process) for word in words_in(text)}
    passed_on = any(True for _ in process.iter(*(tag(kind) for kind in _PASSES_ON)))
    for owner in owners:
        matters = passed_on or bool(_written(owner, drawn) & asked)
        _check_declared(owner, matters, findings)
        for node in owner.iterchildren(*(tag(kind) for kind in _ASSOCIATIONS)):
            _check_association(node, owner, matters, findings)


def _check_declared(owner: Any, matters: bool, findings: Findings) -> None:
    if owner.find(f"./{tag('ioSpecification')}") is not None:
        note = findings.error if matters else findings.unfinished
        note(owner, "activity_io", f"「{title(owner)}」上不能写输入输出规范，请写在被调用的流程上")


def _check_association(node: Any, owner: Any, matters: bool, findings: Findings) -> None:
    moves = any(local(child.tag) in ("transformation", "assignment") for child in node) or (
        local(node.tag) == "dataOutputAssociation" and local(owner.tag) in EVENTS)
    if moves and matters:
        findings.error(owner, "data_association", "数据关联不起作用，请用脚本任务写 名称 = 表达式")
    elif moves:
        findings.unfinished(owner, "data_association", "数据关联不起作用，请用脚本任务写 名称 = 表达式")
    else:
        findings.warning(owner, "data_association_ignored",
                         f"「{title(owner)}」的数据关联只作说明：流程的数据按名称存取，不经过数据对象")


def _written(owner: Any, drawn: dict[str, Any]) -> set[str]:
    """The names that an activity or event declares or writes, with those of what they stand for."""
    found = {name for kind in _DECLARED for node in owner.iter(tag(kind)) for name in _names(node)}
    for node in owner.iterchildren(*(tag(kind) for kind in _ASSOCIATIONS)):
        targets = [(target.text or "").strip() for target in node.iter(tag("targetRef"))]
        found |= {word for target in node.iter(tag("to")) for word in words_in(target.text or "")}
        for name in targets:
            stands_for = drawn.get(name)
            found |= {name} if stands_for is None else _names(stands_for)
            kept = None if stands_for is None else drawn.get(stands_for.get("dataObjectRef"))
            found |= set() if kept is None else _names(kept)
    return found


def _names(node: Any) -> set[str]:
    return {str(node.get(name)) for name in ("id", "name") if node.get(name)}


def _texts(process: Any) -> Iterator[str]:
    for node in process.getroottree().getroot().iter():
        if local(node.tag) not in _REMARKS:
            yield node.text or ""
        if node.tag.startswith((f"{{{SPIFF}}}", f"{{{WANGGE}}}")) or local(node.tag).endswith("DataItem"):
            yield from node.attrib.values()
