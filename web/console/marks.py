"""What is marked on a drawing: a class and a small sign an element."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.library.findings import Finding
from engine.processes import Change

SIGNS = {"added": "+", "removed": "−", "changed": "≠"}


class Mark(NamedTuple):
    """How an element is drawn; `sign` stands at its corner, `title` says it in words."""

    kind: str
    sign: str = ""
    title: str = ""


def as_json(marks: Mapping[str, Mark]) -> str:
    """The marks for the script that draws."""
    return json.dumps({key: {"kind": one.kind, "sign": one.sign, "title": one.title} for key, one in marks.items()},
                      ensure_ascii=False)


def of_changes(changes: Sequence[Change], *kinds: str) -> dict[str, Mark]:
    """The marks of these kinds of changes."""
    return {one.element: Mark(one.kind, SIGNS[one.kind]) for one in changes if one.kind in kinds}


def of_findings(findings: Sequence[Finding], file: str, words: Callable[[Finding], str]) -> dict[str, Mark]:
    """An error's mark outdoes that of a warning on the same element; `words` says it in the reader's language."""
    found: dict[str, Mark] = {}
    for one in sorted((one for one in findings if one.file == file and one.element),
                      key=lambda one: one.severity == "error"):
        found[one.element] = Mark("wrong" if one.severity == "error" else "doubtful",
                                  "!" if one.severity == "error" else "?", words(one))
    return found
