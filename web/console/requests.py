"""What my organisations have asked for (延期、挂账), and where it stands."""

from __future__ import annotations

from typing import Any

from flask import render_template

from engine import cases
from web import identity
from web.console.blueprint import blueprint
from web.db import db


@blueprint.get("/requests")
def list_requests() -> Any:
    """The requests of the reader's organisations, the newest first."""
    asked = cases.list_asked(db.session(), identity.current_actor())
    return render_template("requests.html", asked=asked, here="requests")
