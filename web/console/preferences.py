"""What a person chooses for themselves: single-key commands, and what comes after a finished case."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from web.console import shell
from web.console.blueprint import blueprint


@blueprint.get("/preferences")
def preferences() -> Any:
    """The choices of this account."""
    return render_template("preferences.html", here="preferences")


@blueprint.post("/preferences")
def choose() -> Any:
    """Keep the choices."""
    shell.prefer(keys=request.form.get("keys") == "on",
                 after="stay" if request.form.get("after") == "stay" else "next")
    flash(_("Saved."))
    return redirect(url_for("console.preferences"))
