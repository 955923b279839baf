"""The list of matters (事项清单): what is admitted, its versions with their dates, what waits to come into force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request

from engine import matters
from web import identity, languages
from web.console import explained, shell
from web.console.blueprint import blueprint
from web.db import db

PAGE = 50


@blueprint.get("/matters")
def matter_list() -> Any:
    """The matters by class, searched; the versions beside them."""
    session, at = db.session(), shell.now()
    text, shown = request.args.get("text", "").strip()[:60], request.args.get("state", "")
    found = [one for one in (matters.list_all(session) if shown == "all" else matters.list_admitted(session, at))
             if text.casefold() in _searched(one)]
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
    history = [(one, next((_said(row) for row in one.rows if row["编码"] == code), None))
               for one in matters.list_versions(session)]
    return render_template("matter.html", here="matters", found=found, history=history, columns=matters.COLUMNS,
                           cells=_said(matters.cells_of(matters.row_of(found))))


def _searched(one: Any) -> str:
    """Where the words of a search are looked for: as the list says it, and as this reader sees it."""
    said = (one.class_name, one.subclass_name, one.name)
    return " ".join((one.code, *said, one.keywords, *map(languages.glossed, said))).casefold()


def _said(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells of a matter in the reader's language; what only the list says stays as it is."""
    if shell.language() == "zh":
        return dict(cells)
    return {title: _limits(cell) if title in ("处置时限", "分段时限") else languages.glossed(cell)
            for title, cell in cells.items()}


def _limits(cell: str) -> str:
    """A limit, or several with their names, such as «2 工作日» or «围挡 3 紧急工作时|修复 8 紧急工作时»."""
    parts = [part.split() for part in cell.split("|") if part]
    return "; ".join(" ".join((*name, explained.limit_words(f"{amount} {matters.UNIT_WORDS.get(unit, unit)}")))
                     for *name, amount, unit in parts)
