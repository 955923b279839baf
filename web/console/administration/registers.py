"""The registers: organisations, grids and people searched, added, changed, ended; nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import directory, registers
from engine.errors import Invalid
from web import identity
from web.console import shell
from web.console.administration import people, who
from web.console.administration.fields import fields_of, read_cells, sheet_title
from web.console.blueprint import blueprint
from web.db import db

KEYS = ("organisations", "grids", "people")
Problems = Mapping[str, Sequence[str]]


@blueprint.get("/registers/<key>")
def register(key: str) -> Any:
    """One page of a register, searched and filtered."""
    sheet, actor = _sheet(key), who.require(key)
    page = _page(key, who.top_of(actor, key))
    return render_template(f"register_{key}.html", sheet=sheet, page=page, here=key, may_change=who.may_change(sheet),
                           kinds=registers.ORGANISATION_KINDS, grid_kinds=registers.GRID_KINDS,
                           offices=registers.offices_by_key(db.session()))


@blueprint.route("/registers/<key>/add", methods=["GET", "POST"])
def add_row(key: str) -> Any:
    """A new row: the form, and what came of it."""
    sheet = _with_offices(_mine(key))
    if request.method == "GET":
        return _form(sheet, dict(request.args.items()), True, {})
    cells = read_cells(sheet, request.form)
    try:
        registers.get_cells(db.session(), key, cells[sheet.identity[0]])
    except registers.RowUnknown:
        return _save(sheet, cells, True)
    return _form(sheet, cells, True, {sheet.identity[0]: [_("This code is taken.")]}), 422


@blueprint.route("/registers/<key>/of/<path:code>", methods=["GET", "POST"])
def edit_row(key: str, code: str) -> Any:
    """A row as it is; posted, it is changed or ended."""
    sheet = _sheet(key) if request.method == "GET" else _mine(key)
    actor = who.require(key)
    held = registers.get_cells(db.session(), key, code)
    if key == "people":
        people.get_near(actor, code)
        seen = redirect(url_for("console.person", username=code))
        return seen if request.method == "GET" else _save_over(sheet, held)
    if not _is_near(actor, key, held["区划代码"]):
        raise registers.RowUnknown(code=code)
    sheet = _with_offices(sheet, held.get(registers.OFFICE))
    return _form(sheet, held, False, {}) if request.method == "GET" else _save_over(sheet, held)


def _save_over(sheet: registers.Sheet, held: Mapping[str, str]) -> Any:
    """What is fixed is not taken from the form, whatever it sends."""
    fixed = {column.title for column in sheet.columns if column.fixed} | set(sheet.identity)
    return _save(sheet, {**read_cells(sheet, request.form), **{title: held[title] for title in fixed}}, False)


def _save(sheet: registers.Sheet, cells: Mapping[str, str], is_new: bool) -> Any:
    try:
        with db.session().begin_nested():
            saved = registers.save_row(db.session(), identity.current_actor(), sheet.key, cells, shell.now())
    except Invalid as refused:
        return _form(sheet, cells, is_new, refused.fields), 422
    code = cells[sheet.identity[0]]
    if saved.first is not None:
        return render_template("first_password.html", first=saved.first, here=sheet.key)
    flash(_("%(code)s: saved.", code=code))
    if sheet.key == "people":
        return redirect(url_for("console.person", username=code))
    return redirect(url_for("console.register", key=sheet.key, text=code))


def _form(sheet: registers.Sheet, cells: Mapping[str, str], is_new: bool, problems: Problems) -> Any:
    wanted = is_new and sheet.key != "people"
    return render_template(
        "register_row.html", divisions=registers.list_places(db.session()) if wanted else (), sheet=sheet,
        cells=cells, is_new=is_new, here=sheet.key, title=sheet_title(sheet),
        fields=fields_of(sheet, cells, is_new, problems), may_change=who.may_change(sheet),
        said=_("Some values are not valid; nothing was saved.") if problems else "")


def _page(key: str, top: str) -> Any:
    asked = request.args
    text, state, after = asked.get("text", "").strip()[:80], asked.get("state", ""), asked.get("after", "")[:80]
    if "\0" in text + after:
        abort(422)
    session, at = db.session(), shell.now()
    if key == "organisations":
        return registers.list_organisations(session, top, at, text, asked.get("kind", ""), state, after)
    if key == "grids":
        return registers.list_grids(session, top, at, text, state, after)
    return registers.list_people(session, top, at, text, asked.get("role", ""), state, after)


def _is_near(actor: Any, key: str, division: str) -> bool:
    path = directory.paths_of(db.session(), [division]).get(division)
    return path is not None and who.is_below(actor, key, path)


def _sheet(key: str) -> registers.Sheet:
    if key not in KEYS:
        abort(404)
    return registers.get_sheet(key)


def _with_offices(sheet: registers.Sheet, kept: str | None = None) -> registers.Sheet:
    """The sheet with the names of the hours that a body may keep; those that end only where it keeps them already."""
    if sheet.key != "organisations":
        return sheet
    names = [one.name for one in registers.list_hours(db.session(), identity.current_actor())
             if one.ends_on is None or one.name == kept]
    return registers.offering(sheet, registers.OFFICE, tuple(names))


def _mine(key: str) -> registers.Sheet:
    sheet = _sheet(key)
    if not who.may_change(sheet):
        abort(403)
    return sheet
