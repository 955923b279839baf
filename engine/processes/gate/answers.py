"""Conditions that ask a form for what no form offers: a mistyped outcome never holds, so it is worth a warning."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from engine.processes.forms import form_node, form_of
from engine.processes.gate.drawing import Findings, title
from engine.processes.names import FORM, tag

_TEXTS = ("conditionExpression", "script", "timeDate", "timeDuration")


def check_answers(process: Any, findings: Findings) -> None:
    """Warn of fields and outcomes that no form of the diagram knows; silent when a task has no drawn form."""
    tasks = list(process.iter(tag("userTask")))
    if not tasks or any(form_node(task) is None for task in tasks):
        return
    forms = [form_of(task) for task in tasks]
    outcomes = {outcome.id for form in forms for outcome in form.outcomes}
    fields = {field.id for form in forms for field in form.fields} | {"outcome"}
    for node in process.iter(*(tag(name) for name in _TEXTS)):
        owner = node.getparent()
        for asked, values in _asked(node.text or ""):
            if asked not in fields and not _hears_messages(process):
                findings.warning(owner, "unknown_field", f"「{title(owner)}」问的字段「{asked}」不在任何表单里")
            unknown = sorted(values - outcomes) if asked == "outcome" else []
            if unknown:
                findings.warning(owner, "unknown_outcome",
                                 f"「{title(owner)}」问的办理方式「{'、'.join(unknown)}」不在任何表单里，不会成立")


def _hears_messages(process: Any) -> bool:
    """Whether forms may also come with a message, drawn nowhere."""
    return process.find(f".//{tag('messageEventDefinition')}") is not None


def _asked(text: str) -> Iterator[tuple[str, set[str]]]:
    """The form's fields that a text mentions, with the texts each is compared with."""
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and (name := _field(node.left)):
            compared = [part for side in node.comparators for part in ast.walk(side)]
            yield name, {part.value for part in compared
                         if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        elif name := _field(node):
            yield name, set()


def _field(node: ast.AST) -> str | None:
    if (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == FORM
            and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)):
        return node.slice.value
    return None
