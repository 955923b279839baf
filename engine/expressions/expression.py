"""One guarded expression: compiled once, evaluated as often as you like."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

from RestrictedPython.compile import compile_restricted_eval
from RestrictedPython.transformer import RestrictingNodeTransformer

from engine.errors import WanggeError
from engine.expressions.errors import ExpressionFailed, ExpressionRefused
from engine.expressions.grammar import parse
from engine.expressions.guards import GUARDS, SAFE_FUNCTIONS, Bounded

Functions = Mapping[str, Callable[..., Any]]
_GUARDED_OPERATORS = {ast.Add: "_add_", ast.Mult: "_times_", ast.Mod: "_remainder_"}
_GLOBALS: dict[str, Any] = {**GUARDS, **SAFE_FUNCTIONS}


class _Policy(RestrictingNodeTransformer):
    """RestrictedPython's own checks behind ours; operators that can grow a value are led through a guard."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.node_contents_visit(node)
        guard = _GUARDED_OPERATORS.get(type(node.op))
        if guard is None:
            return node
        call = ast.Call(func=ast.Name(guard, ast.Load()), args=[node.left, node.right], keywords=[])
        return ast.fix_missing_locations(ast.copy_location(call, node))


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled text; `names` are the data it asks for, `functions` the helpers of the caller it needs."""

    text: str
    names: frozenset[str]
    functions: frozenset[str]
    _code: CodeType = field(repr=False, compare=False)

    def evaluate(self, names: Mapping[str, Any], functions: Functions | None = None) -> Any:
        """The value, given data by name and the caller's own functions; raises only ExpressionFailed.

        Only the names the text mentions are read. Data can never take the place of a function or a guard.
        """
        try:
            known = {name: names[name] for name in self.names if name in names}
            return eval(self._code, self._globals(functions), known)
        except Exception as error:
            raise ExpressionFailed(self.text, _reason(error)) from error

    def _globals(self, functions: Functions | None) -> dict[str, Any]:
        if not self.functions:
            return _GLOBALS
        given = functions or {}
        return {**_GLOBALS, **{name: given[name] for name in self.functions if name in given}}


def compile_expression(text: str, functions: Collection[str] = (), *, feel: bool = False) -> Expression:
    """The text, checked and compiled; raises ExpressionRefused.

    `functions` names what the caller will hand over besides the safe ones (`len`, `min`, `round` …).
    With `feel`, the DMN words true, false and null are understood.
    """
    return _compiled(text, frozenset(functions), feel)


def check(text: str, functions: Collection[str] = (), *, feel: bool = False) -> str | None:
    """What is wrong with the text, in plain Chinese; None when it may be used."""
    try:
        compile_expression(text, functions, feel=feel)
    except ExpressionRefused as refused:
        return refused.reason
    return None


@lru_cache(maxsize=8192)
def _compiled(text: str, functions: frozenset[str], feel: bool) -> Expression:
    return compile_tree(parse(text, functions | SAFE_FUNCTIONS.keys(), feel=feel), text.strip(), functions)


def compile_tree(tree: ast.Expression, text: str, functions: frozenset[str]) -> Expression:
    """An expression made of a tree that the grammar approved; raises ExpressionRefused."""
    mentioned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    try:
        result = compile_restricted_eval(tree, filename="<expression>", policy=_Policy)
    except (ValueError, SyntaxError, RecursionError, MemoryError, OverflowError, Warning):
        raise ExpressionRefused(text, "嵌套太深或写法有误") from None
    if result.errors or result.code is None:
        raise ExpressionRefused(text, "；".join(result.errors))
    own = frozenset(mentioned & functions)
    return Expression(text, frozenset(mentioned - own - SAFE_FUNCTIONS.keys()), own, result.code)


def _reason(error: BaseException) -> str:
    if isinstance(error, WanggeError):
        return error.message
    if isinstance(error, Bounded):
        return str(error)
    if isinstance(error, NameError):
        return f"没有叫「{error.name}」的数据"
    if isinstance(error, KeyError):
        return f"数据里没有「{error.args[0] if error.args else ''}」这一项"
    if isinstance(error, IndexError):
        return "要取的那一项不存在"
    if isinstance(error, ZeroDivisionError):
        return "除数是零"
    if isinstance(error, (RecursionError, MemoryError)):
        return "数据太深或太大"
    return f"{_safely(error)}（{type(error).__name__}）"


def _safely(error: BaseException) -> str:
    try:
        return str(error)[:200]
    except Exception:
        return "出错"
