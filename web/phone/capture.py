"""Report from the street: photo, what, where; sent once under the key of its draft, however often it is tried."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases, matters
from engine.cases import claims, reading, repeating
from engine.cases.duplicates import find_similar
from engine.cases.queues import BY_KEY
from engine.cases.searching import bigrams
from engine.errors import Invalid
from web import failing, identity, languages, security
from web.console import photos, shell
from web.db import db
from web.phone import tickets
from web.phone.blueprint import blueprint

TYPED = ("description", "place", "matter", "urgency", "done", "name", "phone", "lat", "lng", "accuracy", "key",
         "noted_at", "device_at", "way")
FIELDS = {"contact.phone": "phone", "contact": "name", "place.division": "place", "division": "place",
          "settled": "done", "first_handling": "done"}
ENOUGH = 4  # bigrams before anything is guessed
RECENT = 8
Answer = Any


@dataclass
class Sent:
    """A draft as it arrived: what was typed, the keys of its photos, what is wrong with it."""

    typed: dict[str, str]
    photos: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)

    def report(self) -> cases.Report:
        """The draft as a report; what was done on the spot settles it, or is the first handling (E2, E2b)."""
        typed, settled = self.typed, self.typed["way"] == "settled"
        contact = {"name": typed["name"], "phone": typed["phone"]}
        return cases.Report(
            description=typed["description"], place=typed["place"], lat=_number(typed["lat"]),
            lng=_number(typed["lng"]), matter=typed["matter"] or None, urgency=typed["urgency"] or "normal",
            origin="grid_worker" if identity.current_actor().has("grid_worker") else None, channel="app",
            contact=contact if any(contact.values()) else None, photos=tuple(self.photos),
            settled=typed["done"] or None if settled else None,
            first_handling=None if settled else typed["done"] or None,
            noted_at=_moment(typed["noted_at"]), device_at=_moment(typed["device_at"]))


@blueprint.get("/")
def capture() -> Answer:
    """The empty form; the service worker keeps this page for when there is no signal."""
    return _page(Sent(dict.fromkeys(TYPED, "")))


@blueprint.get("/me")
def me() -> Answer:
    """Whose phone this is now, the ticket to send with, and whether its clock can be believed."""
    ahead = _ahead(request.args.get("device_at", ""), shell.now())
    return jsonify(owner=identity.current_actor().account_id, ticket=tickets.give(), now=shell.now().isoformat(),
                   clock=claims.off_words(ahead, shell.language()))


@blueprint.get("/guess")
def guess() -> Answer:
    """Matters that the words point at, and open cases near by that may be the same."""
    text, place = request.args.get("description", "")[:2000], request.args.get("place", "")[:300]
    if len(bigrams(text)) < ENOUGH:
        return jsonify(matters=[], similar=[])
    session, at, posts = db.session(), shell.now(), identity.current_actor().posts
    known = {one.code: one for one in shell.admitted()}
    found = [known[one.code] for one in matters.guess_matter(session, text, at) if one.code in known]
    similar = find_similar(session, text=text, place=place, division=posts[0].division_code, at=at, most=2,
                           matter=found[0].code if found else None) if posts else ()
    return jsonify(
        matters=[{"code": one.code, "name": languages.glossed(one.name)} for one in found[:3]],
        similar=[{"title": one.title, "place": one.place, "url": url_for("phone.case", number=one.number)}
                 for one in similar])


@blueprint.post("/reports")
def report() -> Answer:
    """File a draft; the same draft again, from whatever device, gets the first answer."""
    return _file()


@blueprint.post("/outbox")
@security.without_token
@identity.public
def deliver() -> Answer:
    """File what waited on a phone, by its ticket; whoever is logged in now does not matter."""
    tickets.act_by_ticket()
    return _file()


def _file() -> Answer:
    sent = _read()
    session, at, account = db.session(), shell.now(), identity.current_actor().account_id or 0
    try:
        first = repeating.find_answer(session, account, sent.typed["key"], _hash(sent.typed), at)
    except repeating.IdempotencyMismatch:
        return _told_before(sent, repeating.get_answer(session, account, sent.typed["key"]))
    if first is not None:
        return _sent(first.body)
    try:
        _take_in(sent)
        with session.begin_nested():
            made = cases.report_case(session, identity.current_actor(), sent.report(), at)
            photos.refuse({"photos": sent.problems["photos"]} if "photos" in sent.problems else {})
    except Invalid as refused:
        return _refused(sent, refused)
    body = {"number": made.number, "ahead": _ahead(sent.typed["device_at"], at)}
    repeating.keep_answer(session, account, sent.typed["key"], _hash(sent.typed), repeating.Answer(201, body), at)
    return _sent(body)


def _read() -> Sent:
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    typed["key"] = typed["key"] if 8 <= len(typed["key"]) <= 64 and typed["key"].isprintable() else uuid.uuid4().hex
    return Sent(typed, [key for key in request.form.getlist("kept") if key])


def _hash(typed: dict[str, str]) -> str:
    """What makes two drafts the same: what was written, not what the phone says about itself."""
    told = [typed[name] for name in ("description", "place", "done", "way", "matter", "urgency", "name", "phone")]
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()


def _take_in(sent: Sent) -> None:
    """Store the photos; a settled one says how it was settled."""
    keys, wrong = photos.keys_of(request, "photos", "report")
    sent.photos += keys
    if wrong:
        sent.problems["photos"] = wrong
    if sent.typed["way"] == "settled" and not sent.typed["done"]:
        raise cases.ReportInvalid(fields={"settled": ["请写明现场怎么解决的。"]})


def _sent(body: dict[str, Any]) -> Answer:
    where = url_for("phone.case", number=body["number"], new="1")
    if not _is_script():
        return redirect(where)
    clock = claims.off_words(int(body.get("ahead") or 0), shell.language())
    return jsonify(number=body["number"], url=where, clock=clock), 201


def _told_before(sent: Sent, first: repeating.Answer) -> Answer:
    """The draft had been sent from elsewhere with other words: that one is the case, these words stay here."""
    number, where = first.body["number"], url_for("phone.case", number=first.body["number"])
    said = _("This draft was sent before, with other words: it is case %(number)s. "
             "What you changed since was not sent; it is kept here.", number=number)
    if _is_script():
        return jsonify(number=number, url=where, said=said), 409
    return _page(sent, said, 409)


def _refused(sent: Sent, refused: Invalid) -> Answer:
    fields = {**refused.fields, **({"photos": sent.problems["photos"]} if "photos" in sent.problems else {})}
    sent.problems = {FIELDS.get(name, name): texts for name, texts in failing.flat(fields).items()}
    if _is_script():
        return jsonify(said=shell.told(refused), fields=sent.problems), 422
    return _page(sent, shell.told(refused), 422)


def _page(sent: Sent, told: str = "", status: int = 200) -> Answer:
    actor, session = identity.current_actor(), db.session()
    sent.typed["key"] = sent.typed["key"] or uuid.uuid4().hex
    places: list[str] = []
    if actor.has(BY_KEY["reported"].role):
        rows = reading.queue(session, actor, "reported", shell.now(), limit=30).items
        places = list(dict.fromkeys(row.place for row in rows))[:RECENT]
    page: Response = make_response(render_template(
        "phone/capture.html", sent=sent, told=told, groups=shell.matters_by_class(), places=places,
        longest=cases.LONGEST, here="capture",
        spot=next((post.grid_name for post in actor.posts if post.grid_name), "")))
    page.status_code = status
    return page


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _ahead(device_at: str, at: datetime) -> int:
    device = _moment(device_at)
    return round((device - at).total_seconds()) if device else 0


def _moment(text: str) -> datetime | None:
    """A moment with its zone as a browser writes it; anything else counts as nothing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
