"""The drawing board: a diagram changed in the browser, checked by the gate as it is drawn, kept as a draft."""

from __future__ import annotations

import json
from typing import Any

from flask import jsonify, make_response, render_template, request
from flask_babel import gettext as _

from engine import cases, library
from engine.cases import consequences, drafting, words
from engine.library import Source, source_of
from engine.library.hardened import MOST_BYTES
from web import identity, security
from web.console import changes, rules, shell, subjects
from web.console.blueprint import blueprint
from web.console.subjects import Subject
from web.db import db


@blueprint.get("/rules/<int(max=2147483647):definition>/draw")
def draw_rule(definition: int) -> Any:
    """A published diagram on the board."""
    return _board(subjects.published(definition))


@blueprint.get("/drafts/<int(max=2147483647):draft>/draw")
def draw_draft(draft: int) -> Any:
    """A draft of a diagram on the board."""
    row = drafting.get_draft(db.session(), identity.current_actor(), draft)
    return _board(subjects.drafted(draft), row if row.state == "open" else None)


@blueprint.post("/packs/<pack>/check/<name>")
def check_drawing(pack: str, name: str) -> Any:
    """What the gate says of a diagram as it is being drawn: [{element, severity, text}]."""
    _check_may_draw(pack)
    file = request.files.get("file")
    content = file.stream.read(MOST_BYTES + 1) if file else b""
    source = source_of(content, definition_id=name, kind="bpmn", file=f"{name}.bpmn", pack=pack)
    found = consequences.findings_of(db.session(), source, shell.now())
    return jsonify([{"element": one.element, "severity": one.severity, "text": changes.finding_words(one)}
                    for one in found])


def _board(subject: Subject, draft: Any = None) -> Any:
    source, home, file = subject
    if source.kind != "bpmn":
        raise library.DefinitionUnknown()
    _check_may_draw(source.pack)
    ruling = consequences.in_force(db.session(), source, shell.now())
    page = make_response(render_template(
        "draw.html", source=source, home=home, file=file, draft=draft, ruling=ruling, here="rules",
        name=rules.described(source).name, words=json.dumps(_words(source), ensure_ascii=False)))
    # bpmn-js writes the places of its handles into style attributes
    page.headers["Content-Security-Policy"] = security.policy("style-src-attr 'unsafe-inline'")
    return page


def _check_may_draw(pack: str) -> None:
    if not drafting.may_draw(identity.current_actor(), library.get_pack(pack)):
        raise library.DraftUnknown()


def _words(source: Source) -> dict[str, Any]:
    """What the board says, and what may be chosen on it."""
    beside = consequences.beside(db.session(), source, shell.now())
    return {
        "language": shell.language(), "choose": _("Choose an element to see what the engine reads of it."),
        "name": _("Name"), "nameEn": _("English name"), "condition": _("Condition"), "limit": _("Which limit counts"),
        "otherwise": _("When no condition holds"), "timer": _("When: due(\"stage\") or PT1H"), "calls": _("Calls"),
        "asks": _("Asks the table"), "does": _("Does"), "cites": _("Articles, separated by ;"),
        "error": _("error"), "warning": _("warning"), "fine": _("The gate lets it pass."),
        "limits": sorted(words.WORDS["limit_stage"]), "operations": sorted(cases.OPERATIONS),
        "processes": sorted(one.definition_id for one in beside if one.kind == "bpmn"),
        "tables": sorted(one.definition_id for one in beside if one.kind == "dmn"),
    }
