"""The blueprint that every page of the phone hangs on, and what stands around each page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from engine import notices
from engine.cases import reading
from web import identity
from web.console import shell
from web.db import db

blueprint = Blueprint("phone", __name__, url_prefix="/phone", template_folder="templates")
SEVERAL = 99


@blueprint.context_processor
def around() -> dict[str, Any]:
    """The dock's count of tasks and the bell's of notices, asked for where a page shows them."""
    return {"waiting": waiting, "unread_notices": unread_notices, "most_shown": SEVERAL}


def waiting() -> int:
    """How many tasks wait for the reader."""
    actor = identity.find_actor()
    return reading.list_my_tasks(db.session(), actor, shell.now(), limit=1).total if actor else 0


def unread_notices() -> int:
    """How many notices the reader has not opened."""
    actor = identity.find_actor()
    return notices.count_unread(db.session(), actor.person_id) if actor and actor.person_id is not None else 0
