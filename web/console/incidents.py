"""Incidents: what does not go on at the operator's place, and the three ways to put it right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.cases import incidents, mending
from engine.cases.mending import Mended
from engine.errors import Conflict, Invalid
from web import failing, identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/incidents")
def list_incidents() -> Any:
    """The incidents of the operator's place: those that are open unless the address says otherwise."""
    state, cause = request.args.get("state", "open"), request.args.get("cause")
    chosen: incidents.State = next((one for one in incidents.STATES if one == state), "open")
    cause = cause if cause in incidents.CAUSES else None
    page = incidents.list_incidents(db.session(), identity.current_actor(), chosen, cause,
                                    request.args.get("cursor", type=int))
    return render_template("incidents.html", page=page, state=chosen, cause=cause, here="incidents")


@blueprint.get("/incidents/<int(max=9223372036854775807):incident>")
def incident(incident: int) -> Any:
    """One incident: its element drawn, its reason and history, and what may be done."""
    return _page(incident)


@blueprint.get("/incidents/<int(max=9223372036854775807):incident>/diagram")
def incident_diagram(incident: int) -> Any:
    """The diagram in which it broke, as the case is pinned to it."""
    answer = make_response(incidents.diagram_of(db.session(), identity.current_actor(), incident))
    answer.headers["Content-Type"] = "application/xml; charset=utf-8"
    return answer


@blueprint.post("/incidents/<int(max=9223372036854775807):incident>/retry")
def retry_incident(incident: int) -> Any:
    """Do again what broke."""
    return _decided(incident, "retry", lambda: mending.retry(
        db.session(), identity.current_actor(), incident, shell.now()))


@blueprint.post("/incidents/<int(max=9223372036854775807):incident>/skip")
def skip_incident(incident: int) -> Any:
    """Pass over what broke."""
    values = {name.removeprefix("value."): text.strip() for name, text in request.form.items()
              if name.startswith("value.")}
    return _decided(incident, "skip", lambda: mending.skip(
        db.session(), identity.current_actor(), incident, request.form.get("reason", ""), values, shell.now()))


@blueprint.post("/incidents/<int(max=9223372036854775807):incident>/send-back")
def send_back_incident(incident: int) -> Any:
    """Send the case back to a person."""
    return _decided(incident, "send_back", lambda: mending.send_back(
        db.session(), identity.current_actor(), incident, request.form.get("reason", ""),
        request.form.get("to") or None, shell.now()))


def _decided(incident: int, verb: str, decide: Callable[[], Mended]) -> Any:
    """What came of a decision; a refused one keeps what was typed."""
    try:
        with db.session().begin_nested():
            mended = decide()
    except (Invalid, Conflict) as refused:
        db.session().expire_all()
        problems = failing.flat(refused.fields) if isinstance(refused, Invalid) else {}
        return _page(incident, verb, problems, shell.told(refused), 422 if isinstance(refused, Invalid) else 409)
    if mended.is_over:
        flash(_("Incident #%(id)d: the case %(number)s goes on.", id=incident, number=mended.number))
    else:
        flash(_("Incident #%(id)d: it broke again; nothing of the case has changed.", id=incident))
    return redirect(url_for("console.incident", incident=incident))


def _page(incident: int, tried: str = "", problems: dict[str, list[str]] | None = None, said: str = "",
          status: int = 200) -> Any:
    found = incidents.get_incident(db.session(), identity.current_actor(), incident, shell.now())
    page = render_template("incident.html", page=found, row=found.row, tried=tried, problems=problems or {}, said=said,
                           typed=request.form, here="incidents")
    return page, status
