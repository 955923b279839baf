"""Another password: the old one is asked for, and every other log-in of the account ends."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for

from engine import clock, directory
from engine.errors import WanggeError
from web import identity, kept
from web.db import db
from web.failing import failure_of
from web.limits import per_log_in

blueprint = Blueprint("password", __name__)
DIFFERENT = ("两次输入的新密码不一样。", "The two new passwords differ.")


ALLOWED = {"password.show", "password.change", "login.leave", "login.switch", "login.again", "login.enter_again",
           "login.show", "login.enter", "api.drop_token", "static"}


def init_app(app: Flask) -> None:
    """Add the page, and lead there whoever still has a password that somebody else chose."""
    app.register_blueprint(blueprint)
    app.before_request(demand)


def demand() -> Response | None:
    """The page for another password instead of the one asked for; a program is told so."""
    actor = identity.find_actor()
    if actor is None or not actor.must_change or request.endpoint in ALLOWED or request.endpoint is None:
        return None
    if identity.is_api():
        raise directory.PasswordMustChange
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers[identity.AGAIN] = "again"
        return answer
    if request.method == "POST":
        return make_response(_page(sealed=kept.seal(kept.of_request(actor.account_id or 0))), 403)
    return make_response(redirect(url_for("password.show")))


@blueprint.get("/password")
def show() -> Any:
    """What is asked for."""
    return _page()


@blueprint.post("/password")
@per_log_in
def change() -> Any:
    """Change it; a wrong old one is counted like a failed log-in."""
    actor, new = identity.current_actor(), request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _page(DIFFERENT[actor.language == "en"]), 422
    try:
        directory.change_own_password(
            db.session(), actor, request.form.get("old", ""), new, identity.client_address(), clock.now()
        )
    except WanggeError as refused:
        failure = failure_of(refused)
        return _page(failure.detail), 422 if failure.status == 401 else failure.status
    directory.revoke_all(db.session(), actor.account_id or 0, clock.now(), identity.current_session_id())
    typed = kept.find(actor.account_id or 0)
    if typed is not None:
        return kept.page(typed)
    return redirect(url_for("console.home" if actor.must_change else "console.preferences"))


def _page(problem: str = "", sealed: str = "") -> str:
    actor = identity.current_actor()
    return render_template("password.html", problem=problem, must=actor.must_change, name=actor.name,
                           kept=sealed or request.form.get("kept", "")[:2 * kept.MOST])
