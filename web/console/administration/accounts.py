"""Accounts, for the security administrator: who can get in, who is locked out, what an account may do and where."""

from __future__ import annotations

from typing import Any, get_args

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import audit, directory, registers
from engine.registers import Verb
from web import failing, identity
from web.console import shell
from web.console.administration import rights, who
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/accounts")
def accounts() -> Any:
    """One page of accounts, searched and filtered."""
    top = who.top_of(who.require("accounts"), "accounts")
    text, state = request.args.get("text", "").strip()[:80], request.args.get("state", "")
    after = request.args.get("after", "")[:80]
    if "\0" in text + after:
        abort(422)
    session, at = db.session(), shell.now()
    found = directory.list_accounts(session, at, top, text, state, after, directory.PAGE + 1)
    return render_template("accounts.html", here="accounts", found=found[:directory.PAGE],
                           more=len(found) > directory.PAGE, by_state=directory.count_by_state(session, at, top),
                           is_narrowed=bool(text or state or after))


@blueprint.get("/accounts/<path:username>")
def account(username: str) -> Any:
    """One account: its state, its log-ins, what it may do and where, what was done to it."""
    return _page(username)


@blueprint.post("/accounts/<path:username>/do/<verb>")
def change_account(username: str, verb: str) -> Any:
    """Lock an account, unlock it, end its log-ins, or give it a new first password; each for a reason."""
    actor = who.require("accounts")
    chosen: Verb | None = next((one for one in get_args(Verb) if one == verb), None)
    if chosen is None:
        abort(404)
    try:
        with db.session().begin_nested():
            first = registers.change_account(db.session(), actor, username, chosen,
                                             request.form.get("reason", ""), shell.now())
    except (registers.ReasonMissing, registers.NotOneself, registers.LastAdministrator,
            registers.PostElsewhere) as refused:
        failure = failing.failure_of(refused)
        return _page(username, failure.detail, verb), failure.status
    if first is not None:
        return render_template("first_password.html", first=first, here="accounts",
                               back=url_for("console.account", username=username))
    flash({"lock": _("The account is locked and logged out."), "unlock": _("The account is open again."),
           "log_out": _("Every log-in of the account has ended.")}[chosen])
    return redirect(url_for("console.account", username=username))


def _page(username: str, said: str = "", tried: str = "") -> Any:
    actor, session, at = who.require("accounts"), db.session(), shell.now()
    found = directory.find_account_view(session, username, at, who.top_of(actor, "accounts"))
    if found is None:
        abort(404)
    holder = directory.find_actor_of(session, directory.get_account(session, found.id).person_id, at)
    return render_template(
        "account.html", here="accounts", found=found, said=said, tried=tried, typed=request.form.get("reason", ""),
        is_own=found.id == actor.account_id, held=registers.get_person(session, username, at).posts,
        rights=rights.rights_of(holder) if holder else (), failures=directory.list_failures(session, username, at),
        log_ins=directory.list_log_ins_of(session, found.id, at),
        deeds=audit.list_deeds_of(session, "accounts", username), is_in=identity.current_session_id())
