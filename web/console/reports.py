"""A new report: two fields are enough; the matter is guessed and likely duplicates are shown while one writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases, directory, matters
from engine.cases import reading
from engine.cases.duplicates import find_similar
from engine.cases.searching import bigrams
from engine.cases.words import WORDS
from engine.clock import ZONE
from engine.errors import Invalid
from web import failing, identity
from web.console import photos, shell
from web.console.blueprint import blueprint
from web.db import db

ENOUGH = 4  # bigrams before anything is guessed
TYPED = ("description", "place", "matter", "urgency", "origin", "division", "name", "phone", "settled",
         "first_handling", "happened_at")
FIELDS = {"contact.phone": "phone", "contact": "name", "place.division": "division", "division": "division",
          "place.grid": "place", "grid": "place"}  # the engine's name of a value: the control that holds it


@blueprint.get("/cases/new")
def new_case() -> Any:
    """The empty form."""
    return _form({})


@blueprint.post("/cases")
def report() -> Any:
    """File the report; a faulty one comes back as it was typed."""
    actor = identity.current_actor()
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    keys = [key for key in request.form.getlist("photos") if key]
    taken, wrong = photos.keys_of(request, "photos", "report")
    keys += taken
    try:
        with db.session().begin_nested():
            made = cases.report_case(db.session(), actor, _report(typed, keys, actor), shell.now())
            photos.refuse({"photos": wrong} if wrong else {})
    except Invalid as refused:
        problems = {**refused.fields, **({"photos": wrong} if wrong else {})}
        return _form(typed, problems, shell.told(refused), keys, 422)
    said = _("%(number)s is filed.", number=made.number)
    flash(said)
    return redirect(url_for("console.case", number=made.number))


@blueprint.get("/cases/new/hints")
def hints() -> Any:
    """Matters guessed and similar cases for what is written so far, as a fragment."""
    text, place = request.args.get("description", "")[:2000], request.args.get("place", "")[:300]
    if len(bigrams(text)) < ENOUGH:
        return render_template("_hints.html", guesses=(), similar=())
    session, at = db.session(), shell.now()
    known = {matter.code: matter for matter in shell.admitted()}
    guesses = [known[guess.code] for guess in matters.guess_matter(session, text, at) if guess.code in known]
    division = request.args.get("division") or _own_division()
    similar = find_similar(session, text=text, place=place, division=division, at=at,
                           matter=guesses[0].code if guesses else None) if division else ()
    return render_template("_hints.html", guesses=guesses[:3], similar=similar,
                           chosen=request.args.get("matter", ""))


def _report(typed: dict[str, str], keys: list[str], actor: directory.Actor) -> cases.Report:
    contact = {"name": typed["name"], "phone": typed["phone"]}
    origin = typed["origin"] if typed["origin"] in WORDS["origin"] else None
    return cases.Report(
        description=typed["description"], place=typed["place"], division=typed["division"] or None,
        matter=typed["matter"] or None, urgency=typed["urgency"] or "normal",
        origin="grid_worker" if actor.has("grid_worker") else origin, channel="web",
        contact=contact if any(contact.values()) else None, settled=typed["settled"] or None,
        first_handling=typed["first_handling"] or None, photos=tuple(keys), happened_at=_moment(typed["happened_at"]))


def _moment(typed: str) -> datetime | None:
    """A moment on the office's wall clock; what the browser's chooser cannot have sent counts as nothing."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZONE)
    except ValueError:
        return None


def _form(typed: dict[str, str], problems: dict[str, list[str]] | None = None, said: str = "",
          keys: list[str] | None = None, status: int = 200) -> Any:
    actor = identity.current_actor()
    tops = [post.path for post in actor.posts if post.role in ("seat", "supervisor")]
    places = reading.list_places(db.session(), tops[0]) if tops else []
    faults = {FIELDS.get(name, name): texts for name, texts in failing.flat(problems or {}).items()}
    return render_template("report.html", typed=typed, problems=faults, said=said, keys=keys or [],
                           places=places, groups=shell.matters_by_class(), here="new"), status


def _own_division() -> str | None:
    posts = identity.current_actor().posts
    return posts[0].division_code if posts else None
