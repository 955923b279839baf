"""Every place in SpiffWorkflow where a text or bytes from outside may be evaluated, found in its source."""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_BUILTINS = frozenset({"eval", "exec", "compile", "__import__"})
_METHODS = frozenset({"evaluate", "execute", "call_service", "validate", "loads", "Popen"})
_HOLDERS = frozenset({"script_engine", "environment"})


def sites() -> Counter[str]:
    """`module function called`, counted; read from the installed package, never from memory."""
    found = importlib.util.find_spec("SpiffWorkflow")
    assert found is not None and found.submodule_search_locations
    root = Path(found.submodule_search_locations[0])
    counted: Counter[str] = Counter()
    for file in sorted(root.rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts)
        counted.update(f"{module} {owner} {called}" for owner, called in _calls(ast.parse(file.read_bytes()), ""))
    return counted


def _calls(node: ast.AST, owner: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inner = owner
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{owner}.{child.name}".removeprefix(".")
        if isinstance(child, ast.Call) and _is_site(child):
            yield owner, ast.unparse(child.func)
        yield from _calls(child, inner)


def _is_site(call: ast.Call) -> bool:
    """A builtin that runs text, a method that evaluates, or the engine itself handed on to another."""
    if isinstance(call.func, ast.Name):
        return call.func.id in _BUILTINS
    named = isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS
    handed = any(isinstance(given, ast.Attribute) and given.attr in _HOLDERS for given in call.args)
    through = any(isinstance(part, ast.Attribute) and part.attr in _HOLDERS for part in ast.walk(call.func))
    return named or handed or through
