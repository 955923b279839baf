"""Photos: taken in before the report or the form that names them, and given back."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response

from engine import attachments, clock
from web import identity
from web.api import schemas
from web.api.serving import blueprint, once
from web.db import db


@blueprint.route("/attachments", methods=["POST"])
@once
@blueprint.arguments(schemas.PhotoForm, location="form")
@blueprint.arguments(schemas.PhotoIn, location="files")
@blueprint.response(201, schemas.PhotoOut)
def add_photo(form: dict[str, Any], files: dict[str, Any]) -> Any:
    """Take a photo in; it is re-encoded, and its position kept apart."""
    return attachments.add_photo(
        db.session(),
        files["photo"].read(),
        kind=form["kind"],
        by=identity.current_actor().person_id,
        at=clock.now(),
    )


@blueprint.route("/attachments/<key>", methods=["GET"])
@blueprint.response(200, content_type="image/jpeg")
def get_photo(key: str) -> Response:
    """The photo itself, for saving; a browser runs nothing in it."""
    row = attachments.get_attachment(db.session(), key)
    answer = make_response(attachments.get(row.key))
    answer.mimetype = row.media_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.id}.jpg"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
