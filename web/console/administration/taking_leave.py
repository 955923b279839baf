"""Absence and hand-over (请假、交接班) by oneself or a head; freeing what somebody has claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases, directory, registers, worklist
from engine.cases import reading
from engine.clock import ZONE
from engine.errors import Invalid
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/absence")
def own_absence() -> Any:
    """One's own absences, and the form for the next."""
    return _own({})


@blueprint.post("/absence")
def take_leave() -> Any:
    """Note an absence; what is claimed changes hands when it begins, and the page says where it went."""
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    person_id = request.form.get("person", type=int) or actor.person_id or 0
    try:
        since, until = _moment("since") or at, _until()
        with session.begin_nested():
            noted = registers.note_absence(
                session, actor, person_id, max(since, at), until, request.form.get("deputy", type=int),
                request.form.get("reason", "").strip(), at)
    except Invalid as refused:
        if person_id == actor.person_id:
            return _own({name: list(said) for name, said in refused.fields.items()}), 422
        flash("；".join(text for said in refused.fields.values() for text in said))
        return _back(person_id)
    flash(_said(noted))
    return _back(person_id)


@blueprint.post("/absence/<int(max=2147483647):absence>/end")
def come_back(absence: int) -> Any:
    """Somebody is back."""
    person_id = request.form.get("person", type=int) or identity.current_actor().person_id or 0
    registers.end_absence(db.session(), identity.current_actor(), absence, person_id, shell.now())
    flash(_("Welcome back: the absence has ended."))
    return _back(person_id)


@blueprint.post("/absence/release")
def release_all() -> Any:
    """Everything that somebody has claimed goes back to the queue."""
    person_id = request.form.get("person", type=int) or 0
    done = registers.release_all(db.session(), identity.current_actor(), person_id, shell.now())
    flash(_("%(n)d tasks went back to the queue.", n=done.to_queue))
    return _back(person_id)


@blueprint.post("/tasks/<int:task>/free")
def free_task(task: int) -> Any:
    """The head frees what somebody else has claimed."""
    row = cases.free_task(db.session(), identity.current_actor(), task, shell.now())
    flash(_("The task went back to the queue."))
    return redirect(url_for("console.case", number=reading.number_of(db.session(), row.case_id)))


def freeable(rows: Sequence[Any]) -> list[Any]:
    """Of the waiting tasks of a case those that somebody has claimed and the reader, as their head, may free."""
    actor = identity.current_actor()
    if not actor.has("supervisor"):
        return []
    session = db.session()
    return [row for row in rows if row.assignee_id not in (None, actor.person_id)
            and cases.may_free(session, actor, worklist.get_task(session, row.id))]


def _own(problems: dict[str, list[str]]) -> Any:
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    person_id = actor.person_id or 0
    return render_template(
        "absence.html", here="preferences", problems=problems, deputies=directory.list_deputies(session, person_id, at),
        absences=directory.list_absences(session, person_id), person_id=person_id,
        claimed=cases.count_claimed(session, [person_id]).get(person_id, 0))


def _said(noted: Any) -> Any:
    if noted.handed_over_at is None:
        return _("Noted: the work changes hands when the absence begins.")
    if not noted.handed_over:
        return _("Noted: nothing was claimed.")
    if noted.deputy_id:
        return _("Noted: %(n)d tasks went to %(name)s or back to the queue.", n=noted.handed_over,
                 name=noted.deputy.name if noted.deputy else "")
    return _("Noted: %(n)d tasks went back to the queue.", n=noted.handed_over)


def _moment(name: str) -> datetime | None:
    """A moment typed in the office's zone; raises Invalid."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text[:16]).replace(tzinfo=ZONE)
    except ValueError:
        raise directory.AbsenceInvalid(fields={name: ["时间请写成 2026-01-31T08:30。"]}) from None


def _until() -> datetime | None:
    until = _moment("until")
    return until if until is None or "T" in request.form.get("until", "") else until + timedelta(days=1)


def _back(person_id: int) -> Any:
    if person_id == identity.current_actor().person_id:
        return redirect(url_for("console.own_absence"))
    return redirect(url_for("console.person", username=registers.username_of(db.session(), person_id)))
