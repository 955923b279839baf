"""Forms of user tasks: the outcomes a person may choose and the fields that go with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import orjson
from lxml import etree

from engine.processes.fields import Field, Option, Outcome
from engine.processes.form_values import json_schema, validate
from engine.processes.names import WANGGE


@dataclass(frozen=True, slots=True)
class Form:
    """What a user task asks for."""

    outcomes: tuple[Outcome, ...]
    fields: tuple[Field, ...]

    @lru_cache(maxsize=1024)  # noqa: B019 - forms are those of the diagrams in use, few and immutable
    def as_json(self) -> dict[str, Any]:
        """The form as plain values, to be kept with a task and not to be changed."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Form:
        """The form that `as_json` gave."""
        return _kept(orjson.dumps(kept))

    def json_schema(self, outcome: str | None = None) -> dict[str, Any]:
        """The JSON Schema of `values` for this outcome; without one, of all fields and none required."""
        return json_schema(self.fields, outcome)

    def outcomes_for(self, roles: Collection[str]) -> tuple[Outcome, ...]:
        """The ways that somebody with these roles may choose."""
        return tuple(one for one in self.outcomes if not one.by or one.by in roles)

    def named(self, ids: Collection[str], language: str) -> str:
        """These outcomes by their names."""
        english = language == "en"
        names = [one.label_en if english else one.label for one in self.outcomes if one.id in ids]
        return (", " if english else "、").join(names)

    def validate(self, outcome: str, values: dict[str, Any]) -> dict[str, Any]:
        """The values, checked and cleaned; raises Invalid with the fields that are wrong."""
        return validate(self.outcomes, self.fields, outcome, values)


@lru_cache(maxsize=1024)
def _kept(text: bytes) -> Form:
    kept = orjson.loads(text)
    return Form(tuple(Outcome(**one) for one in kept["outcomes"]), tuple(
        Field(**{**one, "when": tuple(one["when"]), "options": tuple(Option(**choice) for choice in one["options"])})
        for one in kept["fields"]))


DEFAULT_FORM = Form((Outcome("done", "提交", "Submit"),), (Field("text", "longtext", "意见", "Opinion"),))


def form_of(node: etree._Element) -> Form:
    """The form drawn on a user task; the default one (an opinion, one outcome) when there is none."""
    drawn = form_node(node)
    if drawn is None:
        return DEFAULT_FORM
    outcomes = tuple(Outcome(*_names(child), by=child.get("by") or "", until=child.get("until") or "")
                     for child in _children(drawn, "outcome"))
    fields = tuple(_field(child) for child in _children(drawn, "field"))
    return Form(outcomes or DEFAULT_FORM.outcomes, fields)


def form_node(node: etree._Element) -> etree._Element | None:
    """The wangge:form element of a user task, if any."""
    found: etree._Element | None = node.find(f"./{{*}}extensionElements/{{{WANGGE}}}form")
    return found


def _field(node: etree._Element) -> Field:
    most = node.get("max") or ""
    return Field(*_names(node)[:1], node.get("type") or "text", *_names(node)[1:],
                 required=node.get("required") == "true", when=tuple((node.get("when") or "").split()),
                 max=int(most) if most.isdigit() else None,
                 options=tuple(Option(*_names(child)) for child in _children(node, "option")))


def _names(node: etree._Element) -> tuple[str, str, str]:
    name = node.get("id") or ""
    label = node.get("label") or name
    return name, label, node.get("labelEn") or label


def _children(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    yield from node.iterchildren(f"{{{WANGGE}}}{tag}")
