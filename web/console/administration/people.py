"""One person: posts with their dates, the account, absences; each part for the administrator who answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import directory, registers
from engine.errors import Invalid
from web import identity
from web.console import shell
from web.console.administration import who
from web.console.administration.fields import fields_of, read_cells
from web.console.blueprint import blueprint
from web.db import db

SECURITY = ("security_admin",)


@blueprint.get("/people/<path:username>")
def person(username: str) -> Any:
    """Everything about one person."""
    return _page(username)


@blueprint.post("/people/<path:username>/posts")
def add_post(username: str) -> Any:
    """Appoint somebody, or set the last day of a post that they hold."""
    _require_security()
    sheet = registers.get_sheet("posts")
    cells = {**read_cells(sheet, request.form), "用户名": username}
    try:
        with db.session().begin_nested():
            registers.save_row(db.session(), identity.current_actor(), "posts", cells, shell.now())
    except Invalid as refused:
        return _page(username, refused.fields, cells), 422
    flash(_("%(code)s: saved.", code=username))
    return _back(username)


@blueprint.post("/posts/<int(max=2147483647):post>/end")
def end_post(post: int) -> Any:
    """End a post now; what it opened is shut at the next request, and what was claimed goes back."""
    _require_security()
    username = registers.end_post_now(db.session(), identity.current_actor(), post, shell.now())
    flash(_("The post has ended."))
    return _back(username)


def get_near(actor: directory.Actor, username: str) -> registers.PersonPage:
    """A person who has or had a post below this reader, or none anywhere; raises RowUnknown."""
    found, top = registers.get_person(db.session(), username, shell.now()), who.top_of(actor, "people")
    if found.posts and not any((post.organisation.division.path + ".").startswith(top + ".") for post in found.posts):
        raise registers.RowUnknown(code=username)
    return found


def _page(username: str, problems: Mapping[str, Sequence[str]] | None = None,
          cells: Mapping[str, str] | None = None) -> Any:
    actor, session, at = who.require("people"), db.session(), shell.now()
    found, top = get_near(actor, username), who.top_of(actor, "people")
    people, posts = registers.get_sheet("people"), registers.get_sheet("posts")
    return render_template(
        "person.html", found=found, here="people", said=_("Some values are not valid; nothing was saved.")
        if problems else "", may_people=who.may_change(people), may_posts=who.may_change(posts),
        may_send=registers.may_note(session, actor, found.person.id, at), people_sheet=people,
        own=fields_of(people, registers.get_cells(session, "people", username), False, {}),
        post=fields_of(posts, cells or {}, True, problems or {}, without=("用户名",)),
        bodies=registers.list_codes(session, top) if who.may_change(posts) else (),
        deputies=directory.list_deputies(session, found.person.id, at), words=registers.last_day)


def _require_security() -> None:
    if not identity.current_actor().has(*SECURITY):
        abort(403)


def _back(username: str) -> Any:
    return redirect(url_for("console.person", username=username))
