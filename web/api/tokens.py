"""Tokens: how a program logs in."""

from __future__ import annotations

from typing import Any

from flask import Response

from engine import clock, directory
from web import identity
from web.api import schemas
from web.api.serving import blueprint
from web.db import db
from web.failing import answer
from web.limits import per_log_in


@blueprint.route("/tokens", methods=["POST"])
@per_log_in
@identity.public
@blueprint.doc(security=[])
@blueprint.arguments(schemas.Credentials)
@blueprint.response(201, schemas.Token)
def make_token(given: dict[str, Any]) -> directory.Opened | Response:
    """A new token for this user name and password.

    Wrong guesses are counted: five within 15 minutes lock the name for as long (429, Retry-After).
    """
    try:
        return directory.log_in(
            db.session(), given["username"], given["password"], identity.client_address(), "token", clock.now(),
            identity.device(),
        )
    except (directory.WrongCredentials, directory.TooManyAttempts) as refused:
        return answer(refused)  # returned, not raised: the count of failures is committed


@blueprint.route("/tokens/current", methods=["DELETE"])
@blueprint.response(204)
def drop_token() -> None:
    """End the token of this request."""
    directory.revoke(db.session(), identity.current_session_id(), clock.now())
