"""The house's own record, for the audit administrator: who changed people, posts, bodies, grids, matters, accounts."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request

from engine import audit, registers
from web.console.administration import who
from web.console.administration.fields import sheet_title
from web.console.blueprint import blueprint
from web.db import db

PAGE = 50


@blueprint.get("/house")
def house() -> Any:
    """The newest entries first, searched."""
    who.require("house")
    text, kind = request.args.get("text", "").strip()[:80], request.args.get("kind", "")
    if "\0" in text + kind:
        abort(422)
    before = request.args.get("before", type=int)
    found = audit.list_deeds(db.session(), kind, text, before, PAGE + 1)
    return render_template("house.html", here="house", found=found[:PAGE], more=len(found) > PAGE,
                           title_of={sheet.key: sheet_title(sheet) for sheet in registers.all_sheets()})
