"""The blueprint that every page of the phone hangs on, and what stands around each page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from engine.cases import reading
from web import identity
from web.console import shell
from web.db import db

blueprint = Blueprint("phone", __name__, url_prefix="/phone", template_folder="templates")
SEVERAL = 99


@blueprint.context_processor
def around() -> dict[str, Any]:
    """The dock's count of tasks, asked for where a page shows it."""
    return {"waiting": waiting, "most_shown": SEVERAL}


def waiting() -> int:
    """How many tasks wait for the reader."""
    actor = identity.find_actor()
    return reading.list_my_tasks(db.session(), actor, shell.now(), limit=1).total if actor else 0
