"""Notices: what was sent to the reader, newest first; opening the page reads them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for

from engine import notices
from engine.cases import reading
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/inbox")
def inbox() -> Any:
    """The reader's notices."""
    person = identity.current_actor().person_id
    found = notices.list_inbox(db.session(), person) if person is not None else ()
    numbers = reading.numbers_of(db.session(), [notice.case_id for notice in found if notice.case_id])
    return render_template("inbox.html", notices=found, numbers=numbers, here="inbox")


@blueprint.post("/inbox")
def read_all() -> Any:
    """Mark everything as read."""
    person = identity.current_actor().person_id
    if person is not None:
        notices.mark_read(db.session(), person, shell.now())
    return redirect(url_for("console.inbox"))
