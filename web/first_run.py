"""The first-run page: an empty place asks what it is and who administers it; afterwards it is gone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for

from engine import clock
from engine.cases import founding
from engine.errors import Invalid
from web import identity
from web.db import db
from web.failing import failure_of, flat

blueprint = Blueprint("first_run", __name__)
_FIELDS = ("place", "name", "username", "password")


def init_app(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(blueprint)


def is_wanted() -> bool:
    """Whether this place still has to be set up."""
    return not founding.is_founded(db.session())


@blueprint.get("/first-run")
@identity.public
def show() -> Any:
    """What is asked on the first day."""
    _only_here_and_now()
    return _page({})


@blueprint.post("/first-run")
@identity.public
def found() -> Any:
    """Set the place up and lead its administrator to the log-in."""
    _only_here_and_now()
    given = {name: request.form.get(name, "") for name in _FIELDS}
    founder = founding.Founder(given["name"], given["username"].strip(), given["password"])
    problems = {} if given["password"] == request.form.get("again", "") else {"again": ["两次输入的密码不一样"]}
    try:
        if not problems:
            with db.session.begin_nested():
                founding.found_place(db.session(), given["place"], founder, clock.now())
    except Invalid as refused:
        problems = flat(refused.fields) or {"": [failure_of(refused).detail]}
    if problems:
        return _page(problems, 422)
    return redirect(url_for("login.show"))


def _only_here_and_now() -> None:
    """Strangers from far away never set up a place, nobody does it twice."""
    if not identity.is_near():
        abort(403)
    if not is_wanted():
        abort(404)


def _page(problems: dict[str, list[str]], status: int = 200) -> tuple[str, int]:
    places = founding.list_places()
    return render_template("first_run.html", places=places, problems=problems, given=request.form), status
