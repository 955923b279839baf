"""Who is logged in, since when and from where: for the security administrator everybody, for everybody themselves."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import directory, registers
from web import failing, identity
from web.console import shell
from web.console.administration import devices, who
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/log-ins")
def log_ins() -> Any:
    """The log-ins that open something now, the newest first."""
    return _page()


@blueprint.post("/log-ins/<int(max=2147483647):number>/end")
def end_log_in(number: int) -> Any:
    """End one log-in of somebody else, for a reason."""
    actor = who.require("log_ins")
    try:
        with db.session().begin_nested():
            username = registers.end_log_in(db.session(), actor, number, request.form.get("reason", ""), shell.now())
    except (registers.ReasonMissing, registers.NotOneself, registers.PostElsewhere) as refused:
        failure = failing.failure_of(refused)
        return _page(failure.detail, number), failure.status
    flash(_("The log-in of %(username)s has ended; at the next click it is said so there.", username=username))
    return redirect(url_for("console.log_ins"))


@blueprint.get("/my-log-ins")
def own_log_ins() -> Any:
    """One's own log-ins: this one, others that still open something, and those that ended."""
    actor = identity.current_actor()
    found = directory.list_log_ins_of(db.session(), actor.account_id or 0, shell.now())
    return render_template("own_log_ins.html", here="preferences", found=found, mine=identity.current_session_id(),
                           others=[one for one in found if not one.ended and one.id != identity.current_session_id()])


@blueprint.post("/my-log-ins/end")
def end_own_log_ins() -> Any:
    """End one of one's own log-ins, or all but this one where the form names none."""
    number = request.form.get("number", 0, type=int) if "number" in request.form else None
    ended = registers.end_own_log_ins(
        db.session(), identity.current_actor(), identity.current_session_id(), shell.now(), number)
    flash(_("%(n)d log-ins have ended.", n=ended))
    if number == identity.current_session_id():
        return redirect(url_for("login.show"))
    return redirect(url_for("console.own_log_ins"))


def _page(said: str = "", tried: int = 0) -> Any:
    top = who.top_of(who.require("log_ins"), "log_ins")
    text, before = request.args.get("text", "").strip()[:80], request.args.get("before", type=int)
    if "\0" in text:
        abort(422)
    session, at = db.session(), shell.now()
    found = directory.list_log_ins_now(session, at, top, text, before, directory.PAGE + 1)
    return render_template("log_ins.html", here="log_ins", found=found[:directory.PAGE], said=said, tried=tried,
                           more=len(found) > directory.PAGE, total=directory.count_log_ins_now(session, at, top),
                           text=text, own=identity.current_actor().account_id,
                           typed=request.form.get("reason", ""), device_of=devices.device_of)
