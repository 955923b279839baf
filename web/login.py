"""The door for people: log in, log out, and the language switch."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request, url_for

from engine import clock, demo, directory
from engine.settings import Settings
from web import identity, languages
from web.db import db
from web.failing import failure_of
from web.limits import per_log_in

blueprint = Blueprint("login", __name__)
Answer = Response | tuple[str, int]


def init_app(app: Flask) -> None:
    """Open the door."""
    app.register_blueprint(blueprint)


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
    return redirect(_wanted())


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


def _page(problem: str = "", status: int = 200, username: str = "") -> Answer:
    shown, password = _showcase()
    if shown and not username:
        username = request.args.get("as", "")[:40]
    page = render_template(
        "login.html",
        problem=problem,
        username=username,
        next=_wanted(),
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
