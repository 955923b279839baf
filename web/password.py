"""Another password: the old one is asked for, and every other log-in of the account ends."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for

from engine import clock, directory
from engine.errors import WanggeError
from web import identity
from web.db import db
from web.failing import failure_of
from web.limits import per_log_in

blueprint = Blueprint("password", __name__)
DIFFERENT = ("两次输入的新密码不一样。", "The two new passwords differ.")


def init_app(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(blueprint)


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
    return redirect(url_for("console.preferences"))


def _page(problem: str = "") -> str:
    return render_template("password.html", problem=problem)
