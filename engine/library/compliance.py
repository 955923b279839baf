"""Which requirement is met where: the table made from what diagrams, tables, docstrings and tests cite."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from engine.library.articles import Requirement, cites_in, requirements
from engine.library.packs import HOUSE

State = Literal["met", "partly", "open"]


class Cited(NamedTuple):
    """An element of a diagram or a row of a table and the text of its citations."""

    file: str
    place: str
    cites: str


class Line(TypedDict):
    """One requirement; `tests` are node ids that pytest runs, `code` is what cites it in its docstring."""

    id: str
    title: str
    title_en: str
    articles: list[str]
    elements: list[str]
    rows: list[str]
    code: list[str]
    tests: list[str]
    state: State
    reason: str


def compliance(elements: Iterable[Cited], rows: Iterable[Cited], house: Path = HOUSE) -> list[Line]:
    """The compliance table, one line a requirement, in the order of the list.

    met: something implements it and a test shows it; partly: one of the two, or the list says what lacks.
    """
    drawn, tabled = _by_requirement(elements), _by_requirement(rows)
    written, tested = cited_in_code(house), cited_in_tests(house)
    return [_line(one, drawn[one.id], tabled[one.id], written.get(one.id, []), tested.get(one.id, []))
            for one in requirements().values()]


def cited_in_tests(house: Path = HOUSE) -> Mapping[str, list[str]]:
    """Node ids of the tests marked `@pytest.mark.cites("E5")`, by requirement."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((house / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        everywhere = _marks(node.value for node in tree.body if isinstance(node, ast.Assign))
        for node, names in _tests(tree, everywhere):
            for name in names:
                found[name].append(f"{path.relative_to(house).as_posix()}::{node}")
    return found


def cited_in_code(house: Path = HOUSE) -> Mapping[str, list[str]]:
    """Functions and modules whose docstrings cite a requirement on a line «Source: …», by requirement."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted([*(house / "engine").rglob("*.py"), *(house / "web").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _sources(node):
                where = getattr(node, "name", "")
                found[name].append(f"{path.relative_to(house).as_posix()}{':' if where else ''}{where}")
    return found


def _line(one: Requirement, drawn: list[str], tabled: list[str], written: list[str],
          tested: list[str]) -> Line:
    done = bool(drawn or tabled or written)
    state, reason = _judged(one, done, bool(tested))
    if state == "met":
        reason = f"图元 {len(drawn)} 处、规则 {len(tabled)} 行、代码 {len(written)} 处、测试 {len(tested)} 项"
    return Line(id=one.id, title=one.zh, title_en=one.en, articles=list(one.articles), elements=drawn,
                rows=tabled, code=written, tests=tested, state=state, reason=reason)


def _judged(one: Requirement, done: bool, tested: bool) -> tuple[State, str]:
    if not done and not tested:
        return "open", one.missing or "尚未实现：没有图元、规则行、代码或测试引用它"
    if one.missing:
        return "partly", one.missing
    if not tested:
        return "partly", "已实现，还没有测试引用它"
    return ("met", "") if done else ("partly", "只有测试引用它，图、表和代码没有引用")


def _by_requirement(cited: Iterable[Cited]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in cited:
        for cite in cites_in(one.cites):
            if cite.regulation is None:
                found[cite.name].append(f"{one.file}#{one.place}")
    return found


def _tests(tree: ast.Module | ast.ClassDef, inherited: list[str],
           prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every test function with the requirements that it, its class or its module cites."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node, inherited + _marks(node.decorator_list), f"{prefix}{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield f"{prefix}{node.name}", sorted({*inherited, *_marks(node.decorator_list)})


def _marks(nodes: Iterable[ast.expr]) -> list[str]:
    """The requirements named by `pytest.mark.cites(…)` anywhere in these expressions."""
    calls = (call for node in nodes for call in ast.walk(node) if isinstance(call, ast.Call))
    marks = (call for call in calls if ast.unparse(call.func) == "pytest.mark.cites")
    arguments = (argument for mark in marks for argument in mark.args)
    return [str(argument.value) for argument in arguments if isinstance(argument, ast.Constant)]


def _sources(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
        return
    for line in (ast.get_docstring(node) or "").splitlines():
        if line.startswith("Source:"):
            cites = cites_in(line.removeprefix("Source:"))
            yield from (cite.name for cite in cites if cite.regulation is None)
