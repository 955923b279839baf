"""What is published: diagrams drawn, tables as rows, each with its citations, versions and the cases it rules."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for

from engine import cases, decisions, library, processes
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/rules")
def rules() -> Any:
    """Every diagram and table in force, by pack."""
    versions, running = library.list_definitions(db.session()), cases.running_by_definition(db.session())
    newest: dict[tuple[str, str, str], Any] = {}
    for one in versions:
        newest.setdefault((one.pack, one.kind, one.definition_id), one)
    packs = []
    for pack in library.packs().values():
        rows = [one for (name, _, _), one in newest.items() if name == pack.id]
        if rows:
            packs.append((pack, pack.is_expired(shell.now().date()), rows))
    return render_template("rules.html", packs=packs, running=running, names=_names(newest.values()), here="rules")


def _names(rows: Any) -> dict[int, str]:
    """What each definition calls itself."""
    return {one.id: _described(_source(one.id)).name or one.definition_id for one in rows}


def _source(definition: int) -> library.Source:
    return library.source_from(library.get_definition(db.session(), definition))


def _described(source: library.Source) -> Any:
    return processes.describe(source) if source.kind == "bpmn" else decisions.describe(source)


@blueprint.get("/rules/<int(max=2147483647):definition>")
def rule(definition: int) -> Any:
    """One published version: the drawing with its elements, or the table with its rows."""
    row = library.get_definition(db.session(), definition)
    versions = [one for one in library.list_definitions(db.session())
                if (one.pack, one.kind, one.definition_id) == (row.pack, row.kind, row.definition_id)]
    source = library.source_from(row)
    return render_template(
        f"rule_{row.kind}.html", row=row, versions=versions, source=source, described=_described(source),
        running=cases.running_by_definition(db.session()), pack=library.get_pack(row.pack), here="rules")


@blueprint.get("/rules/<int(max=2147483647):definition>/file")
def rule_file(definition: int) -> Any:
    """The bytes as they were published, for the drawing and to take away."""
    row = library.get_definition(db.session(), definition)
    answer = make_response(row.content)
    answer.headers["Content-Type"] = "application/xml; charset=utf-8"
    if "download" in request.args:
        answer.headers["Content-Disposition"] = f'attachment; filename="{row.definition_id}.v{row.version}.{row.kind}"'
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@blueprint.get("/articles/<path:citation>")
def article(citation: str) -> Any:
    """The text of an article, or what a requirement asks for."""
    found = library.find_article(citation)
    requirement = library.requirements().get(citation)
    if found is None and requirement is None:
        return redirect(url_for("console.rules"))
    return render_template("article.html", citation=citation, article=found, requirement=requirement, here="rules")
