"""What a form is made of: outcomes, fields and their options."""

from __future__ import annotations

from dataclasses import dataclass

FIELD_TYPES = frozenset({
    "text", "longtext", "number", "boolean", "date", "datetime", "select", "matter", "severity", "urgency",
    "organisation", "organisations", "photos", "case",
})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to complete the task; `by`: the only role that may choose it, "" for whoever has the task.

    `until`: the stage of the table of limits by whose due time it must be chosen, "" for any time.
    """

    id: str
    label: str
    label_en: str
    by: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select field."""

    id: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in; shown, and if `required` demanded, for the outcomes in `when` (empty: for all)."""

    id: str
    type: str
    label: str
    label_en: str
    required: bool = False
    when: tuple[str, ...] = ()
    max: int | None = None
    options: tuple[Option, ...] = ()

    def applies(self, outcome: str) -> bool:
        """Whether the field belongs to this outcome."""
        return not self.when or outcome in self.when
