"""The duty roster (值班表) of a centre: who answers now, who later, the hours that nobody has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import registers
from engine.clock import ZONE
from engine.errors import Invalid
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/duties")
def duties() -> Any:
    """The roster of one's own centre, or of the one that the address names."""
    return _roster({})


@blueprint.post("/duties")
def duty_add() -> Any:
    """Put somebody on the roster."""
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    centre = request.form.get("centre", 0, type=int)
    try:
        with session.begin_nested():
            registers.add_duty(session, actor, centre, request.form.get("person", 0, type=int), _moment("since"),
                               _moment("until"), at)
    except Invalid as refused:
        return _roster({name: list(said) for name, said in refused.fields.items()}), 422
    flash(_("Put on the roster."))
    return redirect(url_for("console.duties", centre=centre))


@blueprint.post("/duties/<int(max=2147483647):duty>/end")
def duty_end(duty: int) -> Any:
    """Take somebody off the roster."""
    ended = registers.end_duty(db.session(), identity.current_actor(), duty, shell.now())
    flash(_("Taken off the roster."))
    return redirect(url_for("console.duties", centre=ended.organisation_id))


def _roster(problems: dict[str, list[str]]) -> Any:
    session, actor = db.session(), identity.current_actor()
    centres = registers.list_centres(session, actor)
    asked = request.values.get("centre", type=int)
    mine = asked if asked is not None else next((one.id for one in centres), None)
    found = registers.get_roster(session, actor, mine, shell.now()) if mine is not None else None
    return render_template("duties.html", here="duties", centres=centres, roster=found, problems=problems)


def _moment(name: str) -> datetime:
    """A moment typed in the office's zone; raises DutyInvalid."""
    try:
        return datetime.fromisoformat(request.form.get(name, "")[:16]).replace(tzinfo=ZONE)
    except ValueError:
        raise registers.DutyInvalid(fields={name: ["不是时间，应写作 2026-01-31 08:30"]}) from None
