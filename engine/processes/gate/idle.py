"""Data that decide nothing: scripts keep them, and no condition, timer, count, call or parameter ever asks for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from engine.expressions import Assignments, ExpressionRefused, compile_assignments
from engine.processes.names import FUNCTIONS, local, tag

_HARMLESS = (ast.Module, ast.Assign, ast.Name, ast.Constant, ast.List, ast.Tuple, ast.BinOp, ast.Add, ast.Sub,
             ast.Mult, ast.expr_context)
_HANDS_ON = ("callActivity", "businessRuleTask", "serviceTask", "ioSpecification", "preScript", "postScript")
_TEXTS = ("conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle", "loopCardinality",
          "loopCondition", "completionCondition", "loopDataInputRef", "messagePayload", "payloadExpression")


def idle_names(process: Any) -> frozenset[str]:
    """The names whose values can change neither the way of a token nor whether a script runs through."""
    if any(local(node.tag) in _HANDS_ON for node in process.iter()):
        return frozenset()
    scripts = list(_scripts(process))
    asked = {word for node in process.iter(*(tag(name) for name in _TEXTS)) for word in words_in(node.text or "")}
    asked |= {name for _, _, harmless, reads in _reads(scripts) if not harmless for name in reads}
    while more := {name for _, target, _, reads in _reads(scripts) if target in asked for name in reads} - asked:
        asked |= more
    return frozenset({target for script in scripts for target in script.targets} - asked)


def _scripts(process: Any) -> Iterator[Assignments]:
    for node in process.iter(tag("script")):
        try:
            yield compile_assignments(node.text or "", FUNCTIONS)
        except ExpressionRefused:
            continue


def _reads(scripts: list[Assignments]) -> Iterator[tuple[Assignments, str, bool, frozenset[str]]]:
    """Each line: what it sets, whether it can only go well, and what it asks for."""
    for script in scripts:
        for target, expression in script.lines:
            yield script, target, _is_harmless(expression.text), expression.names


def _is_harmless(text: str) -> bool:
    return all(isinstance(node, (*_HARMLESS, ast.Expr)) for node in ast.walk(ast.parse(text.strip())))


def words_in(text: str) -> set[str]:
    """Every name that a text mentions, whatever language it is in."""
    return set("".join(sign if sign.isalnum() or sign == "_" else " " for sign in text).split())
