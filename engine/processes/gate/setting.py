"""What is set where: the names that an element gives a value."""

from __future__ import annotations

from typing import Any

from engine.expressions import ExpressionRefused, compile_assignments
from engine.processes.extensions import operation_of
from engine.processes.names import FUNCTIONS, tag


def set_by(node: Any) -> set[str]:
    """The names of the data that scripts, services and instances set in an element or inside it."""
    found: set[str] = set()
    for script in node.iter(tag("script")):
        try:
            found.update(compile_assignments(script.text or "", FUNCTIONS).targets)
        except ExpressionRefused:
            continue
    for task in node.iter(tag("serviceTask")):
        found.add(operation_of(task)[1] or "")
    found |= {(output.text or "").strip() for output in node.iter(tag("loopDataOutputRef"))}
    return found - {""}
