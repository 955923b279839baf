"""The only program a script task may hold: lines of the form `name = expression`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.expressions.errors import ExpressionFailed, ExpressionRefused
from engine.expressions.expression import Expression, Functions, compile_tree
from engine.expressions.grammar import approve, problem_of_name, read
from engine.expressions.guards import SAFE_FUNCTIONS, Bounded, weighed

MOST_CHARACTERS = 5_000
MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Assignments:
    """A compiled script; `targets` in the order written, `names` the data it asks for from outside."""

    text: str
    lines: tuple[tuple[str, Expression], ...]
    names: frozenset[str]

    @property
    def targets(self) -> tuple[str, ...]:
        """The names it assigns, in the order written."""
        return tuple(dict.fromkeys(name for name, _ in self.lines))

    def run(self, names: Mapping[str, Any], functions: Functions | None = None) -> dict[str, Any]:
        """The assigned values by name; a later line sees the earlier ones. Raises ExpressionFailed.

        The given data is not changed: the caller decides where the values go.
        """
        assigned: dict[str, Any] = {}
        for target, expression in self.lines:
            known = {name: assigned[name] if name in assigned else names[name]
                     for name in expression.names if name in assigned or name in names}
            try:
                assigned[target] = weighed(expression.evaluate(known, functions))
            except Bounded as error:
                raise ExpressionFailed(expression.text, str(error)) from error
        return assigned


def compile_assignments(text: str, functions: Collection[str] = (), *,
                        reserved: Collection[str] = ()) -> Assignments:
    """The script, checked and compiled; raises ExpressionRefused.

    `reserved` names belong to the host (`case`, `form`) and cannot be assigned.
    """
    return _compiled(text, frozenset(functions), frozenset(reserved))


@lru_cache(maxsize=2048)
def _compiled(text: str, functions: frozenset[str], reserved: frozenset[str]) -> Assignments:
    if len(text) > MOST_CHARACTERS:
        raise ExpressionRefused(text, f"超过 {MOST_CHARACTERS} 个字符")
    module = read(text, "exec")
    statements = module.body if isinstance(module, ast.Module) else []
    if not statements:
        raise ExpressionRefused(text, "是空的，要写成 名称 = 表达式")
    if len(statements) > MOST_LINES:
        raise ExpressionRefused(text, f"超过 {MOST_LINES} 行")
    lines = tuple(_line(statement, text.strip(), functions, reserved) for statement in statements)
    return Assignments(text.strip(), lines, _asked_from_outside(lines))


def _line(statement: ast.stmt, text: str, functions: frozenset[str],
          reserved: frozenset[str]) -> tuple[str, Expression]:
    written = ast.get_source_segment(text, statement) or text
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)):
        raise ExpressionRefused(written, "每行只能写成 名称 = 表达式；要办的事请用服务任务")
    target = statement.targets[0].id
    known = functions | SAFE_FUNCTIONS.keys()
    problem = problem_of_name(target, known)
    if problem or target in reserved:
        raise ExpressionRefused(written, problem or f"「{target}」是系统提供的数据，不能改")
    value = ast.get_source_segment(text, statement.value) or written
    return target, compile_tree(approve(statement.value, value, known, feel=False), value, functions)


def _asked_from_outside(lines: tuple[tuple[str, Expression], ...]) -> frozenset[str]:
    asked: set[str] = set()
    assigned: set[str] = set()
    for target, expression in lines:
        asked |= expression.names - assigned
        assigned.add(target)
    return frozenset(asked)
