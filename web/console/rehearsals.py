"""A dry run by hand on a page: the forms of the diagram, a clock that jumps, and the way that was gone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine import library, processes
from engine.cases import consequences, standing, words
from engine.errors import Invalid
from engine.library import Source
from engine.processes import Form, OpenTask, RehearsalBroken
from web import identity
from web.console import shell, subjects
from web.console.blueprint import blueprint
from web.console.changes import called
from web.console.forms import Choices, FormView, read_values, view_of
from web.console.marks import Mark
from web.console.subjects import Subject
from web.db import db

PHOTO = "演练样张"
FACTS = ("origin", "severity", "urgency", "level", "emergency", "settled", "has_contact", "verified", "top", "rework",
         "dispatched", "contact_certain", "rated")


@dataclass(frozen=True)
class Stage:
    """What is rehearsed: the file itself, what stands beside it, and which diagram the run begins with."""

    title: str
    home: str
    source: Source
    around: tuple[Source, ...]
    files: Mapping[str, str]
    root: str

    @cached_property
    def roots(self) -> list[Source]:
        """The diagrams that a run may begin with: the file's own first, then those that lead to it."""
        diagrams = [one for one in (self.source, *self.around) if one.kind == "bpmn"]
        return [one for one in diagrams if one is self.source or self._leads_here(one)]

    def _leads_here(self, one: Source) -> bool:
        every = (self.source, *self.around)
        inside = {one.definition_id}.union(*standing.calls_inside(one, every).values(), set())
        diagrams = [each for each in every if each.kind == "bpmn" and each.definition_id in inside]
        used = {element.calls for each in diagrams for element in processes.describe(each).elements}
        return self.source.definition_id in used

    @cached_property
    def cast(self) -> list[Source]:
        """Every file, the one that the run begins with first."""
        every = (self.source, *self.around)
        first = next((one for one in self.roots if one.definition_id == self.root), self.roots[0])
        return [first, *(one for one in every if one is not first)]


@blueprint.get("/drafts/<int(max=2147483647):draft>/rehearse")
def rehearse_draft(draft: int) -> Any:
    """The beginning of a rehearsal of a draft."""
    return _render(_of_draft(draft), [])


@blueprint.post("/drafts/<int(max=2147483647):draft>/rehearse")
def rehearse_draft_on(draft: int) -> Any:
    """The next act of a rehearsal of a draft."""
    return _go_on(_of_draft(draft))


@blueprint.get("/rules/<int(max=2147483647):definition>/rehearse")
def rehearse_rule(definition: int) -> Any:
    """The beginning of a rehearsal of a published version."""
    return _render(_of_rule(definition), [])


@blueprint.post("/rules/<int(max=2147483647):definition>/rehearse")
def rehearse_rule_on(definition: int) -> Any:
    """The next act of a rehearsal of a published version."""
    return _go_on(_of_rule(definition))


def _of_draft(draft: int) -> Stage:
    return _stage(subjects.drafted(draft))


def _of_rule(definition: int) -> Stage:
    return _stage(subjects.published(definition))


def _stage(subject: Subject) -> Stage:
    source, home, file = subject
    around = tuple(consequences.beside(db.session(), source, shell.now()))
    keys = library.in_force(db.session(), source.pack, shell.now())
    files = {name: url_for("console.rule_file", definition=key) for (kind, name), key in keys.items() if kind == "bpmn"}
    if source.kind == "bpmn":
        files[source.definition_id] = file
    asked = request.values.get("_root") or (source.definition_id if source.kind == "bpmn" else "")
    return Stage(source.definition_id, home, source, around, files, asked)


def _go_on(stage: Stage) -> Any:
    acts = _acts_so_far()
    do = request.form.get("_do")
    if do == "back":
        return _render(stage, acts[:-1])
    if do == "restart":
        return _render(stage, [])
    if do == "clock":
        return _render(stage, [*acts, {"clock": True}])
    if do == "facts":
        return _render(stage, [*acts, {"facts": _facts(request.form)}])
    if do == "message":
        task = request.form.get("_task", type=int)
        return _render(stage, [*acts, {"message": request.form.get("_message", ""), "task": task}])
    return _complete(stage, acts)


def _complete(stage: Stage, acts: list[dict[str, Any]]) -> Any:
    """Take in a form; one that is filled in wrongly comes back as it was typed."""
    step = processes.rehearse(stage.cast, {}, acts).step
    key = request.form.get("_task", type=int)
    task = next((one for one in step.open if one.key == key), None) if step else None
    if task is None:
        raise RehearsalBroken()
    form = _without_photos(task.form)
    outcome, values, typed = read_values(form, request.form)
    try:
        values = form.validate(outcome, values)
    except Invalid as refused:
        return _render(stage, acts, wrong=(task.key, outcome, typed, refused.fields))
    values |= {each.id: [PHOTO] for each in task.form.fields if each.type == "photos" and each.applies(outcome)}
    return _render(stage, [*acts, {"task": task.key, "outcome": outcome, "values": values}])


def _acts_so_far() -> list[dict[str, Any]]:
    try:
        acts = json.loads(request.form.get("_acts", "[]"))
    except (ValueError, RecursionError):
        raise RehearsalBroken() from None
    if not isinstance(acts, list) or not all(isinstance(act, dict) for act in acts):
        raise RehearsalBroken()
    return acts


def _facts(posted: MultiDict[str, str]) -> dict[str, Any]:
    """What the case is supposed to be, as the form says it."""
    found: dict[str, Any] = {}
    for name in FACTS:
        known = processes.DEFAULT_FACTS[name]
        found[name] = posted.get(f"fact-{name}") == "true" if isinstance(known, bool) else posted.get(
            f"fact-{name}", known)
    return found


def _without_photos(form: Form) -> Form:
    return replace(form, fields=tuple(each for each in form.fields if each.type != "photos"))


def _render(stage: Stage, acts: Sequence[Mapping[str, Any]], wrong: Any = None) -> Any:
    if not identity.current_actor().posts:
        abort(403)
    if not stage.roots:
        return render_template("rehearse.html", stage=stage, run=None, here="rules")
    run = processes.rehearse(stage.cast, {}, acts)
    open_tasks = run.step.open if run.step else ()
    inner = open_tasks[0].process if open_tasks else ""
    shown = inner if inner in stage.files else stage.cast[0].definition_id
    return render_template(
        "rehearse.html", stage=stage, run=run, acts=json.dumps(list(acts), ensure_ascii=False), here="rules",
        forms=[(task, _view(task, wrong)) for task in open_tasks], shown=shown, file=stage.files.get(shown, ""),
        marks=_marks(stage, run, shown), names=_names(stage), facts=_facts_shown(run.facts),
    ), 422 if wrong else 200


def _view(task: OpenTask, wrong: Any) -> FormView:
    form = _without_photos(task.form)
    choices = Choices(db.session(), identity.current_actor().posts[0].organisation_id, shell.language())
    if wrong and wrong[0] == task.key:
        return view_of(form, choices, values=wrong[2], outcome=wrong[1], problems=wrong[3])
    return view_of(form, choices, values=_samples(form, choices), outcome="")


def _samples(form: Form, choices: Choices) -> dict[str, Any]:
    """Something in every field that is demanded, so that a way is gone quickly."""
    found: dict[str, Any] = {}
    for each in form.fields:
        offered = [key for _group, group in choices.of(each) for key, _label in group]
        if not each.required:
            continue
        if each.type == "organisations":
            found[each.id] = offered[:2]
        elif offered:
            found[each.id] = offered[0]
        elif each.type in ("text", "longtext"):
            found[each.id] = str(_("rehearsal"))
        elif each.type == "number":
            found[each.id] = 1
    return found


def _marks(stage: Stage, run: processes.Rehearsed, shown: str) -> dict[str, Mark]:
    """Where the run went and where it stands, on the diagram shown; a call stands while anything inside it does."""
    marks = {one.element: Mark("was") for one in run.done if one.process == shown}
    source = next((one for one in stage.cast if one.kind == "bpmn" and one.definition_id == shown), None)
    if source is None or run.step is None or run.step.done:
        return marks
    live = {one.process for one in run.step.open}
    marks |= {element: Mark("live") for element, inside in standing.calls_inside(source, stage.cast).items()
              if inside & live}
    marks |= {one.element: Mark("live") for one in run.step.open if one.process == shown}
    if run.problem and run.problem[0]:
        marks[run.problem[0]] = Mark("wrong", "!")
    return marks


def _names(stage: Stage) -> dict[tuple[str, str], str]:
    """What every element is called, by process and id."""
    return {(one.definition_id, element.id): called(element) for one in stage.cast if one.kind == "bpmn"
            for element in processes.describe(one).elements}


def _facts_shown(facts: Mapping[str, Any]) -> list[tuple[str, str, Any, list[tuple[str, str]]]]:
    """(name, what it is called, its value, the choices) of every fact that a diagram may ask."""
    english = shell.language() == "en"
    called = {"origin": ("来源", "Origin"), "severity": ("严重程度", "Severity"), "urgency": ("紧急程度", "Urgency"),
              "level": ("层级", "Level"), "emergency": ("突发事件", "Emergency"),
              "settled": ("当场解决", "Settled on the spot"), "has_contact": ("有联系人", "Has a contact"),
              "verified": ("已核实", "Verified"), "top": ("已是顶级", "At the top"),
              "rework": ("返工", "Rework"), "dispatched": ("已派遣", "Dispatched"),
              "contact_certain": ("确已告知", "Told for certain"), "rated": ("已评价", "Rated")}
    return [(name, called[name][english], facts[name],
             [(key, pair[english]) for key, pair in words.WORDS.get(name, {}).items()]) for name in FACTS]
