"""The house keeps its own rules: size, promises, commits at the edges, pinned packages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
LONG_FUNCTIONS = 3
EDGES = ("web/", "engine/db/")


def modules(*rooms: str) -> dict[str, str]:
    """The text of every module of these folders by its path; migrations are history and left out."""
    found = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
             for room in rooms or ("engine", "web", "tests") for path in (ROOT / room).rglob("*.py")
             if "versions" not in path.parts}
    assert len(found) > 20
    return found


def functions() -> Iterator[tuple[str, int]]:
    for name, text in modules().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_no_module_is_too_long() -> None:
    long = {name: text.count("\n") for name, text in modules().items() if text.count("\n") > LONGEST_MODULE}
    assert long == {}


def test_hardly_a_function_leaves_the_screen() -> None:
    long = [name for name, length in functions() if length > LONGEST_FUNCTION]
    assert len(long) <= LONG_FUNCTIONS, long


def test_every_module_says_what_it_gives() -> None:
    parsed = {name: ast.parse(text) for name, text in modules("engine", "web").items()}
    assert [name for name, tree in parsed.items() if not ast.get_docstring(tree)] == []


def test_rooms_flush_and_only_the_edges_commit() -> None:
    committing = [name for name, text in modules("engine", "web").items() if ".commit(" in text]
    assert [name for name in committing if not name.startswith(EDGES)] == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME)\b")
    assert [name for name, text in modules("engine", "web").items() if marks.search(text)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_and_no_address_is_written(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
             if line and not line.startswith("#")]
    pinned = re.compile(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+")
    assert lines and [line for line in lines if not pinned.fullmatch(line)] == []


def test_the_front_end_lock_keeps_sums_and_no_addresses() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "integrity" in lock and "resolved" not in lock
