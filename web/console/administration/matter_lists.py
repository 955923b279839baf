"""The list of matters (事项清单): what is admitted, its versions with their dates, what waits to come into force."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request

from engine import matters
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db

PAGE = 50


@blueprint.get("/matters")
def matter_list() -> Any:
    """The matters by class, searched; the versions beside them."""
    session, at = db.session(), shell.now()
    text, shown = request.args.get("text", "").strip()[:60], request.args.get("state", "")
    found = [one for one in (matters.list_all(session) if shown == "all" else matters.list_admitted(session, at))
             if text in f"{one.code} {one.class_name} {one.subclass_name} {one.name} {one.keywords}"]
    start = max(request.args.get("start", 0, type=int), 0)
    return render_template(
        "matters.html", here="matters", found=found[start:start + PAGE], total=len(found), start=start, size=PAGE,
        versions=matters.list_versions(session), cells_of=lambda one: matters.cells_of(matters.row_of(one)),
        may_import=identity.current_actor().has("system_admin"))


@blueprint.get("/matters/<code>")
def matter(code: str) -> Any:
    """One matter, as it stands and as each version said it."""
    session = db.session()
    found = next((one for one in matters.list_all(session) if one.code == code), None)
    if found is None:
        abort(404)
    history = [(one, next((row for row in one.rows if row["编码"] == code), None))
               for one in matters.list_versions(session)]
    return render_template("matter.html", here="matters", found=found, history=history, columns=matters.COLUMNS,
                           cells=matters.cells_of(matters.row_of(found)))
