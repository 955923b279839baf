"""Workbooks: template and sample, upload, preview, the faults as a sheet, confirmation, first passwords."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from engine import registers
from engine.errors import WanggeError
from engine.registers import begins, long
from web import identity
from web.console import shell
from web.console.administration import who
from web.console.administration.fields import sheet_title
from web.console.blueprint import blueprint
from web.db import db

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REASONS = {
    "empty": "The file is empty.",
    "large": "The file has more than 10 MB: split it into several workbooks.",
    "xls": "This is an old .xls file, or has a password: save it as .xlsx without one.",
    "no_xlsx": "This is no .xlsx file (perhaps a .csv or another text): fill in the template and save it as .xlsx.",
    "parts": "This is no ordinary workbook: it consists of too many parts.",
    "broken": "The file is damaged or has a password: save it again as .xlsx without one.",
    "no_workbook": "This is an archive, but no Excel workbook.",
    "rows": "A sheet has more than 20,000 rows: split it into several workbooks.",
    "columns": "There is something far to the right of a sheet: delete the columns that the template does not have.",
    "bomb": "Unpacked, the file has more than 64 MB, so it is no ordinary register: keep only what is to be imported.",
    "no_sheet": "The workbook has none of the sheets of the template (单位, 网格, 人员, 岗位, 值班, 事项).",
    "no_rows": "The sheets have headings only and no rows.",
}
MAY = ("system_admin", "security_admin")


@blueprint.get("/imports")
def imports() -> Any:
    """What was uploaded, and the form for the next."""
    return _list()


@blueprint.post("/imports")
def import_upload() -> Any:
    """Take a workbook in; the answer is its preview, and nothing has changed yet."""
    _require_hand()
    file = request.files.get("file")
    if file is None or not file.filename:
        return _list(_("Choose a workbook first.")), 422
    day = request.form.get("matters_from", "").strip()
    try:
        since = begins(day) if day else None
    except ValueError:
        return _list(_("The day is written 2026-01-31.")), 422
    try:
        with db.session().begin_nested():
            kept = registers.submit(
                db.session(), identity.current_actor(), file.filename, file.read(), shell.now(), since)
            if registers.is_large(kept):
                long.begin_check(db.session(), identity.current_actor(), kept, shell.now())
    except registers.WorkbookRefused as refused:
        return _list(_refusal(refused)), 422
    return redirect(url_for("console.imported", number=kept.id))


@blueprint.get("/imports/<int(max=2147483647):number>")
def imported(number: int) -> Any:
    """The preview of a workbook that waits, or what came of it."""
    actor = who.require("imports")
    kept = registers.get_import(db.session(), actor, number)
    if kept.state != "waiting":
        return _ended(kept)
    return _preview(kept, actor)


@blueprint.post("/imports/<int(max=2147483647):number>/check")
def import_check(number: int) -> Any:
    """Look through a large workbook once more: the registers have changed, or another division's turn has come."""
    _require_hand()
    session, actor = db.session(), identity.current_actor()
    long.begin_check(session, actor, registers.get_import(session, actor, number), shell.now())
    return redirect(url_for("console.imported", number=number))


@blueprint.post("/imports/<int(max=2147483647):number>/confirm")
def import_confirm(number: int) -> Any:
    """Confirm one's part; with the last part everything is written."""
    _require_hand()
    session, actor = db.session(), identity.current_actor()
    kept = registers.get_import(session, actor, number)
    if registers.is_large(kept):
        long.begin_confirm(session, actor, kept, request.form.get("digest", ""), shell.now())
        return redirect(url_for("console.imported", number=number))
    try:
        with session.begin_nested():
            kept = registers.confirm(session, actor, number, request.form.get("digest", ""), shell.now())
    except (registers.PlanChanged, registers.ImportFaulty) as refused:
        return _preview(registers.get_import(session, actor, number), actor, shell.told(refused)), 409
    flash(_("Written.") if kept.state == "applied" else _("Confirmed; it waits for the other administrator."))
    return redirect(url_for("console.imported", number=number))


@blueprint.post("/imports/<int(max=2147483647):number>/withdraw")
def import_withdraw(number: int) -> Any:
    """Take a workbook back."""
    _require_hand()
    registers.withdraw(db.session(), identity.current_actor(), number, shell.now())
    flash(_("Taken back; nothing was written."))
    return redirect(url_for("console.imports"))


@blueprint.get("/imports/<int(max=2147483647):number>/errors.xlsx")
def import_errors(number: int) -> Any:
    """The workbook with what is wrong beside each row."""
    actor = who.require("imports")
    kept = registers.get_import(db.session(), actor, number)
    if registers.is_large(kept):
        faulty = long.faults_kept(long.find_check(db.session(), actor, kept))
    else:
        workbook, plan = registers.plan_of(db.session(), actor, kept, shell.now())
        faulty = registers.with_errors(workbook, plan.problems)
    return _file(faulty, f"{_stem(kept.name)}-错误.xlsx")


@blueprint.post("/imports/<int(max=2147483647):number>/passwords.xlsx")
def import_passwords(number: int) -> Any:
    """The first passwords, once."""
    _require_hand()
    first = registers.fetch_passwords(db.session(), identity.current_actor(), number, shell.now())
    return _file(registers.passwords(first), "初始密码.xlsx")


@blueprint.get("/imports/template.xlsx")
def import_template() -> Any:
    """An empty workbook with a sheet of explanation."""
    who.require("imports")
    return _file(registers.template(), "网格导入模板.xlsx")


@blueprint.get("/imports/sample.xlsx")
def import_sample() -> Any:
    """Daishan as a sample."""
    who.require("imports")
    return _file(registers.sample(shell.now()), "岱山县样例.xlsx")


def _list(problem: str = "") -> Any:
    actor = who.require("imports")
    return render_template("imports.html", here="imports", problem=problem, title_of=_titles(),
                           kept=registers.list_imports(db.session(), actor), may=actor.has(*MAY))


def _preview(kept: Any, actor: Any, problem: str = "") -> Any:
    if registers.is_large(kept):
        return _large(kept, actor)
    plan = registers.plan_of(db.session(), actor, kept, shell.now())[1]
    return _shown(kept, actor, registers.preview_of(plan), problem)


def _large(kept: Any, actor: Any) -> Any:
    """What a worker found out about a large workbook, or how far it is with looking and writing."""
    session = db.session()
    check, writing = long.find_check(session, actor, kept), long.find_confirm(session, kept)
    found = long.preview_kept(check)
    at_work = next((one for one in (writing, check) if one is not None and one.ended_at is None), None)
    if at_work is not None or found is None:
        last = at_work or check
        template = "_import_at_work.html" if shell.is_fragment() else "import_at_work.html"
        return render_template(template, kept=kept, here="imports", errand=last, is_writing=last is writing,
                               problem=_why_not(check), may=actor.has(*MAY))
    if shell.is_fragment():  # it came to an end while the page looked on
        return _look_again(kept)
    failed = writing is not None and writing.state == "failed" and writing.payload["digest"] == found.digest
    return _shown(kept, actor, found, shell.errand_problem(writing.problem) if writing and failed else "")


def _why_not(check: Any) -> str:
    """Why a look through a workbook came to nothing; "" where it did not."""
    problem = check.problem if check is not None else None
    if problem is None:
        return ""
    reason = REASONS.get(str(problem["facts"].get("reason")))
    return reason if reason and shell.language() == "en" else shell.errand_problem(problem)


def _shown(kept: Any, actor: Any, found: registers.Preview, problem: str) -> Any:
    wanted = request.args.get("action", "")
    wanted = wanted if wanted in found.rows else ""
    stands = kept.confirmed if kept.digest == found.digest else {}
    return render_template(
        "import_preview.html", kept=kept, plan=found, here="imports", title_of=_titles(), problem=problem,
        shown=found.rows[wanted], more=found.numbers[wanted] - len(found.rows[wanted]), wanted=wanted,
        is_large=registers.is_large(kept), confirmed={role: stands.get(role) for role in found.owners},
        mine=[role for role in found.owners if actor.has(role) and not stands.get(role)])


def _ended(kept: Any) -> Any:
    if shell.is_fragment():
        return _look_again(kept)
    return render_template("imported.html", kept=kept, here="imports", title_of=_titles())


def _look_again(kept: Any) -> Response:
    """Tells the page that polls to load itself anew."""
    return Response(headers={"HX-Redirect": url_for("console.imported", number=kept.id)})


def _titles() -> dict[str, str]:
    return {sheet.key: sheet_title(sheet) for sheet in registers.all_sheets()}


def _refusal(refused: WanggeError) -> str:
    """Why a file was not taken, in the reader's language; the reason's own words where there are some."""
    reason = REASONS.get(str(refused.facts.get("reason")), refused.message)
    return reason if shell.language() == "en" else refused.message


def _require_hand() -> None:
    if not identity.current_actor().has(*MAY):
        abort(403)


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0][:80]


def _file(content: bytes, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
