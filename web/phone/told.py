"""Notices on the phone: the same inbox, and the small answer by which the bell is kept up to date."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for

from web.console import inbox
from web.phone.blueprint import blueprint, unread_notices

Answer = Any


@blueprint.get("/notices")
def told() -> Answer:
    """What the reader was told, unread first."""
    return render_template("phone/notices.html", here="told", **inbox.view())


@blueprint.post("/notices")
def read_all() -> Answer:
    """Mark what is shown as read."""
    inbox.mark_read()
    return redirect(url_for("phone.told", **inbox.shown()))


@blueprint.get("/notices/count")
def count_notices() -> Answer:
    """How many are unread; 304 while that is what the phone knows."""
    number = unread_notices()
    answer: Response = jsonify(unread=number)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie"
    answer.set_etag(f"unread-{number}")
    return answer.make_conditional(request)
