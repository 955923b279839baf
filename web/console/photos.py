"""Photos in a posted form: taken in before the act, so that a refused act does not lose them."""

from __future__ import annotations

from flask import Request
from werkzeug.datastructures import MultiDict

from engine import attachments, processes
from web import identity
from web.console import shell
from web.db import db


def taken_in(request: Request, form: processes.Form, kind: str) -> MultiDict[str, str]:
    """What was posted, every photo file stored and replaced by its key; raises PhotoInvalid."""
    posted = MultiDict(request.form)
    for field in form.fields:
        if field.type == "photos":
            for key in keys_of(request, field.id, kind):
                posted.add(field.id, key)
    return posted


def keys_of(request: Request, name: str, kind: str) -> list[str]:
    """The keys of the photos just uploaded under a name."""
    person = identity.current_actor().person_id
    return [
        attachments.add_photo(db.session(), file.read(), kind=kind, by=person, at=shell.now()).key
        for file in request.files.getlist(name) if file.filename]
