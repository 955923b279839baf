"""The first-run page: an empty place without a demo is founded here, or by `wangge init`, and never again."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from engine import clock, deadlines, demo, directory, founding
from engine.cases import gatekeeping
from engine.db import tables
from engine.errors import WanggeError
from engine.settings import Settings
from web import hours as typed_hours
from web import identity, languages
from web.db import db
from web.failing import failure_of
from web.limits import per_log_in

DOORS = ("login.root", "login.show")
ROLES = ("system_admin", "security_admin", "audit_admin")
OWN = "own"
_READY = "wangge.ready"
_NAMES = ("by", "approved_by", *ROLES)
blueprint = Blueprint("first_run", __name__)


def init_app(app: Flask) -> None:
    """Stand in the door while nothing is here; a demo place is never empty when it serves."""
    app.register_blueprint(blueprint)
    if not app.extensions["wangge"].demo:
        app.before_request(show_while_empty)


def show_while_empty() -> Response | None:
    """This page instead of the log-in, until something is here."""
    if request.endpoint not in DOORS or not _is_empty():
        return None
    return make_response(redirect(url_for("first_run.show")))


def code_of(settings: Settings) -> str:
    """What proves from afar that somebody stands at the machine: `wangge serve` prints it while nothing is here."""
    letters = base64.b32encode(settings.key_for("first run"))[:12].decode().lower()
    return "-".join((letters[:4], letters[4:8], letters[8:]))


@blueprint.get("/first-run")
@identity.public
def show() -> Any:
    """First the prefecture; with it the counties, hours and names."""
    _require_empty()
    return _page()


@blueprint.post("/first-run")
@per_log_in
@identity.public
def found() -> Any:
    """Found the place; the answer shows the three first passwords, once."""
    _require_empty()
    form = request.form
    if any(turn in form for turn in typed_hours.TURNS):
        return _page()
    if _needs_code() and form.get("code", "").strip().lower() != code_of(_settings()):
        return _page(_("The first-run code is wrong; it stands where the server was started.")), 422
    names = {name: form.get(name, "").strip() for name in _NAMES}
    try:
        with db.session().begin_nested():
            site = founding.site_of(form.get("prefecture", ""), form.getlist("county"))
            packs = founding.matching_packs(site.divisions)
            packs = tuple(pack for pack in packs if pack.id == "base" or pack.id in form.getlist("pack"))
            demo.unmark(db.session().connection())
            founded = founding.found_place(
                db.session(), site, packs, by=names["by"], approved_by=names["approved_by"],
                administrators={role: names[role] for role in ROLES}, at=clock.now(), **_hours(form))
    except gatekeeping.Refused as refused:
        return _page(refused.message), 422
    except deadlines.HoursInvalid as refused:
        return _page(failure_of(refused).detail, refused.fields), 422
    except WanggeError as refused:
        failure = failure_of(refused)
        return _page(failure.detail), failure.status
    return render_template("founded.html", founded=founded, site=site, roles=directory.ROLE_NAMES)


def _hours(form: Mapping[str, str]) -> dict[str, Any]:
    """The hours of every body: those of a file by their name, or typed here."""
    chosen = form.get("office", deadlines.DEFAULT)
    if chosen != OWN:
        return {"office": chosen}
    return {"hours": {"d0": "", **typed_hours.given(form), "since": ""}}


def _page(problem: str = "", wrong: Mapping[str, Any] | None = None) -> str:
    chosen = request.values.get("prefecture", "")
    hours = typed_hours.given(request.form) or typed_hours.week_of(deadlines.DEFAULT, _today())
    prefectures = founding.list_prefectures()
    one = next((each for each in prefectures if each.code == chosen), None)
    counties = founding.list_counties(chosen) if one else []
    return render_template(
        "first_run.html", problem=problem, prefectures=prefectures, chosen=one, counties=counties,
        packs=_packs(chosen, [code for code, _ in counties]) if one else (), needs_code=_needs_code(),
        offices=deadlines.load_calendars().offices.values(), typed=request.form, names=directory.ROLE_NAMES,
        today=_today(), own=OWN, wrong=wrong or {}, hours=hours, focus=typed_hours.focus_of(request.form),
        tried=typed_hours.tried(db.session(), directory.RESIDENT, None, hours, clock.now()) if request.form else None,
        english=languages.current() == "en", roles=ROLES)


def _packs(prefecture: str, counties: list[str]) -> list[tuple[Any, bool]]:
    """The packs of rules that would be taken, and whether their text has expired."""
    today = _today()
    return [(pack, pack.is_expired(today)) for pack in founding.packs_for({prefecture, *counties}) if pack.id != "base"]


def _today() -> date:
    return clock.now().astimezone(clock.ZONE).date()


def _needs_code() -> bool:
    """Whether the request may come from elsewhere: only this machine itself, with no proxy between, needs no code."""
    own = request.remote_addr in ("127.0.0.1", "::1") and not _settings().proxies
    return not own or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers


def _settings() -> Settings:
    found: Settings = current_app.extensions["wangge"]
    return found


def _require_empty() -> None:
    if _settings().demo or not _is_empty():
        raise founding.AlreadyFounded


def _is_empty() -> bool:
    """Whether nothing is here; a place that was ready once is not asked again."""
    if current_app.extensions.get(_READY):
        return False
    if tables.filled(db.session.connection()):
        current_app.extensions[_READY] = True
        return False
    return True
