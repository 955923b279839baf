"""The supervisor's page: what is stuck where in one sentence, the table that proves it, and bulk acts on it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases
from engine.cases import pages
from engine.cases.filters import Page
from engine.cases.rows import CaseRow
from engine.clock import ZONE
from engine.errors import Conflict, Invalid
from engine.supervision import boards, bulk, demands, filters
from engine.supervision.filters import Filters
from engine.supervision.units import Unit
from web import identity, phrases
from web.console import shell, trends
from web.console.blueprint import blueprint
from web.db import db

MAY = ("supervisor", "seat")
MOST_TICKED = 500
LAST_YEAR = 2999


@blueprint.get("/supervision")
def supervision() -> Any:
    """The board and the list of the figure that the address names."""
    require_supervising()
    chosen = _filters()
    board = boards.read_board(db.session(), identity.current_actor(), shell.now())
    unit = board.find(chosen.unit)
    page = _list(chosen, request.args.get("cursor"), unit)
    return render_template("supervision.html", board=board, chosen=chosen, page=page, here="supervision", unit=unit,
                           trend=trends.draw(board.weeks), cells=boards.sequence(board.units), heat=boards.heat,
                           names=names(), meanings=meanings(board.asides.returned_often))


@blueprint.get("/supervision/cases/<number>")
def about(number: str) -> Any:
    """Why a case is late and who held it from when to when, as a fragment for its row."""
    require_supervising()
    session, at = db.session(), shell.now()
    page = pages.case_page(session, identity.current_actor(), number, at, shell.language())
    explained = cases.explain_deadlines(session, page.case, at, shell.language(), page.file)
    return render_template("_about.html", page=page, case=page.case, explained=explained)


@blueprint.get("/supervision/demands")
def list_demands() -> Any:
    """The reader's own supervision: unanswered, overdue, answered; and what others demanded here in vain."""
    require_supervising()
    show: demands.Show = next((each for each in demands.SHOWS if each == request.args.get("show")), "open")
    lines = demands.list_demands(db.session(), identity.current_actor(), show, shell.now(), request.args.get("cursor"))
    return render_template("demands.html", lines=lines, show=show, here="supervision")


@blueprint.post("/supervision/<verb>")
def supervise_many(verb: str) -> Any:
    """Urge or supervise many: a preview with the count and the reason, then rows for the worker."""
    require_supervising()
    if verb not in bulk.VERBS:
        abort(404)
    return _begin(verb) if request.form.get("step") == "go" else _preview(verb)


def require_supervising() -> None:
    """403 for people who have no board."""
    if not identity.current_actor().has(*MAY):
        abort(403)


def _begin(verb: str) -> Any:
    reason, wanted = request.form.get("reason", ""), request.form.get("reply_by", "")
    key = request.form.get("key", "")[:40] or uuid.uuid4().hex
    try:
        reply_by = _moment(wanted) if verb == "supervise" and wanted else None
        made = bulk.start(db.session(), identity.current_actor(), key, verb, reason[:2000], reply_by, _chosen(),
                          shell.now())
    except (Invalid, Conflict) as refused:
        problems = refused.fields if isinstance(refused, Invalid) else {}
        return _preview(verb, {name: phrases.said(found[0], shell.language()) for name, found in problems.items()},
                        "" if problems else shell.told(refused), 422 if problems else 409)
    return redirect(url_for("console.bulk_act", bulk_id=made.id), 303)


def _preview(verb: str, problems: dict[str, str] | None = None, said: str = "", status: int = 200) -> Any:
    session, actor, chosen = db.session(), identity.current_actor(), _chosen()
    plan = bulk.plan(session, actor, verb, chosen, shell.now())
    reply_by = bulk.default_reply(session, plan, shell.now())
    return render_template(
        "supervise.html", plan=plan, chosen=_filters(), is_all=isinstance(chosen, Filters), said=said,
        numbers=() if isinstance(chosen, Filters) else chosen, problems=problems or {}, here="supervision",
        typed=request.form, key=request.form.get("key") or uuid.uuid4().hex, why=left_out(),
        reply_by=reply_by and reply_by.astimezone(ZONE), names=names()), status


def _filters() -> Filters:
    return Filters.of(request.values)


def _chosen() -> bulk.Chosen:
    """The figure as a whole, or the cases ticked on the page."""
    chosen = _filters()
    if request.form.get("all") == "1" and not chosen.is_past:
        return chosen
    return tuple(dict.fromkeys(number[:24] for number in request.form.getlist("number")[:MOST_TICKED]))


def _moment(typed: str) -> datetime:
    """A moment typed in the office's zone; raises Invalid."""
    try:
        moment = datetime.fromisoformat(typed[:16]).replace(tzinfo=ZONE)
    except ValueError:
        moment = None
    if moment is None or moment.year > LAST_YEAR:
        raise Invalid(fields={"reply_by": ["时间请写成 2026-03-02T09:00。"]})
    return moment


def _list(chosen: Filters, cursor: str | None, unit: Unit | None) -> Page[CaseRow]:
    known = unit.organisations if unit else None
    return filters.list_page(db.session(), identity.current_actor(), chosen, shell.now(), cursor, organisations=known)


def names() -> dict[str, str]:
    """What each figure is called."""
    return {"late": _("Overdue"), "near": _("Near due"), "today": _("Due by tonight"),
            "unaccepted": _("Never accepted"), "waiting": _("Waiting for somebody"), "stopped": _("Clock stopped"),
            "returned": _("Returned again"), "missed": _("Missed deadlines"), "settled": _("Closed"),
            "arrived": _("Came in")}


def meanings(often: int) -> dict[str, str]:
    """What each figure counts: its reason in a sentence; `often`: how many returns the table `returned` names."""
    return {
        "late": _("Open cases whose earliest deadline has passed, at whoever has them now: the unit that is to sign "
                  "for or handle it, else the centre that holds it."),
        "near": _("Open cases of whose earliest limit so much has run that the lamp is yellow."),
        "today": _("Open cases whose deadline ends between now and tonight."),
        "unaccepted": _("Overdue cases that were never dispatched: still with whoever should have accepted them."),
        "waiting": _("Overdue cases that were accepted; each line says who must act and in which stage."),
        "stopped": _("Open cases on hold or waiting for papers: the line says why and until when."),
        "returned": _("Open cases that units have given back at least %(n)d times.", n=often),
        "missed": _("Cases of which a deadline ended too late in that time, at whoever had it."),
        "settled": _("Cases that were closed in that time, by the place where they lie."),
        "arrived": _("Cases that came in in that time, by the place where they lie."),
    }


def left_out() -> dict[str, str]:
    """Why cases are left out of an act on many."""
    return {"closed": _("closed meanwhile"), "feedback": _("the result is being told to the resident"),
            "recent": _("done within the hour already"), "above": _("held by a level above yours"),
            "gone": _("not in your jurisdiction")}
