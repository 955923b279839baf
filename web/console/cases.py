"""The page of one case: whose turn it is, why then, what happened, and what may be done now."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import attachments, cases, residents
from engine.cases import diagrams, reading, unmasking
from engine.cases.troubles import StepBroken
from engine.errors import Conflict, Invalid
from web import identity
from web.console import acting, photos, queues, shell
from web.console.blueprint import blueprint
from web.console.forms import read_values
from web.db import db

TABS = ("timeline", "diagram", "papers", "deadlines")


@blueprint.get("/cases/<number>")
def case(number: str) -> Any:
    """The page of a case; `tab` opens another of its faces."""
    return render_case(number)


@blueprint.get("/cases/<number>/why")
def why(number: str) -> Any:
    """Why it is due then, as a fragment."""
    found = reading.get_case(db.session(), number)
    explained = cases.explain_deadlines(db.session(), found, shell.now(), shell.language())
    return render_template("_why.html", case=found, explained=explained)


@blueprint.get("/cases/<number>/diagrams/<process>")
def diagram(number: str, process: str) -> Any:
    """The diagram that this case runs on, in the version it is pinned to."""
    found = reading.get_case(db.session(), number)
    answer = make_response(diagrams.diagram_of(db.session(), found, process))
    answer.headers["Content-Type"] = "application/xml; charset=utf-8"
    return answer


@blueprint.get("/photos/<key>")
def photo(key: str) -> Any:
    """A photo of a case within the reader's scope."""
    found = attachments.get_attachment(db.session(), key)
    answer: Response = make_response(attachments.get(found.key))
    answer.headers["Content-Type"] = found.media_type
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@blueprint.post("/cases/<number>/contact")
def contact(number: str) -> Any:
    """The resident's name and phone, for a reason that goes on the record; for a seat their link too, to send it."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        return render_template("_contact.html", number=number, masked=request.form.get("masked", ""),
                               problem=_("Say why you need it.")), 422
    shown = unmasking.unmask(db.session(), identity.current_actor(), number, reason, shell.now())
    link = ""
    if identity.current_actor().has("seat"):  # never the unit that handles it: whoever has the link may rate
        secret = residents.secret_of(reading.get_case(db.session(), number))
        link = url_for("residents.standing", number=number, secret=secret, _external=True)
    return render_template("_contact.html", number=number, shown=shown, link=link)


@blueprint.post("/cases/<number>/acts/<verb>")
def act(number: str, verb: str) -> Any:
    """Do an act without a task; a refused one comes back as it was typed."""
    session, actor = db.session(), identity.current_actor()
    found = reading.get_case(session, number)
    offer = next((one for one in cases.available_acts(session, actor, found, shell.now()) if one.verb == verb), None)
    if offer is None:
        abort(409)
    posted, faults = photos.taken_in(request, offer.form, "evidence")
    __, values, typed = read_values(offer.form, posted)
    try:
        photos.refuse(faults)
        with session.begin_nested():
            cases.act_on(session, actor, number, verb, values, shell.now())
    except StepBroken as broken:
        return render_again(number, acting.Attempt(verb, verb, typed, said=acting.noted(broken)), 503)
    except (Invalid, Conflict) as refused:
        problems = refused.fields if isinstance(refused, Invalid) else {}
        attempt = acting.Attempt(verb, verb, typed, problems, shell.told(refused))
        status = 422 if isinstance(refused, Invalid) else 409
        return render_again(number, attempt, status)
    label = offer.label_en if shell.language() == "en" else offer.label
    done = _("%(act)s: done. %(number)s", act=label, number=number)
    if shell.is_fragment() and request.form.get("desk"):
        answer = make_response(queues.render_pane(number, request.form["desk"]))
        answer.headers["HX-Trigger"] = shell.toast(done)
        return answer
    flash(done)
    return redirect(url_for("console.case", number=number))


def render_again(number: str, attempt: acting.Attempt, status: int) -> Any:
    """The case with a refused form, where it was sent from: the desk's pane or the page."""
    db.session().expire_all()
    if shell.is_fragment():
        return queues.render_pane(number, request.form.get("desk", ""), attempt, status)
    return render_case(number, attempt, status)


def render_case(number: str, attempt: acting.Attempt | None = None, status: int = 200) -> Any:
    """The whole page."""
    tab = request.args.get("tab", "timeline")
    view = queues.case_view(number, attempt)
    explained = cases.explain_deadlines(
        db.session(), view["case"], shell.now(), shell.language(), view["page"].file)
    drawn = diagrams.drawings_of(db.session(), view["case"], shell.now())
    return render_template("case.html", tab=tab if tab in TABS else "timeline", explained=explained, drawn=drawn,
                           here="", **view), status
