"""Photos in a posted form: taken in before the act, so that a refused act does not lose them."""

from __future__ import annotations

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict

from engine import attachments, processes
from web import identity
from web.console import shell
from web.db import db
from web.phrases import said

Faults = dict[str, list[str]]


def taken_in(request: Request, form: processes.Form, kind: str) -> tuple[MultiDict[str, str], Faults]:
    """What was posted, every photo file stored and replaced by its key; what is wrong with the others, by field."""
    posted, faults = MultiDict(request.form), Faults()
    for field in form.fields:
        if field.type == "photos":
            keys, wrong = keys_of(request, field.id, kind)
            for key in keys:
                posted.add(field.id, key)
            if wrong:
                faults[field.id] = wrong
    return posted, faults


def keys_of(request: Request, name: str, kind: str) -> tuple[list[str], list[str]]:
    """The keys of the photos just uploaded under a name, and what is wrong with those that were not taken."""
    person = identity.current_actor().person_id
    keys, wrong = list[str](), list[str]()
    for file in request.files.getlist(name):
        if not file.filename:
            continue
        key, texts = take(file, kind, person)
        keys += [key] if key else []
        wrong += [f"{text}（{file.filename[:80]}）" for text in texts]
    return keys, wrong


def take(file: FileStorage, kind: str, by: int | None) -> tuple[str, list[str]]:
    """The key of one photo, or "" and what is wrong with it in the reader's language."""
    try:
        return attachments.add_photo(db.session(), file.read(), kind=kind, by=by, at=shell.now()).key, []
    except attachments.PhotoInvalid as refused:
        return "", [said(text, shell.language()) for told in refused.fields.values() for text in told]


def refuse(faults: Faults) -> None:
    """Raise PhotoInvalid when a photo was not taken."""
    if faults:
        raise attachments.PhotoInvalid(fields=faults)
