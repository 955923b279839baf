"""An act on many cases at work: how far it is, what came of each, stopped and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import WanggeError
from engine.supervision import bulk
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.console.supervision import require_supervising
from web.db import db
from web.english import ENGLISH

LARGEST = 9223372036854775807
PAGE = 50


@blueprint.get("/bulk")
def list_bulk() -> Any:
    """The reader's acts on many, the latest first."""
    require_supervising()
    standings = bulk.list_standings(db.session(), identity.current_actor())
    return render_template("bulk_acts.html", standings=standings, here="supervision")


@blueprint.get(f"/bulk/<int(max={LARGEST}):bulk_id>")
def bulk_act(bulk_id: int) -> Any:
    """One of them: its progress, polled while the worker is at it, and its rows."""
    require_supervising()
    session, actor = db.session(), identity.current_actor()
    standing = bulk.get_standing(session, actor, bulk_id)
    after = max(0, min(request.args.get("after", 0, type=int), bulk.MOST_AT_ONCE))
    rows, until = bulk.list_rows(session, standing, after, PAGE), bulk.undo_until(session, standing)
    return render_template("bulk_act.html", standing=standing, rows=rows, after=after, page=PAGE, here="supervision",
                           can_undo=bulk.can_take_back(standing, until, shell.now()), why=why, until=until)


@blueprint.post(f"/bulk/<int(max={LARGEST}):bulk_id>/cancel")
def cancel_bulk(bulk_id: int) -> Any:
    """Let what waits be."""
    return _then(bulk_id, lambda: bulk.cancel(db.session(), identity.current_actor(), bulk_id, shell.now()))


@blueprint.post(f"/bulk/<int(max={LARGEST}):bulk_id>/undo")
def undo_bulk(bulk_id: int) -> Any:
    """Take back everything that nobody has acted on."""
    return _then(bulk_id, lambda: bulk.take_all_back(db.session(), identity.current_actor(), bulk_id, shell.now()))


@blueprint.post(f"/bulk/<int(max={LARGEST}):bulk_id>/undo/<int(max={LARGEST}):case_id>")
def undo_one(bulk_id: int, case_id: int) -> Any:
    """Take back one row."""
    def undo() -> None:
        with db.session().begin_nested():
            bulk.take_back(db.session(), identity.current_actor(), bulk_id, case_id, shell.now())

    return _then(bulk_id, undo)


def _then(bulk_id: int, do: Callable[[], None]) -> Any:
    require_supervising()
    try:
        do()
    except bulk.BulkUnknown:
        abort(404)
    except WanggeError as refused:
        flash(shell.told(refused))
    else:
        flash(_("Done."))
    after = request.form.get("after", 0, type=int) or None
    return redirect(url_for("console.bulk_act", bulk_id=bulk_id, after=after), 303)


def why(problem: dict[str, str]) -> str:
    """Why a row was not done, in the reader's language."""
    said = problem["message"]
    return ENGLISH.get(problem["code"], said) if shell.language() == "en" else said
