"""Lists out as workbooks: short ones at once, long ones by the worker while a page tells how far it is."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from engine import errands
from engine.cases.filters import Filters
from engine.supervision import exporting
from engine.supervision.filters import Filters as Figure
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.post("/exports")
def export() -> Any:
    """The list that the form names: a file where it is short, else the page of what the worker writes."""
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    asked = _asked()
    if exporting.begin(session, actor, asked, at) > exporting.AT_ONCE:
        exporting.ask(session, actor, asked, at)
        return redirect(url_for("console.exports"))
    name, content, __ = exporting.export(session, actor, asked, at)
    return _file(name, content)


@blueprint.get("/exports")
def exports() -> Any:
    """My exports: those at work and those that can still be fetched; polled while one is at work."""
    if not identity.current_actor().has(*exporting.MAY):
        abort(403)
    found = errands.list_errands(db.session(), identity.current_actor(), exporting.KIND)
    template = "_exports.html" if shell.is_fragment() else "exports.html"
    return render_template(template, here="exports", found=found, asked=_named,
                           fetchable_since=shell.now() - errands.FILES_KEPT,
                           is_busy=any(one.ended_at is None for one in found))


@blueprint.get("/exports/<int(max=2147483647):errand>/file")
def export_file(errand: int) -> Any:
    """What the worker wrote, for a day."""
    name, content = errands.file_of(db.session(), identity.current_actor(), errand)
    return _file(name, content)


@blueprint.post("/exports/<int(max=2147483647):errand>/stop")
def export_stop(errand: int) -> Any:
    """Not wanted any more."""
    errands.call_off(db.session(), identity.current_actor(), errand, shell.now())
    flash(_("Stopped; nothing was taken out."))
    return redirect(url_for("console.exports"))


def _asked() -> exporting.Asked:
    form, key = request.form, request.form.get("list", "")
    given = Figure.of(form).query if key == exporting.BOARD else Filters.of(form).active
    return exporting.Asked(key, given, form.get("sorted"), shell.language())


def _named(errand: errands.Errand) -> str:
    """What an export is called in the reader's language."""
    return exporting.Asked(**errand.payload).name(shell.language())


def _file(name: str, content: bytes) -> Any:
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
