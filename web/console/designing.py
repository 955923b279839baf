"""Drafts in the browser: upload or type over, see what the gate finds and whom it touches, submit, decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import decisions, library
from engine.cases import consequences, drafting, gatekeeping
from engine.cases.moments import ZONE
from engine.errors import Invalid, WanggeError
from engine.library.hardened import MOST_BYTES
from web import identity
from web.console import changes, marks, rules, shell, subjects
from web.console.blueprint import blueprint
from web.console.subjects import Subject
from web.db import db
from web.phrases import said


@blueprint.post("/drafts")
def upload_draft() -> Any:
    """Take in a changed file as a draft; one that is not taken comes back with what was typed."""
    file, form = request.files.get("file"), request.form
    of = form.get("of", type=int)
    row = library.get_definition(db.session(), of) if of else None
    content = b""
    if file:
        content = file.stream.read(MOST_BYTES + 1)
        file.close()
    try:
        with db.session().begin_nested():
            made = drafting.take_in(
                db.session(), identity.current_actor(), content, (file.filename if file else "") or "",
                pack=row.pack if row else form.get("pack", ""), note=form.get("note", ""), at=shell.now(),
                wanted=row.definition_id if row else "", instead_of=form.get("instead_of", type=int))
    except drafting.NotTaken as refused:
        return _back(of, refused)
    return redirect(url_for("console.draft", draft=made.id))


def _back(of: int | None, refused: Invalid) -> Any:
    """The page that the upload came from, with the reason and everything that was typed."""
    why = _why(refused)
    instead_of = request.form.get("instead_of", type=int)
    if instead_of:
        return render_draft(instead_of, _("The file was not taken: %(why)s", why=why), status=422)
    typed = {"note": request.form.get("note", ""), "pack": request.form.get("pack", "")}
    return rules.render_rule(of, why, typed, 422) if of else rules.render_rules(why, typed, 422)


@blueprint.get("/drafts/<int(max=2147483647):draft>")
def draft(draft: int) -> Any:
    """A draft with its findings, what it changes, whom it touches and what can be done with it."""
    return render_draft(draft)


def render_draft(draft: int, problem: str = "", fault: str = "", status: int = 200) -> Any:
    """The page; `fault` stands beside the field that was filled in wrongly."""
    session, actor = db.session(), identity.current_actor()
    row = drafting.get_draft(session, actor, draft)
    source, pack = library.source_of_draft(row), library.get_pack(row.pack)
    findings = consequences.findings_of(session, source, shell.now())
    ruling = consequences.in_force(session, source, shell.now())
    errors = [one for one in findings if one.severity == "error"]
    page = render_template(
        "draft.html", row=row, pack=pack, findings=findings, errors=errors, ruling=ruling, name=name_of(source),
        readable=is_readable(source), changes=changes_of(ruling, source), problem=problem, fault=fault, here="rules",
        affected=consequences.affected_by(session, source),
        marks=marks.of_findings(findings, row.file, changes.finding_words),
        may_draw=drafting.may_draw(actor, pack), mine=row.drawn_by_id == actor.person_id, made=_made(row),
        at_work=row.state in library.drafts.AT_WORK, typed=request.form,
        scheduled=[one for one in consequences.list_scheduled(session, shell.now())
                   if (one.pack, one.kind, one.definition_id) == (row.pack, row.kind, row.definition_id)])
    return page, status


def _made(row: Any) -> Any:
    return library.get_definition(db.session(), row.definition) if row.definition else None


def is_readable(source: library.Source) -> bool:
    """Whether there is a diagram or a table to show at all."""
    try:
        rules.described(source)
    except WanggeError:
        return False
    return True


def name_of(source: library.Source) -> str:
    """What a file calls itself; its id when it cannot be read."""
    return str(rules.described(source).name) if is_readable(source) else source.definition_id


def changes_of(ruling: Any, source: library.Source) -> Any:
    """What differs from the version in force; None when there is none, or nothing can be compared."""
    if ruling is None or not is_readable(source):
        return None
    before = rules.source_at(ruling.id)
    return rules.compared(before, source)


@blueprint.get("/drafts/<int(max=2147483647):draft>/file")
def draft_file(draft: int) -> Any:
    """The bytes of a draft, for the drawing and to take away: a browser never shows them as a page."""
    row = drafting.get_draft(db.session(), identity.current_actor(), draft)
    answer = make_response(row.content)
    answer.headers["Content-Type"] = "application/xml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.file}"'
    return answer


@blueprint.post("/drafts/<int(max=2147483647):draft>/submit")
def submit_draft(draft: int) -> Any:
    """Ask a second person for approval, in force at once or from a moment to come."""
    try:
        wanted = _wanted_from()
        drafting.submit(db.session(), identity.current_actor(), draft, wanted, shell.now())
    except gatekeeping.Refused:
        return render_draft(draft, _("The gate finds errors; mend them first."), status=422)
    except Invalid as refused:
        return render_draft(draft, fault=refused.message, status=422)
    flash(_("Submitted. A second person decides now."))
    return redirect(url_for("console.draft", draft=draft))


def _wanted_from() -> datetime | None:
    """The moment that was asked for on the office's clock; None for at once. Raises Invalid."""
    if request.form.get("when") != "later":
        return None
    try:
        moment = datetime.fromisoformat(request.form.get("wanted_from", "")).replace(tzinfo=ZONE)
    except ValueError:
        raise Invalid(_("Give day and time.")) from None
    if moment <= shell.now():
        raise Invalid(_("This moment has passed; choose one to come, or at once."))
    return moment


@blueprint.post("/drafts/<int(max=2147483647):draft>/withdraw")
def withdraw_draft(draft: int) -> Any:
    """Take a draft back."""
    drafting.withdraw(db.session(), identity.current_actor(), draft, shell.now())
    flash(_("Withdrawn. Nothing was published."))
    return redirect(url_for("console.draft", draft=draft))


@blueprint.post("/drafts/<int(max=2147483647):draft>/decide")
def decide_draft(draft: int) -> Any:
    """The second person's word: approve, or reject with a reason."""
    session, actor = db.session(), identity.current_actor()
    try:
        if request.form.get("decision") == "approve":
            made = drafting.approve(session, actor, draft, shell.now())
            flash(_("Approved: version %(n)d, in force from %(moment)s.", n=made.version,
                    moment=shell.due(made.in_force_from)))
        else:
            drafting.reject(session, actor, draft, request.form.get("reason", ""), shell.now())
            flash(_("Rejected; whoever drew it reads your reason."))
    except gatekeeping.Refused:
        return render_draft(draft, _("The gate finds errors now; nothing was published."), status=422)
    except Invalid:
        return render_draft(draft, fault=_("Write the reason."), status=422)
    return redirect(url_for("console.draft", draft=draft))


@blueprint.post("/rules/<int(max=2147483647):definition>/again")
def publish_again(definition: int) -> Any:
    """The way back: a former version's bytes as a draft that a second person approves."""
    try:
        made = drafting.take_again(db.session(), identity.current_actor(), definition, shell.now())
    except drafting.NotTaken as refused:
        return rules.render_rule(definition, _why(refused), status=422)
    flash(_("Submitted. A second person decides now."))
    return redirect(url_for("console.draft", draft=made.id))


@blueprint.post("/rules/<int(max=2147483647):definition>/call-off")
def call_off(definition: int) -> Any:
    """Take back a version that is not in force yet."""
    row = drafting.call_off(db.session(), identity.current_actor(), definition, shell.now())
    flash(_("Version %(n)d was taken back; it never comes into force.", n=row.version))
    return redirect(url_for("console.rule", definition=definition))


@blueprint.get("/rules/<int(max=2147483647):definition>/edit")
def edit_table(definition: int) -> Any:
    """The cells of a published table, to be typed over."""
    return _render_cells(_table(subjects.published(definition)))


@blueprint.post("/rules/<int(max=2147483647):definition>/edit")
def take_cells(definition: int) -> Any:
    """What was typed over becomes a draft."""
    return _take_cells(_table(subjects.published(definition)))


@blueprint.get("/drafts/<int(max=2147483647):draft>/edit")
def edit_draft(draft: int) -> Any:
    """The cells of a draft, to be typed over once more."""
    return _render_cells(_table(subjects.drafted(draft)))


@blueprint.post("/drafts/<int(max=2147483647):draft>/edit")
def take_draft_cells(draft: int) -> Any:
    """What was typed over becomes a draft instead of the former one."""
    return _take_cells(_table(subjects.drafted(draft)), instead_of=draft)


def _table(subject: Subject) -> Subject:
    source = subject.source
    if source.kind != "dmn" or not drafting.may_draw(identity.current_actor(), library.get_pack(source.pack)):
        raise library.DraftUnknown()
    return subject


def _take_cells(table: Subject, instead_of: int | None = None) -> Any:
    source = table.source
    try:
        with db.session().begin_nested():
            made = drafting.take_cells(db.session(), identity.current_actor(), source, _typed_cells(source),
                                       note=request.form.get("note", ""), at=shell.now(), instead_of=instead_of)
    except (drafting.NotTaken, decisions.CellUnknown) as refused:
        return _render_cells(table, _why(refused), 422)
    return redirect(url_for("console.draft", draft=made.id))


def _typed_cells(source: library.Source) -> dict[tuple[int, int], str]:
    """Only what differs from the table as it was shown."""
    found = {}
    for number, row in enumerate(decisions.grid_of(source).rows, start=1):
        for place, text in enumerate(row):
            typed = request.form.get(f"cell-{number}-{place}")
            if typed is not None and typed.replace("\r\n", "\n").strip() != text:
                found[number, place] = typed
    return found


def _render_cells(table: Subject, problem: str = "", status: int = 200) -> Any:
    source = table.source
    return render_template("rule_cells.html", source=source, grid=decisions.grid_of(source), typed=request.form,
                           described=rules.described(source), problem=problem, home=table.home, here="rules"), status


def _why(refused: Invalid) -> str:
    """The reasons in the reader's language."""
    told = [text for texts in refused.fields.values() for text in texts] or [refused.message]
    return "；".join(said(text, shell.language()) for text in told)
