"""What the reader may do on a case now, as forms: their tasks first, then the acts without a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine import cases, library, processes
from engine.cases import troubles
from engine.cases.pages import CasePage, MyTask
from engine.cases.troubles import StepBroken
from engine.errors import WanggeError
from web import identity
from web.console import shell
from web.console.forms import Choices, FormView, view_of
from web.db import db

UNDECIDED = ("rate",)  # the judgment of somebody else: nothing is chosen before they have spoken


@dataclass(frozen=True)
class Attempt:
    """What somebody just typed and what is wrong with it; keeps a refused form as it was."""

    of: str  # the task's id or the act's verb
    outcome: str
    typed: Mapping[str, Any]
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True)
class TaskView:
    """A task of mine with its form, and the desk's suggestion where the table gives one."""

    mine: MyTask
    form: FormView
    suggestion: cases.Suggestion | None
    way: str  # the outcome that the suggestion would take
    said: str


@dataclass(frozen=True)
class ActView:
    """An act that I may do without a task."""

    verb: str
    label: str
    form: FormView
    is_open: bool
    said: str


def noted(refused: WanggeError) -> str:
    """What to tell somebody whose act was refused; one that the diagram could not carry out becomes an incident.

    The act itself has been undone by its savepoint.
    """
    if isinstance(refused, StepBroken):
        troubles.note_broken(db.session(), refused)
    return shell.told(refused)


def task_views(page: CasePage, attempt: Attempt | None = None, asked: Mapping[str, str] | None = None,
               ) -> tuple[TaskView, ...]:
    """My tasks on this case; `asked`: matter, severity, urgency as chosen so far, for another suggestion."""
    choices = Choices(db.session(), page.case.holder_id, shell.language())
    return tuple(_task(page, mine, choices, attempt, asked or {}) for mine in page.mine)


def _task(page: CasePage, mine: MyTask, choices: Choices, attempt: Attempt | None,
          asked: Mapping[str, str]) -> TaskView:
    form = form_of(mine.task.form)
    form = replace(form, outcomes=form.outcomes_for(identity.current_actor().roles))
    tried = attempt if attempt is not None and attempt.of == str(mine.task.id) else None
    suggestion = _suggestion(page, form, tried.typed if tried else asked)
    values, way = suggested_values(suggestion) if suggestion else _now(form)
    if tried is None:
        view = view_of(form, choices, values=values, outcome=way)
        if mine.task.element in UNDECIDED:
            view = replace(view, outcome="")
        return TaskView(mine, view, suggestion, view.outcome, "")
    view = view_of(form, choices, values=tried.typed, outcome=tried.outcome, problems=tried.problems)
    return TaskView(mine, view, suggestion, way, tried.said)


def act_views(page: CasePage, attempt: Attempt | None = None) -> tuple[tuple[ActView, ...], list[str]]:
    """The acts without a task, the one that was just refused open with what was typed; and why others are not there.

    The reasons are words of the table `requests`: whoever could else ask for days or a hold, or grant them, reads why
    there is no button.
    """
    session, language = db.session(), shell.language()
    choices = Choices(session, page.case.holder_id, language)
    offers, refused = cases.acts_and_refusals(
        session, identity.current_actor(), page.case, shell.now(), page.file)
    words = list(dict.fromkeys(one.refusal for one in refused if one.refusal))
    reasons = [library.in_english(text) for text in words] if language == "en" else words
    return tuple(_act(offer, choices, attempt) for offer in offers), reasons


def _act(offer: cases.ActOffer, choices: Choices, attempt: Attempt | None) -> ActView:
    tried = attempt if attempt is not None and attempt.of == offer.verb else None
    form = view_of(offer.form, choices, values=tried.typed if tried else {}, outcome=offer.verb,
                   problems=tried.problems if tried else None)
    label = offer.label_en if choices.language == "en" else offer.label
    return ActView(offer.verb, label, form, tried is not None, tried.said if tried else "")


def form_of(kept: Mapping[str, Any] | None) -> processes.Form:
    """The form of a task row."""
    return processes.Form.from_json(dict(kept)) if kept else processes.DEFAULT_FORM


def _suggestion(page: CasePage, form: processes.Form, asked: Mapping[str, Any]) -> cases.Suggestion | None:
    """The desk's suggestion, asked for where a form classifies and dispatches."""
    kinds = {each.type for each in form.fields}
    if not {"matter", "organisation"} <= kinds:
        return None
    chosen = {name: str(asked[name]) for name in ("matter", "severity", "urgency") if asked.get(name)}
    return cases.suggest_for(db.session(), page.case, shell.now(), **chosen, file=page.file, admitted=shell.admitted())


def suggested_values(suggestion: cases.Suggestion) -> tuple[dict[str, Any], str]:
    """The values and the outcome that take a suggestion as it is."""
    way = suggestion.way
    if way in ("emergency", ""):
        way = "department" if suggestion.organisation_code else "own"
    values = {"matter": suggestion.matter_code, "severity": suggestion.severity, "urgency": suggestion.urgency,
              "organisation": suggestion.organisation_code, "lead": suggestion.organisation_code}
    return values, way


def _now(form: processes.Form) -> tuple[dict[str, Any], str]:
    """What a form without a suggestion starts with: this moment where it asks for one."""
    return {each.id: shell.now() for each in form.fields if each.type == "datetime"}, form.outcomes[0].id
