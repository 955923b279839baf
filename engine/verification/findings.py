"""What a check found: how many were looked at, how many are wrong, and the first few of those."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MOST_EXAMPLES = 5


@dataclass(slots=True)
class Finding:
    """How many were checked and how many are wrong, with the first few named."""

    checked: int = 0
    violations: int = 0
    examples: list[str] = field(default_factory=list)

    def wrong(self, what: str) -> None:
        """Note a violation."""
        self.violations += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(what)

    def all_wrong(self, found: Iterable[str]) -> None:
        """Note several."""
        for what in found:
            self.wrong(what)

    def add(self, other: Finding) -> None:
        """Take over what was found elsewhere."""
        self.checked += other.checked
        self.violations += other.violations
        self.examples += other.examples[:MOST_EXAMPLES - len(self.examples)]

    def as_json(self) -> dict[str, Any]:
        """{"checked", "violations", "examples"}."""
        return {"checked": self.checked, "violations": self.violations, "examples": self.examples}


Findings = dict[str, Finding]
