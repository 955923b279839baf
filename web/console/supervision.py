"""The supervisor's page: what is stuck where in one sentence, the table that proves it, and bulk acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask_babel import gettext as _

from engine import cases
from engine.cases import reading
from engine.cases.filters import Page
from engine.cases.rows import CaseRow
from engine.errors import WanggeError
from engine.supervision import boards
from web import identity
from web.console import acting, shell
from web.console.blueprint import blueprint
from web.db import db

VERBS = ("urge", "supervise")
MOST_AT_ONCE = 500
MAY = ("supervisor", "seat")


@dataclass(frozen=True)
class Told:
    """What came of one row of a bulk act."""

    number: str
    title: str
    problem: str = ""


@dataclass(frozen=True)
class Cell:
    """The part of the board whose cases are listed."""

    state: boards.State
    unit: boards.Unit | None
    matter: str | None

    @property
    def query(self) -> dict[str, str]:
        """The cell as it stands in an address."""
        found = {"state": self.state, "unit": self.unit.key if self.unit else None, "matter": self.matter}
        return {name: value for name, value in found.items() if value is not None}


@blueprint.get("/supervision")
def supervision() -> Any:
    """The board and the list of the cell that the address names."""
    board, cell = _read()
    page = _list(cell, request.args.get("cursor"))
    return render_template("supervision.html", board=board, cell=cell, page=page, here="supervision",
                           cells=boards.sequence(board.units), heat=boards.heat)


@blueprint.post("/supervision/<verb>")
def supervise_many(verb: str) -> Any:
    """Urge or supervise many: a preview with the count and the reason, then an answer for every row."""
    if verb not in VERBS:
        abort(404)
    __, cell = _read()
    rows = _chosen(cell)
    reason = request.form.get("reason", "").strip()
    if request.form.get("step") != "go" or not reason:
        missing = request.form.get("step") == "go"
        page = render_template("supervise.html", verb=verb, rows=rows, cell=cell, here="supervision", reason=reason,
                               is_all=request.form.get("all") == "1", problem=_("Write the reason.") if missing else "")
        return page, 422 if missing else 200
    told = [_act(row, verb, reason) for row in rows]
    return render_template("supervised.html", verb=verb, told=told, cell=cell, here="supervision")


def _read() -> tuple[boards.Board, Cell]:
    actor = identity.current_actor()
    if not actor.has(*MAY):
        abort(403)
    board = boards.read_board(db.session(), actor, shell.now())
    asked = request.values
    state: boards.State = next((each for each in boards.STATES if each == asked.get("state")), "late")
    unit = board.find(asked["unit"]) if asked.get("unit") else None
    return board, Cell(state, unit, asked.get("matter"))


def _list(cell: Cell, cursor: str | None = None, limit: int = 50) -> Page[CaseRow]:
    where = boards.selection(cell.state, shell.now(), cell.unit, cell.matter)
    return reading.list_where(db.session(), where, shell.now(), cursor, limit)


def _chosen(cell: Cell) -> tuple[CaseRow, ...]:
    """The rows ticked on the page, or all that the cell holds."""
    if request.form.get("all") == "1":
        return _list(cell, limit=MOST_AT_ONCE).items
    numbers = set(request.form.getlist("number"))
    return tuple(row for row in _list(cell, limit=MOST_AT_ONCE).items if row.number in numbers)


def _act(row: CaseRow, verb: str, reason: str) -> Told:
    session = db.session()
    try:
        with session.begin_nested():
            cases.act_on(session, identity.current_actor(), row.number, verb, {"reason": reason}, shell.now())
    except WanggeError as refused:
        return Told(row.number, row.title, acting.noted(refused))
    return Told(row.number, row.title)
