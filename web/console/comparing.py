"""Two published versions side by side, with what changed marked and in words."""

from __future__ import annotations

from typing import Any

from flask import render_template

from engine import library
from web.console import rules
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/rules/<int(max=2147483647):definition>/compare/<int(max=2147483647):other>")
def compare_versions(definition: int, other: int) -> Any:
    """The older version left, the newer right, whichever way they were named."""
    found = [library.get_definition(db.session(), key) for key in (definition, other)]
    older, newer = sorted(found, key=lambda row: row.version)
    if (older.pack, older.kind, older.definition_id) != (newer.pack, newer.kind, newer.definition_id):
        raise library.DefinitionUnknown()
    before, after = library.source_from(older), library.source_from(newer)
    return render_template("compare.html", older=older, newer=newer, changes=rules.compared(before, after),
                           name=rules.described(after).name, here="rules")
