"""Doing a task from the desk: submit and open the next; many at once with a preview and an answer for each row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases, worklist
from engine.cases import pages, reading
from engine.cases.troubles import StepBroken
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, WanggeError
from web import identity
from web.console import acting, photos, queues, shell
from web.console.blueprint import blueprint
from web.console.cases import render_again
from web.console.forms import Choices, read_values, view_of
from web.db import db

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Planned:
    """One row of a bulk dispatch: the case, what would be done, and afterwards what came of it."""

    number: str
    title: str
    suggestion: cases.Suggestion | None
    task: int | None
    version: int | None
    problem: str = ""
    done: bool = False


@blueprint.post("/tasks/<int:task>")
def complete(task: int) -> Any:
    """Complete a task; at the desk the answer is the next case, elsewhere the case's page."""
    session, actor = db.session(), identity.current_actor()
    row = worklist.get_task(session, task)
    number = reading.number_of(session, row.case_id)
    form, name = acting.form_of(row.form), row.name
    posted, faults = photos.taken_in(request, form, "evidence")
    outcome, values, typed = read_values(form, posted)
    try:
        photos.refuse(faults)
        with session.begin_nested():
            cases.complete_task(session, actor, task, outcome, values, posted.get("version", type=int), shell.now())
    except StepBroken as broken:
        noted = acting.noted(broken)
        return render_again(number, acting.Attempt(str(task), outcome, typed, said=noted), 503)
    except (Invalid, Conflict, NotAllowed) as refused:
        return _refused(number, row, acting.Attempt(str(task), outcome, typed, said=shell.told(refused)), refused)
    label = next((one.label_en if shell.language() == "en" else one.label
                  for one in form.outcomes if one.id == outcome), name)
    return _done(number, task, _("%(number)s: %(label)s", number=number, label=label))


@blueprint.get("/tasks/<int:task>/suggestion")
def suggestion(task: int) -> Any:
    """The form again with the suggestion for another matter, severity or urgency; nothing is changed."""
    row = worklist.get_task(db.session(), task)
    number = reading.number_of(db.session(), row.case_id)
    page = pages.case_page(db.session(), identity.current_actor(), number, shell.now(), shell.language())
    found = [view for view in acting.task_views(page, asked=request.args) if view.mine.task.id == task]
    return render_template("_task.html", task=found[0] if found else None, case=page.case, page=page,
                           is_asked=True, desk_key=request.args.get("desk", ""))


@blueprint.post("/tasks/<int:task>/claim")
def claim(task: int) -> Any:
    """Take a task for oneself, or give it back."""
    session, actor = db.session(), identity.current_actor()
    row = worklist.get_task(session, task)
    number, mine = reading.number_of(session, row.case_id), row.assignee_id == actor.person_id
    (cases.release_task if mine else cases.claim_task)(session, actor, task, shell.now())
    if shell.is_fragment():
        return queues.render_pane(number, request.form.get("desk", ""))
    return redirect(url_for("console.case", number=number))


@blueprint.post("/queues/<key>/bulk")
def bulk(key: str) -> Any:
    """Dispatch the selected cases by their suggestions: first a preview with the count, then a result a row."""
    numbers = list(dict.fromkeys(request.form.getlist("number")))[:MOST_AT_ONCE]
    planned = [_plan(number) for number in numbers]
    if request.form.get("step") == "go":
        planned = [_carry_out(one) for one in planned]
    return render_template("bulk.html", key=key, planned=planned, is_done=request.form.get("step") == "go",
                           ready=[one for one in planned if not one.problem], here=key)


def _plan(number: str) -> Planned:
    try:
        page = pages.case_page(db.session(), identity.current_actor(), number, shell.now(), shell.language())
    except WanggeError as unknown:
        return Planned(number, "", None, None, None, shell.told(unknown))
    views = [view for view in acting.task_views(page) if view.suggestion is not None]
    if not views:
        return Planned(number, page.case.title, None, None, None, _("Nothing of yours to dispatch here."))
    chosen, task = views[0].suggestion, views[0].mine.task
    assert chosen is not None
    sure = chosen.matter_code and (chosen.organisation_code or acting.suggested_values(chosen)[1] == "own")
    problem = "" if sure else _("No sure suggestion: open it and choose.")
    return Planned(number, page.case.title, chosen, task.id, task.version, problem)


def _carry_out(one: Planned) -> Planned:
    if one.problem or one.suggestion is None or one.task is None:
        return one
    session, form = db.session(), acting.form_of(worklist.get_task(db.session(), one.task).form)
    values, outcome = acting.suggested_values(one.suggestion)
    meant = {each.id: values[each.id] for each in form.fields if each.applies(outcome) and values.get(each.id)}
    try:
        with session.begin_nested():
            cases.complete_task(session, identity.current_actor(), one.task, outcome, meant, one.version, shell.now())
    except WanggeError as refused:
        return Planned(one.number, one.title, one.suggestion, None, None, acting.noted(refused))
    return Planned(one.number, one.title, one.suggestion, one.task, one.version, "", True)


def _refused(number: str, row: Any, attempt: acting.Attempt, refused: WanggeError) -> Any:
    """What was typed stays; a lost race names the winner and the entry."""
    if isinstance(refused, Invalid):
        return render_again(number, replace(attempt, problems=refused.fields), 422)
    form, view = acting.form_of(row.form), queues.case_view(number)
    choices = Choices(db.session(), view["case"].holder_id, shell.language())
    kept = view_of(form, choices, values=attempt.typed, outcome=attempt.outcome).spoken()
    page = render_template("conflict.html", refused=refused, said=attempt.said, kept=kept, here="",
                           fragment=shell.is_fragment(), desk_key=request.form.get("desk", ""), **view)
    return page, 403 if isinstance(refused, NotAllowed) else 409


def _done(number: str, task: int, said: str) -> Any:
    desk = request.form.get("desk", "")
    if shell.is_fragment() and desk:
        return _next(number, task, desk, said)
    flash(said)
    if desk and desk != "search":
        return redirect(url_for("console.queue", key=desk))
    return redirect(url_for("console.case", number=number))


def _way_back(number: str) -> str:
    """Where a dispatch is recalled while the unit has not signed for it; "" where it cannot be."""
    session = db.session()
    try:
        case = reading.get_case(session, number)
    except NotFound:
        return ""
    offers = cases.available_acts(session, identity.current_actor(), case, shell.now())
    return url_for("console.act", number=number, verb="recall") if any(o.verb == "recall" for o in offers) else ""


def _next(number: str, task: int, desk: str, said: str) -> Any:
    """The pane of the next case, and the finished row taken off the list."""
    following = request.form.get("next", "")
    stay = shell.preference("after") == "stay"
    target = number if stay else following
    view = queues.case_view(target) if target else {}
    answer = make_response(render_template("_after.html", desk_key=desk, finished=number, number=target, **view))
    answer.headers["HX-Trigger"] = shell.toast(said, _way_back(number))
    back = url_for("console.queue", key=desk, case=target) if target else url_for("console.queue", key=desk)
    answer.headers["HX-Replace-Url"] = back
    return answer
