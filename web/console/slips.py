"""Orders and supervisions on paper (交办单、督办单): a sheet a case, one print job for many; the browser prints."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.cases import slips
from engine.supervision import filters as figures
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.console.supervision import require_supervising
from web.db import db


@blueprint.get("/slips/<kind>")
def slip(kind: str) -> Any:
    """The sheets of the cases that the address names, the resident masked."""
    return _render(kind, request.args.getlist("number"))


@blueprint.post("/slips/<kind>")
def slip_many(kind: str) -> Any:
    """The sheets of the cases that are ticked in a list, or of a whole figure of the board."""
    numbers = request.form.getlist("number")[: slips.MOST + 1]
    if request.form.get("all") == "1":  # of the supervisors' board: the whole figure, as far as a print job goes
        require_supervising()
        figure = figures.Filters.of(request.form)
        found = figures.list_page(db.session(), identity.current_actor(), figure, shell.now(), None, slips.MOST + 1)
        numbers = [row.number for row in found.items]
    return redirect(url_for("console.slip", kind=_known(kind), number=numbers))


@blueprint.post("/slips/order/contact")
def orders_with_contact() -> Any:
    """Orders with the residents' names and phones, for a reason that goes on the record of every case."""
    reason, numbers = request.form.get("reason", "").strip(), request.form.getlist("number")
    if not reason:
        return _render("order", numbers, problem=_("Say why you need it.")), 422
    return _render("order", numbers, reason)


def _render(kind: str, numbers: list[str], reason: str = "", problem: str = "") -> str:
    chosen = list(dict.fromkeys(numbers))
    sheets = slips.read_slips(
        db.session(), identity.current_actor(), _known(kind), chosen, shell.now(), shell.language(), reason)
    return render_template("slips.html", kind=kind, slips=sheets, chosen=chosen[: slips.MOST], most=slips.MOST,
                           is_cut=len(chosen) > slips.MOST, is_open=bool(reason), problem=problem)


def _known(kind: str) -> slips.Kind:
    for known in slips.KINDS:
        if kind == known:
            return known
    abort(404)
