"""A diagram of another modeller in the words of ours, wherever both mean exactly the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from engine.processes.foreign.standard import call_global_tasks, split_complex
from engine.processes.foreign.translating import plain_script, translated
from engine.processes.foreign.vendors import CAMUNDA_LIKE, ZEEBE, vendor_attribute, zeebe_extension
from engine.processes.names import SPIFF, WANGGE, tag
from engine.processes.several_events import resolve_references

_TEXTS = ("conditionExpression", "loopCondition", "loopCardinality", "completionCondition", "timeDate", "timeDuration",
          "timeCycle", "condition")
_LANGUAGES = {"feel": "feel", "juel": "juel"}
TAKES, GIVES = f"{{{WANGGE}}}takes", f"{{{WANGGE}}}gives"
SHAPE, RESULT = f"{{{WANGGE}}}shape", f"{{{WANGGE}}}result"
_SHAPES = {"singleEntry": "entry", "singleResult": "row", "collectEntries": "entries", "resultList": "rows"}


def adapt(root: Any) -> Any:
    """The same tree, changed in place."""
    resolve_references(root)
    call_global_tasks(root)
    split_complex(root)
    _adapt_texts(root)
    if _has_vendor(root):
        for name, adapted in _ADAPTED.items():
            for node in root.iter(tag(name)):
                adapted(node)
    return root


def _adapt_texts(root: Any) -> None:
    for node in root.iter(*(tag(name) for name in _TEXTS)):
        said = translated(node.text or "", _LANGUAGES.get(language_of(node), ""))
        if said is not None:
            node.text = said
            node.attrib.pop("language", None)
    for script in root.iter(tag("script")):
        if (script.getparent().get("scriptFormat") or "python").strip().lower().endswith("python"):
            script.text = plain_script(script.text or "")


def language_of(node: Any) -> str:
    """The expression language that an element names itself, in short; "" when it names none."""
    return str(node.get("language") or "").strip().lower().rstrip("/").rpartition("/")[2]


def _has_vendor(root: Any) -> bool:
    spaces = {*(root.nsmap or {}).values()}
    return bool(spaces & {*CAMUNDA_LIKE, ZEEBE}) or any(
        isinstance(node.tag, str) and {*(node.nsmap or {}).values()} & {*CAMUNDA_LIKE, ZEEBE} for node in root.iter())


def _adapt_call(node: Any) -> None:
    called = zeebe_extension(node, "calledElement")
    if called is None:
        return
    name = (called.get("processId") or "").strip()
    if name and not name.startswith("=") and not node.get("calledElement"):
        node.set("calledElement", name)
    if called.get("propagateAllChildVariables") == "false":
        node.set(GIVES, "none")
    if called.get("propagateAllParentVariables") == "false":
        node.set(TAKES, "none")


def _adapt_rule(node: Any) -> None:
    called = zeebe_extension(node, "calledDecision")
    name = vendor_attribute(node, "decisionRef") if called is None else (called.get("decisionId") or "").strip()
    if not name or name.startswith(("=", "${", "#{")) or node.find(
            f"./{{*}}extensionElements/{{{SPIFF}}}calledDecisionId") is not None:
        return
    _extension(node, "calledDecisionId", name)
    result = vendor_attribute(node, "resultVariable") if called is None else called.get("resultVariable") or ""
    if result:
        node.set(RESULT, result)
        shape = vendor_attribute(node, "mapDecisionResult") or "resultList"
        node.set(SHAPE, "feel" if called is not None else _SHAPES.get(shape, "rows"))


def _extension(node: Any, name: str, text: str) -> None:
    holder = node.find(f"./{tag('extensionElements')}")
    if holder is None:
        holder = etree.Element(tag("extensionElements"))
        node.insert(0, holder)
    etree.SubElement(holder, f"{{{SPIFF}}}{name}").text = text


def _adapt_script(node: Any) -> None:
    written = zeebe_extension(node, "script")
    if written is None or node.find(f"./{tag('script')}") is not None:
        return
    said = translated(written.get("expression") or "")
    script = etree.SubElement(node, tag("script"))
    script.text = f"{written.get('resultVariable')} = {said}" if said is not None else written.get("expression")


def _adapt_many(node: Any) -> None:
    """The collection and the items under the names that other vendors write beside the standard."""
    zeebe = zeebe_extension(node, "loopCharacteristics")
    if zeebe is not None:
        given = {"loopDataInputRef": zeebe.get("inputCollection"), "inputDataItem": zeebe.get("inputElement"),
                 "loopDataOutputRef": zeebe.get("outputCollection"), "outputDataItem": zeebe.get("outputElement")}
    else:
        given = {"loopDataInputRef": vendor_attribute(node, "collection"),
                 "inputDataItem": vendor_attribute(node, "elementVariable")}
    for name, text in given.items():
        if text and node.find(f"./{tag(name)}") is None:
            said = translated(text) or text
            child = etree.Element(tag(name))
            node.insert(_place(node, name), child)
            if name.endswith("Ref"):
                child.text = said
            else:
                child.set("id", said)


def _place(node: Any, name: str) -> int:
    """References come before items, items before conditions."""
    return 0 if name == "loopDataInputRef" else len(node)


_ADAPTED: dict[str, Callable[[Any], None]] = {
    "callActivity": _adapt_call, "businessRuleTask": _adapt_rule, "scriptTask": _adapt_script,
    "multiInstanceLoopCharacteristics": _adapt_many,
}
