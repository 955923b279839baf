"""My tasks, what I reported and where it stands; do the one, urge the other (E15)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases, worklist
from engine.cases import pages, reading
from engine.cases.troubles import StepBroken
from engine.errors import Conflict, Invalid, NotAllowed
from web import identity
from web.console import acting, photos, shell
from web.console.forms import Choices, read_values, view_of
from web.db import db
from web.phone.blueprint import blueprint

FOLLOWING = ("urge", "follow_up", "contact", "rate_in_person")
LISTS = {"reported": "reported", "grid": "my-grid"}
Answer = Any


@blueprint.get("/tasks")
def tasks() -> Answer:
    """What waits for me, the most urgent first."""
    page = reading.list_my_tasks(db.session(), identity.current_actor(), shell.now(),
                                 cursor=request.args.get("cursor"))
    return render_template("phone/tasks.html", page=page, here="tasks")


@blueprint.get("/reported")
def reported() -> Answer:
    """What I reported, the newest first; or what is open in my grid."""
    which = request.args.get("list", "reported")
    key = LISTS.get(which, "reported")
    actor = identity.current_actor()
    page = reading.queue(db.session(), actor, key, shell.now(), cursor=request.args.get("cursor")) if actor.has(
        "grid_worker") else None
    return render_template("phone/reported.html", page=page, which="grid" if key == "my-grid" else "reported",
                           here="reported")


@blueprint.get("/cases/<number>")
def case(number: str) -> Answer:
    """A case: where it stands, what I may do."""
    return _case(number)


@blueprint.post("/tasks/<int:task>")
def complete(task: int) -> Answer:
    """Do a task of mine; a refused form comes back as it was typed."""
    session, actor = db.session(), identity.current_actor()
    row = worklist.get_task(session, task)
    number = reading.number_of(session, row.case_id)
    form = acting.form_of(row.form)
    posted, faults = photos.taken_in(request, form, "evidence")
    outcome, values, typed = read_values(form, posted)
    try:
        photos.refuse(faults)
        with session.begin_nested():
            cases.complete_task(session, actor, task, outcome, values, posted.get("version", type=int), shell.now())
    except (Invalid, Conflict, NotAllowed, StepBroken) as refused:
        said = acting.noted(refused)
        session.expire_all()
        problems = refused.fields if isinstance(refused, Invalid) else {}
        attempt = acting.Attempt(str(task), outcome, typed, problems, said)
        choices = Choices(session, reading.get_case(session, number).holder_id, shell.language())
        kept = view_of(form, choices, values=typed, outcome=outcome).spoken()
        return _case(number, attempt, kept if not isinstance(refused, Invalid) else (), _status(refused))
    flash(_("Done: %(task)s", task=row.name))
    return redirect(url_for("phone.tasks"))


@blueprint.post("/cases/<number>/acts/<verb>")
def follow(number: str, verb: str) -> Answer:
    """Urge what I reported, at whatever level it stands now; say that I met the reporter; take their rating."""
    session, actor = db.session(), identity.current_actor()
    found = reading.get_case(session, number)
    offers = cases.available_acts(session, actor, found, shell.now()) if verb in FOLLOWING else []
    offer = next((one for one in offers if one.verb == verb), None)
    __, values, typed = read_values(offer.form, request.form) if offer else ("", {}, {})
    try:
        with session.begin_nested():
            cases.act_on(session, actor, number, verb if verb in FOLLOWING else "", values, shell.now())
    except (Invalid, Conflict, NotAllowed, StepBroken) as refused:
        said = acting.noted(refused)
        session.expire_all()
        problems = refused.fields if isinstance(refused, Invalid) else {}
        return _case(number, acting.Attempt(verb, verb, typed, problems, said), (), _status(refused))
    done = offer.label_en if offer and shell.language() == "en" else offer.label if offer else ""
    flash(_("Urged: whoever has it is told now.") if verb == "urge" else _("Done: %(task)s", task=done))
    return redirect(url_for("phone.case", number=number))


def _status(refused: Exception) -> int:
    families = ((Invalid, 422), (Conflict, 409), (StepBroken, 503))
    return next((status for family, status in families if isinstance(refused, family)), 403)


def _case(number: str, attempt: acting.Attempt | None = None, kept: Any = (), status: int = 200) -> Answer:
    page = pages.case_page(db.session(), identity.current_actor(), number, shell.now(), shell.language())
    acts = [act for act in acting.act_views(page, attempt)[0] if act.verb in FOLLOWING]
    return render_template(
        "phone/case.html", page=page, case=page.case, tasks=acting.task_views(page, attempt), acts=acts, kept=kept,
        told=attempt.said if attempt else "", is_new=request.args.get("new") == "1", here=""), status
