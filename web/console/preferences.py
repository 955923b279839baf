"""What a person chooses for themselves: single-key commands, and what comes after a finished case."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.cases import queues
from engine.cases.filters import Filters
from web.console import shell
from web.console.blueprint import blueprint

MOST_SAVED = 12


@blueprint.get("/preferences")
def preferences() -> Any:
    """The choices of this account."""
    return render_template("preferences.html", here="preferences")


@blueprint.post("/saved")
def save_filter() -> Any:
    """Keep a list with its filters under a name; it stands in the rail from now on."""
    name, key = request.form.get("name", "").strip()[:30], request.form.get("key", "search")
    filters = Filters.of(request.form).active
    if not name or not filters or key not in (*queues.BY_KEY, "search"):
        abort(422)
    kept = [one for one in shell.preference("saved") or [] if one["name"] != name]
    shell.prefer(saved=[*kept, {"name": name, "key": key, "filters": filters}][-MOST_SAVED:])
    return redirect(shell.saved_url({"key": key, "filters": filters}))


@blueprint.post("/saved/drop")
def drop_filter() -> Any:
    """Take a saved list out of the rail."""
    name = request.form.get("name")
    shell.prefer(saved=[one for one in shell.preference("saved") or [] if one["name"] != name])
    return redirect(url_for("console.preferences"))


@blueprint.post("/preferences")
def choose() -> Any:
    """Keep the choices."""
    shell.prefer(keys=request.form.get("keys") == "on",
                 after="stay" if request.form.get("after") == "stay" else "next")
    flash(_("Saved."))
    return redirect(url_for("console.preferences"))
