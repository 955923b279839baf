"""Notices: what was sent to the reader, unread first; opening one reads it and leads to what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import notices
from engine.cases import reading
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db

PAGE = 50
RULES, INCIDENT, CHANNEL, UNANSWERED = "rules", "incident", "channel", "unanswered"


@blueprint.get("/inbox")
def inbox() -> Any:
    """The reader's notices, of one kind or unread only where the address says so."""
    return render_template("inbox.html", here="inbox", **view())


@blueprint.get("/inbox/<message>")
def open_notice(message: str) -> Any:
    """One notice: read by that, and its case opened."""
    person = identity.current_actor().person_id
    try:
        found = notices.open_notice(db.session(), person or 0, UUID(message), shell.now())
    except ValueError:
        raise notices.NoticeUnknown from None
    return redirect(_about(found.kind, found.case_id))


@blueprint.post("/inbox")
def read_all() -> Any:
    """Mark what is shown as read."""
    mark_read()
    return redirect(url_for("console.inbox", **shown()))


def view() -> dict[str, Any]:
    """What a page of notices shows."""
    session, person, kind = db.session(), identity.current_actor().person_id, request.args.get("kind", "")
    wanted = notices.Wanted(kind, request.args.get("unread") == "1")
    skip = max(request.args.get("skip", 0, type=int), 0)
    found = notices.list_inbox(session, person, PAGE + 1, wanted, min(skip, 10_000)) if person is not None else ()
    numbers = reading.numbers_of(session, [one.case_id for one in found if one.case_id])
    kinds: Sequence[str] = notices.kinds_in_inbox(session, person) if person is not None else ()
    return {"notices": found[:PAGE], "said": said, "numbers": numbers, "wanted": wanted, "skip": skip,
            "more": len(found) > PAGE, "kinds": [(key, kind_name(key)) for key in kinds], "page_size": PAGE}


def said(one: Any) -> str:
    """What a notice says, in the reader's language."""
    return notices.worded(one.subject, one.facts, shell.language())


def mark_read() -> None:
    """Everything the reader has of the kind shown is read."""
    person = identity.current_actor().person_id
    if person is not None:
        notices.mark_read(db.session(), person, shell.now(), notices.Wanted(request.form.get("kind", "")))


def shown() -> dict[str, Any]:
    """The filters that a form brought along."""
    return {name: request.form[name] for name in ("kind", "unread") if request.form.get(name)}


def kind_name(key: str) -> str:
    """The name of a kind of notice."""
    found = notices.manners().kind(key)
    return found.name_en if shell.language() == "en" else found.name


def _about(kind: str, case_id: int | None) -> str:
    """Where a notice leads."""
    actor = identity.current_actor()
    if kind == INCIDENT and actor.has("system_admin"):
        return url_for("console.list_incidents")
    if kind == CHANNEL and actor.has("system_admin"):
        return url_for("console.operating")
    if kind == UNANSWERED and case_id is None:
        return url_for("console.list_demands", show="overdue")
    if kind == RULES:
        return url_for("console.rules")
    number = reading.numbers_of(db.session(), [case_id]).get(case_id) if case_id else None
    if number is None:
        if case_id:
            flash(_("That case is no longer within your jurisdiction."))
        return url_for("console.inbox")
    is_worker = {post.role for post in actor.posts} == {"grid_worker"}
    return url_for("phone.case" if is_worker else "console.case", number=number)
