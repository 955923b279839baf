"""A resident tells us something: where, what, is it the same as this, how to reach you; one question a page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import attachments, cases, residents
from engine.cases.errors import CaseClosed
from engine.errors import Invalid, WanggeError
from web import failing, identity
from web.console import photos, shell
from web.db import db
from web.residents.blueprint import blueprint

TYPED = ("description", "place", "division", "name", "phone", "urgent", "key")
MOST_PHOTOS = 6
FIELDS = {"contact.phone": "phone", "contact.name": "name", "place.division": "division"}
Answer = Any


@dataclass
class Draft:
    """What a resident has written so far; it travels with the forms, nothing is kept until it is sent."""

    typed: dict[str, str]
    photos: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)
    told: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether they say that it cannot wait."""
        return self.typed["urgent"] == "yes"

    def report(self) -> cases.Report:
        """The draft as a report."""
        contact = {"name": self.typed["name"], "phone": self.typed["phone"]}
        return cases.Report(
            description=self.typed["description"], place=self.typed["place"], division=self.typed["division"] or None,
            urgency="urgent" if self.is_urgent else "normal", photos=tuple(self.photos),
            contact=contact if any(contact.values()) else None)


@blueprint.get("/")
@identity.public
def home() -> Answer:
    """What one may do here."""
    return render_template("residents/home.html")


@blueprint.get("/new")
@identity.public
def where() -> Answer:
    """Where is it: the township first, then the form; `at` (a community, from a sign in the street) skips it."""
    spot = residents.find_community(db.session(), request.args.get("at", ""))
    if spot is not None:
        return _words(_draft({"division": spot.code}), spot.township)
    township = request.args.get("in", "")
    if residents.name_of_township(db.session(), township):
        return _words(_draft({}), township)
    return render_template("residents/where.html", counties=residents.list_townships(db.session()))


@blueprint.post("/new")
@identity.public
def go_on() -> Answer:
    """The next page of the report, the one before it, or the report itself."""
    step = request.form.get("step", "")
    draft = _draft(request.form)
    if step == "words" or _is_wanting(draft):
        return _words(draft, _township(draft), 200 if step == "words" else 422)
    if step == "send":
        return _send(draft)
    if step == "same":
        found = _nearby(draft)
        if found:
            return render_template("residents/same.html", draft=draft, nearby=found)
    return _details(draft)


@blueprint.post("/follow")
@identity.public
def follow() -> Answer:
    """Follow a case instead of reporting the same again."""
    draft, address = _draft(request.form), identity.client_address()
    try:
        with db.session().begin_nested():
            visit = residents.follow(db.session(), request.form.get("number", ""), draft.report(), address, shell.now())
    except CaseClosed:
        draft.told = _("That one has just been closed. If yours is still there, report it.")
        return _details(draft, 409)
    except Invalid as refused:
        _blame(draft, refused)
        return render_template("residents/same.html", draft=draft, nearby=_nearby(draft)), 422
    except WanggeError as refused:
        draft.told = shell.told(refused)
        return _details(draft, failing.failure_of(refused).status)
    return redirect(url_for("residents.standing", number=visit.case.number, secret=visit.secret, new="follow"))


def _send(draft: Draft) -> Answer:
    """File it; whatever is refused comes back as it was written."""
    try:
        _take_photos(draft)
        if draft.problems:
            raise attachments.PhotoInvalid(fields=cases.check_report(draft.report(), shell.now()))
        with db.session().begin_nested():
            filed = residents.report(db.session(), draft.report(), draft.typed["key"], identity.client_address(),
                                     shell.now())
    except Invalid as refused:
        _blame(draft, refused)
        wrong_words = {"description", "place", "division"} & draft.problems.keys()
        return _words(draft, _township(draft), 422) if wrong_words else _details(draft, 422)
    except residents.TooOften as often:
        draft.told = shell.told(often)
        return _details(draft, 429)
    news = "covered" if filed.covered else "again" if filed.again else "1"
    where = url_for("residents.standing", number=filed.visit.case.number, secret=filed.visit.secret, new=news)
    return redirect(where)


def _take_photos(draft: Draft) -> None:
    """Take in what was uploaded; what is no photo is said beside the field."""
    for file in request.files.getlist("photos"):
        if not file.filename:
            continue
        if len(draft.photos) >= MOST_PHOTOS:
            draft.problems["photos"] = [_("At most %(n)d photos.", n=MOST_PHOTOS)]
            return
        residents.bring_photo(db.session(), identity.client_address(), shell.now())
        key, wrong = photos.take(file, "report", None)
        if wrong:
            draft.problems.setdefault("photos", []).extend(wrong)
        else:
            draft.photos.append(key)


def _draft(given: Any) -> Draft:
    typed = {name: str(given.get(name, "")).strip() for name in TYPED}
    typed["key"] = typed["key"] if 16 <= len(typed["key"]) <= 64 and typed["key"].isalnum() else uuid.uuid4().hex
    kept = [key for key in request.form.getlist("kept") if key][:MOST_PHOTOS]
    return Draft(typed, kept)


def _is_wanting(draft: Draft) -> bool:
    """Whether what and where are missing or wrong; it is noted beside each field then."""
    wrong = {name: texts for name, texts in cases.check_report(draft.report(), shell.now()).items()
             if name in ("description", "place")}
    draft.problems = _spoken(wrong)
    if residents.find_community(db.session(), draft.typed["division"]) is None:
        draft.problems["division"] = [_("Choose the community, please.")]
    return bool(draft.problems)


def _blame(draft: Draft, refused: Invalid) -> None:
    draft.problems |= _spoken(refused.fields)
    draft.told = "" if draft.problems else shell.told(refused)


def _spoken(fields: dict[str, list[str]]) -> dict[str, list[str]]:
    return {FIELDS.get(name, name): texts for name, texts in failing.flat(fields).items()}


def _nearby(draft: Draft) -> list[residents.Nearby]:
    typed = draft.typed
    return residents.look_around(db.session(), typed["description"], typed["place"], typed["division"],
                                 identity.client_address(), shell.now())


def _township(draft: Draft) -> str:
    spot = residents.find_community(db.session(), draft.typed["division"])
    return spot.township if spot else request.form.get("in", "")


def _words(draft: Draft, township: str, status: int = 200) -> Answer:
    if not residents.name_of_township(db.session(), township):
        return render_template("residents/where.html", counties=residents.list_townships(db.session()))
    if request.form.get("step") == "words":
        draft.problems = {}
    return render_template(
        "residents/words.html", draft=draft, township=township, longest=cases.LONGEST,
        town=residents.name_of_township(db.session(), township),
        communities=residents.list_communities(db.session(), township)), status


def _details(draft: Draft, status: int = 200) -> Answer:
    spot = residents.find_community(db.session(), draft.typed["division"])
    return render_template("residents/details.html", draft=draft, spot=spot, most=MOST_PHOTOS), status
