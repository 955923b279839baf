"""A form drawn on a diagram, as a person sees it: choices looked up, the suggestion filled in, faults beside fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine import processes
from engine.cases import reading, words
from engine.cases.moments import ZONE
from engine.cases.words import Language
from web.console import shell
from web.phrases import said

Group = tuple[str, tuple[tuple[str, str], ...]]
LISTS = ("organisations", "photos")


@dataclass(frozen=True)
class FieldView:
    """One field: what it is called, what may be chosen, what stands in it, what is wrong with it."""

    id: str
    type: str
    label: str
    required: bool
    when: tuple[str, ...]
    most: int | None
    groups: tuple[Group, ...] = ()
    value: str = ""
    chosen: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_choice(self) -> bool:
        """Whether one value is chosen among given ones."""
        return self.type in ("select", "matter", "severity", "urgency", "organisation")


@dataclass(frozen=True)
class FormView:
    """A form ready for the page; `outcome` is preselected, `problems` belong to no field shown."""

    outcomes: tuple[tuple[str, str], ...]
    fields: tuple[FieldView, ...]
    outcome: str
    problems: tuple[str, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = field(default=())
    label: str = ""

    def spoken(self) -> list[tuple[str, str]]:
        """What stands in the fields of the chosen outcome, in words."""
        said = [(self.label, dict(self.outcomes)[self.outcome])]
        for each in self.fields:
            if each.when and self.outcome not in each.when:
                continue
            names = {key: label for _, group in each.groups for key, label in group}
            values = each.chosen or ((each.value,) if each.value else ())
            if values:
                said.append((each.label, "、".join(names.get(value, value) for value in values)))
        return said

    def find(self, name: str) -> FieldView | None:
        """The field of this name."""
        return next((each for each in self.fields if each.id == name), None)


def read_values(form: processes.Form, posted: MultiDict[str, str]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The outcome chosen, the values of its fields, and everything that was typed; photos are keys already."""
    outcome = posted.get("outcome") or (form.outcomes[0].id if len(form.outcomes) == 1 else "")
    typed: dict[str, Any] = {}
    for each in form.fields:
        if each.type in LISTS:
            typed[each.id] = [value for value in posted.getlist(each.id) if value]
        elif each.type == "boolean":
            typed[each.id] = posted.get(each.id) == "true"
        else:
            typed[each.id] = posted.get(each.id, "")
    meant = {each.id: _plain(each, typed[each.id]) for each in form.fields if each.applies(outcome)}
    return outcome, {name: value for name, value in meant.items() if value not in ("", [], None)}, typed


def _plain(each: processes.Field, value: Any) -> Any:
    """A moment typed on the office's wall clock gets its zone."""
    if each.type != "datetime" or not isinstance(value, str) or not value:
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment.replace(tzinfo=ZONE).isoformat() if moment.tzinfo is None else value


class Choices:
    """What the choosers of a form offer; every list is read at most once."""

    def __init__(self, session: Session, holder_id: int, language: Language) -> None:
        self.session, self.holder_id, self.language = session, holder_id, language
        self._known: dict[str, tuple[Group, ...]] = {}

    def of(self, each: processes.Field) -> tuple[Group, ...]:
        """The groups of choices of a field; () for one that is typed."""
        if each.type == "select":
            english = self.language == "en"
            return (("", tuple((one.id, one.label_en if english else one.label) for one in each.options)),)
        kind = "organisation" if each.type == "organisations" else each.type
        if kind in ("severity", "urgency"):
            return self._words(kind)
        if kind not in ("matter", "organisation"):
            return ()
        if kind not in self._known:
            self._known[kind] = self._matters() if kind == "matter" else self._organisations()
        return self._known[kind]

    def _words(self, kind: str) -> tuple[Group, ...]:
        return (("", tuple((key, words.word(kind, key, self.language)) for key in words.WORDS[kind])),)

    def _matters(self) -> tuple[Group, ...]:
        return tuple((name, tuple(found)) for name, found in shell.matters_by_class().items())

    def _organisations(self) -> tuple[Group, ...]:
        """Units of the holder's own level first, then the centres right below, then departments above."""
        names = {"same": ("本级单位", "Own level"), "below": ("下级中心", "One level down"),
                 "above": ("上级部门", "Level above")}
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, name, place in reading.list_units(self.session, self.holder_id, shell.now()):
            groups.setdefault(names[place][self.language == "en"], []).append((code, name))
        return tuple((name, tuple(found)) for name, found in groups.items())


def view_of(form: processes.Form, choices: Choices, *, values: Mapping[str, Any], outcome: str,
            problems: Mapping[str, Sequence[str]] | None = None) -> FormView:
    """The form with its choices, values and faults; an outcome that it does not know preselects the first."""
    english = choices.language == "en"
    faults = {name: [said(text, choices.language) for text in texts] for name, texts in (problems or {}).items()}
    fields = tuple(_field(each, choices, values.get(each.id), faults.pop(each.id, ()), english)
                   for each in form.fields)
    known = tuple((one.id, one.label_en if english else one.label) for one in form.outcomes)
    chosen = outcome if outcome in dict(known) else known[0][0]
    listed = tuple((each.id, each.label, text) for each in fields for text in each.problems)
    rest = tuple(text for texts in faults.values() for text in texts)
    return FormView(known, fields, chosen, rest, listed, "Outcome" if english else "办理方式")


def _field(each: processes.Field, choices: Choices, value: Any, problems: Sequence[str], english: bool) -> FieldView:
    made = FieldView(each.id, each.type, each.label_en if english else each.label, each.required, each.when,
                     each.max, choices.of(each), problems=tuple(problems))
    if each.type in LISTS:
        return replace(made, chosen=tuple(value or ()))
    if each.type == "boolean":
        return replace(made, value="true" if value in (True, "true") else "")
    if each.type == "datetime" and isinstance(value, datetime):
        return replace(made, value=value.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"))
    return replace(made, value="" if value is None else str(value))
