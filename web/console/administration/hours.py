"""Office hours (办公时间): typed here, tried by the engine before they are kept, changed from a day on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import deadlines, registers
from engine.clock import ZONE
from engine.deadlines import HoursInvalid
from engine.directory import Actor
from web import hours as typed_hours
from web import identity
from web.console import shell
from web.console.administration import who
from web.console.blueprint import blueprint
from web.db import db

NUMBER = "<int(max=2147483647):number>"
Problems = Mapping[str, list[str]]


@dataclass(frozen=True)
class Form:
    """What the form of hours shows: what was typed, what is wrong, and whose hours they are (None: new ones)."""

    typed: Mapping[str, str]
    problems: Problems
    page: registers.HoursPage | None = None


@blueprint.get("/hours")
def office_hours() -> Any:
    """Every office's hours, and how many bodies keep them."""
    actor = who.require("hours")
    return render_template("hours.html", here="hours", found=registers.list_hours(db.session(), actor), today=_today(),
                           may_add=actor.has(registers.SYSTEM))


@blueprint.route("/hours/new", methods=["GET", "POST"])
def add_hours() -> Any:
    """New hours, from those of a file or a blank week."""
    _require_writer()
    if request.method == "GET":
        week = typed_hours.week_of(request.args.get("start", deadlines.DEFAULT), _today())
        return _form(Form({"start": deadlines.DEFAULT, **week}, {}))
    return _saved(None)


@blueprint.get(f"/hours/{NUMBER}")
def hours_of(number: int) -> Any:
    """One office's hours: today's, what is to come, what was changed, who keeps them."""
    return _page(number)


@blueprint.route(f"/hours/{NUMBER}/week", methods=["GET", "POST"])
def change_hours(number: int) -> Any:
    """A new week from a day on."""
    actor = _require_writer()
    if request.method == "GET":
        page = registers.get_hours(db.session(), actor, number, shell.now())
        return _form(Form(deadlines.type_week(page.office.week_on(_today())), {}, page))
    return _saved(number)


@blueprint.post(f"/hours/{NUMBER}/days")
def change_hours_days(number: int) -> Any:
    """Days on which this office closes, or works otherwise."""
    return _done(number, "days", registers.change_days, lambda kept: _("Saved: the hours of these days."))


@blueprint.post(f"/hours/{NUMBER}/name")
def rename_hours(number: int) -> Any:
    """Another name for the same hours."""
    return _done(number, "name", registers.rename_hours, lambda kept: _("%(code)s: saved.", code=kept.name))


@blueprint.post(f"/hours/{NUMBER}/end")
def end_hours(number: int) -> Any:
    """The last day of these hours, and what their organisations keep from then on."""
    return _done(number, "end", registers.end_hours, lambda kept: _("%(code)s: saved.", code=kept.name))


def _done(number: int, part: str, change: Callable[..., Any], said: Callable[[Any], str]) -> Any:
    """Change one part of these hours as typed; what is wrong is said in that part of the page."""
    actor = _require_writer()
    try:
        with db.session().begin_nested():
            kept = change(db.session(), actor, number, request.form, shell.now())
    except HoursInvalid as refused:
        return _page(number, part, refused.fields), 422
    flash(said(kept))
    return redirect(url_for("console.hours_of", number=number))


@blueprint.post(f"/hours/{NUMBER}/keep")
def keep_hours(number: int) -> Any:
    """An end to come is taken back."""
    kept = registers.keep_hours(db.session(), _require_writer(), number, shell.now())
    flash(_("%(code)s: the end is taken back.", code=kept.name))
    return redirect(url_for("console.hours_of", number=number))


@blueprint.post(f"/hours/{NUMBER}/recount")
def recount_hours(number: int) -> Any:
    """Count open deadlines anew by the hours of today, in the background."""
    registers.begin_recount(db.session(), _require_writer(), number, shell.now())
    return redirect(url_for("console.hours_of", number=number))


@blueprint.post("/hours/try")
def try_hours() -> Any:
    """What the typed hours look like and give, as a piece of the page."""
    actor, number = who.require("hours"), request.form.get("number", type=int)
    tried = typed_hours.tried(db.session(), actor, number, request.form, shell.now())
    return render_template("_hours_tried.html", tried=tried, day=_today())


def _require_writer() -> Actor:
    """Who asks, where they may type hours; a form that only refuses what was typed opens for nobody (403)."""
    actor = who.require("hours")
    if not actor.has(registers.SYSTEM):
        abort(403)
    return actor


def _saved(number: int | None) -> Any:
    """The form again where it was only tried or copied, or is wrong; else the hours are kept."""
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    if any(turn in request.form for turn in typed_hours.TURNS):
        page = registers.get_hours(session, actor, number, at) if number is not None else None
        return _form(Form(typed_hours.given(request.form), {}, page))
    try:
        with session.begin_nested():
            kept = (registers.add_hours(session, actor, request.form, at) if number is None
                    else registers.change_week(session, actor, number, request.form, at))
    except HoursInvalid as refused:
        page = registers.get_hours(session, actor, number, at) if number is not None else None
        return _form(Form(typed_hours.given(request.form), refused.fields, page)), 422
    flash(_("%(code)s: saved.", code=kept.name))
    return redirect(url_for("console.hours_of", number=kept.id))


def _form(form: Form) -> Any:
    number = form.page.number if form.page else None
    return render_template(
        "hours_form.html", here="hours", form=form, day=_today(), focus=typed_hours.focus_of(request.form),
        starts=deadlines.load_calendars().offices.values(),
        tried=typed_hours.tried(db.session(), identity.current_actor(), number, form.typed, shell.now()))


def _page(number: int, wrong: str = "", problems: Problems | None = None) -> Any:
    """The page of one office's hours; `wrong` names the form of it that was refused."""
    page = registers.get_hours(db.session(), who.require("hours"), number, shell.now())
    busy = page.recount is not None and page.recount.ended_at is None
    if busy and shell.is_fragment():
        return render_template("_hours_recount.html", page=page)
    return render_template(
        "hours_of.html", here="hours", page=page, day=_today(), wrong=wrong, problems=problems or {},
        typed=request.form, coming=[(since, week) for since, week in page.office.weeks if since > _today()],
        changes=[(one, deadlines.Change.of(one.kind, one.since, one.until, one.hours)) for one in page.changes])


def _today() -> date:
    return shell.now().astimezone(ZONE).date()
