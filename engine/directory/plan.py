"""Which bodies a place has and how many people sit in each, worked out from a plan file.

The plan is YAML: names as patterns per level, posts per body, and what some places call differently.
Source: GB 6.1 (a centre at every level), 7.1 (its name).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.directory.places import DivisionRow

_ENDINGS = ("街道", "市", "区", "县", "镇", "乡")


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation to set up; `posts` says how many people of which role it gets."""

    code: str
    name: str
    kind: str
    owner_kind: str
    division: str
    posts: Mapping[str, int] = field(default_factory=dict)


def read_plan(path: Path) -> dict[str, Any]:
    """The plan file as it is written."""
    plan: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return plan


def plan_bodies(plan: Mapping[str, Any], divisions: Sequence[DivisionRow]) -> list[Body]:
    """Every body of these divisions, in their order: the centre first, then platforms and departments."""
    by_code = {row.code: row for row in divisions}
    return [body for row in divisions for body in _bodies(plan, row, by_code)]


def stem(name: str) -> str:
    """A division's name without its kind: 岱山县 → 岱山, 昌国街道 → 昌国."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def _bodies(plan: Mapping[str, Any], row: DivisionRow, by_code: Mapping[str, DivisionRow]) -> Iterator[Body]:
    level = plan["levels"][row.level]
    own = _own_names(plan, row)
    above = [by_code[code] for code in row.path.split(".")]
    county = next((one.name for one in above if one.level == "county"), row.name)
    words = {"division": row.name, "stem": stem(row.name), "short": row.short_name, "county": county}
    name = own.get("centre", level["centre"]["name"]).format(**words)
    yield Body(f"{row.code}-centre", name, "centre", "centre", row.code, level["centre"]["posts"])
    platforms = plan["platforms"] if "platforms" in level else {}
    for key, label in platforms.items():
        name = level["platforms"]["name"].format(platform=label["zh"], **words)
        yield Body(f"{row.code}-{key}-platform", name, "platform", key, row.code, level["platforms"]["posts"])
    for key, department in level.get("departments", {}).items():
        name = own.get(key, department["name"]).format(**words)
        kind = department.get("kind", "department")
        yield Body(f"{row.code}-{key}", name, kind, key, row.code, level["department_posts"])


def _own_names(plan: Mapping[str, Any], row: DivisionRow) -> dict[str, str]:
    """What this place calls its bodies itself: its own names before those that a place above gives."""
    names: dict[str, str] = {}
    for code in row.path.split("."):
        exception = plan["exceptions"].get(code, {})
        if code == row.code:
            names |= exception.get("departments", {})
            names |= {"centre": exception["centre"]} if "centre" in exception else {}
        else:
            names |= exception.get("below", {}).get(row.level, {})
    return names
