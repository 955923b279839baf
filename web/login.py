"""The door for people: log in, log out, and the language switch."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from engine import clock, demo, directory
from engine.settings import Settings
from web import identity, kept, languages
from web.db import db
from web.failing import failure_of
from web.limits import per_log_in

blueprint = Blueprint("login", __name__)
Answer = Response | tuple[str, int]


def init_app(app: Flask) -> None:
    """Open the door."""
    app.register_blueprint(blueprint)
    app.extensions["wangge.log_in_again"] = ask_again


@blueprint.get("/")
@identity.public
def root() -> Any:
    """Whoever comes to the house is shown to their desk."""
    return redirect("/console/")


@blueprint.get("/login")
@identity.public
def show() -> Any:
    """The log-in page."""
    if identity.find_actor() is not None:
        return redirect(_wanted())
    return _page()


@blueprint.post("/login")
@per_log_in
@identity.public
def enter() -> Any:
    """Log in; a wrong guess is counted and answered like an unknown name."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    if "\0" in username:
        return _page(failure_of(directory.WrongCredentials()).detail, 401)
    address, at = identity.client_address(), clock.now()
    try:
        opened = directory.log_in(db.session(), username, password, address, "browser", at, identity.device())
    except (directory.WrongCredentials, directory.TooManyAttempts) as refused:
        failure = failure_of(refused)
        answer = make_response(_page(failure.detail, failure.status, username))
        answer.headers.update(failure.headers)
        return answer
    identity.enter(opened)
    typed = kept.find(opened.account_id)
    return kept.page(typed) if typed else redirect(_wanted())


@blueprint.get("/login/again")
@identity.public
def again() -> Any:
    """The window over a page whose log-in has ended; nothing when it has not."""
    actor = identity.find_actor()
    if actor is not None and not actor.must_change:
        return "", 204
    return _window(must_change=actor is not None)


@blueprint.post("/login/again")
@per_log_in
@identity.public
def enter_again() -> Any:
    """Log in over a page that stays as it is; it says whether the page belongs to somebody else now."""
    former = identity.find_former()
    username = request.form.get("username", "").strip()
    if "\0" in username:
        return _window(failure_of(directory.WrongCredentials()).detail, 401)
    try:
        opened = directory.log_in(db.session(), username, request.form.get("password", ""), identity.client_address(),
                                  "browser", clock.now(), identity.device())
    except (directory.WrongCredentials, directory.TooManyAttempts) as refused:
        failure = failure_of(refused)
        return _window(failure.detail, failure.status)
    identity.enter(opened)
    actor = identity.find_actor()
    is_same = former is not None and former.account_id == opened.account_id
    return {"next": "" if is_same else "/console/", "must_change": bool(actor and actor.must_change),
            "token": generate_csrf()}


@blueprint.post("/logout")
def leave() -> Any:
    """Log out here and on the server."""
    identity.leave()
    return redirect(url_for("login.show"))


@blueprint.post("/language")
@identity.public
def switch() -> Any:
    """Read in the other language from now on."""
    chosen = request.form.get("language", "")
    if chosen not in languages.LANGUAGES:
        flask.abort(422)
    actor = identity.find_actor()
    if actor is not None and actor.account_id is not None:
        directory.set_language(db.session(), actor.account_id, chosen)
    answer = redirect(_wanted())
    answer.set_cookie(languages.COOKIE, chosen, max_age=31_536_000, httponly=True, samesite="Lax",
                      secure=request.is_secure)  # fmt: skip
    return answer


def ask_again() -> Response:
    """The log-in page instead of what a form wanted: it says why, and keeps what was typed."""
    former = identity.find_former()
    typed = kept.of_request(former.account_id) if former else None
    return make_response(_page("", 401, former.username if former else "", kept.seal(typed), is_late=True,
                               had_files=typed is not None and typed.had_files))


def _window(problem: str = "", status: int = 200, must_change: bool = False) -> Answer:
    former = identity.find_former()
    return render_template("log_in_again.html", problem=problem, why=_why(former), must_change=must_change,
                           username=request.form.get("username", former.username if former else "")), status


def _why(former: directory.Former | None) -> str:
    """Why the log-in of this browser opens nothing any more, in one sentence; "" where there was none."""
    if former is None:
        return ""
    if former.why == "revoked" and former.by:
        return str(_("Your log-in was ended by %(who)s.", who=former.by))
    return str({
        "locked": _("Your account was locked. Ask the security administrator of your place."),
        "left": _("Your account is closed: you have left."),
        "revoked": _("You logged out, or chose another password."),
        "idle": _("You were away for half an hour, so you were logged out."),
        "old": _("A log-in lasts twelve hours; yours is over."),
    }[former.why])


def _page(problem: str = "", status: int = 200, username: str = "", sealed: str = "", is_late: bool = False,
          had_files: bool = False) -> Answer:
    shown, password = ([], "") if is_late else _showcase()
    sealed = sealed or request.form.get("kept", "")[:2 * kept.MOST]
    if shown and not username:
        username = request.args.get("as", "")[:40]
    page = render_template(
        "login.html",
        problem=problem,
        username=username,
        next=_wanted(),
        why=_why(identity.find_former()),
        kept=sealed,
        is_late=is_late,
        had_files=had_files,
        showcase=shown,
        password=password if username else "",
        roles=directory.ROLE_NAMES,
    )
    return page, status


def _showcase() -> tuple[list[directory.LogInOf], str]:
    """The accounts that a demo city offers at its door, with their password; nothing anywhere else."""
    settings: Settings = current_app.extensions["wangge"]
    if not settings.demo:
        return [], ""
    return demo.showcase(db.session(), clock.now()), demo.PASSWORD


def _wanted() -> str:
    """Where to go next: a path of this house, never an address elsewhere."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return wanted if safe and wanted.isprintable() else "/console/"
