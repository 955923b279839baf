"""Tickets: what a phone sends with when nobody is logged in any more. Good for one thing: handing in what waits.

A ticket is signed, names the account and the log-in under which it was given, and dies after a week, with a log-out
on that phone, with the log-in's revocation and with the account. No cookie is looked at where a ticket is shown.
"""

from __future__ import annotations

from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import Unauthorized

from engine import directory
from engine.cases import scope
from web import identity
from web.console import shell
from web.db import db

HEADER = "X-Phone-Ticket"
GOOD_FOR = 7 * 24 * 3600  # seconds


def give() -> str:
    """A ticket for whoever is logged in."""
    return _signer().dumps([identity.current_actor().account_id, identity.current_session_id()])


def act_by_ticket() -> None:
    """From here on this request is the ticket's person, with the posts held now; raises Unauthorized."""
    try:
        account_id, session_id = _signer().loads(request.headers.get(HEADER, ""), max_age=GOOD_FOR)
        if directory.is_revoked(db.session(), session_id):
            raise Unauthorized
        g.actor = directory.get_actor(db.session(), account_id, shell.now())
    except (BadSignature, ValueError, directory.ActorGone):
        raise Unauthorized from None
    scope.act_as(db.session(), g.actor)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="phone-ticket")
