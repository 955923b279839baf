"""What is published: diagrams drawn, tables as rows, each with its citations, versions and the cases it rules."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from flask import abort, make_response, redirect, render_template, url_for

from engine import cases, decisions, library, processes
from engine.cases import consequences, drafting, standing
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.console.marks import Mark
from web.db import db


@blueprint.get("/rules")
def rules() -> Any:
    """Every diagram and table in force, by pack, and the drafts on their way."""
    return render_rules()


def render_rules(problem: str = "", typed: dict[str, str] | None = None, status: int = 200) -> Any:
    """The page, with an upload that was not taken as it was typed."""
    session, actor = db.session(), identity.current_actor()
    versions, running = library.list_definitions(session), cases.running_by_definition(session)
    newest: dict[tuple[str, str, str], Any] = {}
    for one in versions:
        if one.state == "published" and one.in_force_from <= shell.now():
            newest.setdefault((one.pack, one.kind, one.definition_id), one)
    packs = []
    for pack in library.packs().values():
        rows = [one for (name, _, _), one in newest.items() if name == pack.id]
        if rows:
            packs.append((pack, pack.is_expired(shell.now().date()), rows))
    page = render_template(
        "rules.html", packs=packs, running=_running(versions, running), names=names_of(newest.values()), here="rules",
        drafts=drafting.list_drafts(session, actor), mine=drafting.packs_drawn_by(actor), problem=problem,
        scheduled=consequences.list_scheduled(session, shell.now()), typed=typed or {})
    return page, status


def _running(versions: Any, running: dict[int, int]) -> dict[tuple[str, str, str], int]:
    """Open cases by diagram or table, whichever version they run on."""
    found: dict[tuple[str, str, str], int] = {}
    for one in versions:
        key = (one.pack, one.kind, one.definition_id)
        found[key] = found.get(key, 0) + running.get(one.id, 0)
    return found


def names_of(rows: Any) -> dict[int, str]:
    """What each definition calls itself."""
    sources = library.list_sources(db.session(), [one.id for one in rows])
    return {one.id: described(sources[one.id]).name or one.definition_id for one in rows}


def source_at(definition: int) -> library.Source:
    """The bytes of a published version."""
    return library.source_from(library.get_definition(db.session(), definition))


def described(source: library.Source) -> Any:
    """A diagram's elements or a table's rows."""
    return processes.describe(source) if source.kind == "bpmn" else decisions.describe(source)


def compared(before: library.Source, after: library.Source) -> Any:
    """What differs between two versions of a diagram or of a table."""
    return processes.compare(before, after) if after.kind == "bpmn" else decisions.compare(before, after)


@blueprint.get("/rules/<int(max=2147483647):definition>")
def rule(definition: int) -> Any:
    """One published version: the drawing with its elements, or the table with its rows."""
    return render_rule(definition)


def render_rule(definition: int, problem: str = "", typed: dict[str, str] | None = None, status: int = 200) -> Any:
    """The page, with an upload that was not taken as it was typed."""
    session, actor = db.session(), identity.current_actor()
    row = library.get_definition(session, definition)
    versions = [one for one in library.list_definitions(session)
                if (one.pack, one.kind, one.definition_id) == (row.pack, row.kind, row.definition_id)]
    source, pack = library.source_from(row), library.get_pack(row.pack)
    ruling = consequences.in_force(session, source, shell.now())
    tokens = standing.standing_in(session, row.id)
    page = render_template(
        f"rule_{row.kind}.html", row=row, versions=versions, source=source, described=described(source), pack=pack,
        running=cases.running_by_definition(session), ruling=ruling.id if ruling else None, tokens=tokens,
        marks={key: Mark("stands", str(count)) for key, count in tokens.items()}, problem=problem, typed=typed or {},
        may_draw=drafting.may_draw(actor, pack), here="rules")
    return page, status


@blueprint.get("/rules/<int(max=2147483647):definition>/file")
def rule_file(definition: int) -> Any:
    """The bytes as they were published, for the drawing and to take away: a browser never shows them as a page."""
    row = library.get_definition(db.session(), definition)
    answer = make_response(row.content)
    answer.headers["Content-Type"] = "application/xml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.definition_id}.v{row.version}.{row.kind}"'
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@blueprint.get("/packs/<pack>/export")
def export_pack(pack: str) -> Any:
    """Everything of a pack that is in force now, as the folders `workflows/` and `rules/` in a zip."""
    found = library.get_pack(pack)
    sources = [one for one in library.sources_in_force(db.session(), found.id, shell.now()) if one.pack == found.id]
    if not sources:
        abort(404)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for source in sorted(sources, key=lambda one: (one.kind, one.definition_id)):
            folder = "workflows" if source.kind == "bpmn" else "rules"
            bundle.writestr(f"{folder}/{found.id}/{source.definition_id}.{source.kind}", source.content)
    answer = make_response(out.getvalue())
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.id}.zip"'
    return answer


@blueprint.get("/articles/<path:citation>")
def article(citation: str) -> Any:
    """The text of an article, or what a requirement asks for."""
    found = library.find_article(citation)
    requirement = library.requirements().get(citation)
    if found is None and requirement is None:
        return redirect(url_for("console.rules"))
    return render_template("article.html", citation=citation, article=found, requirement=requirement, here="rules")
