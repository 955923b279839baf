"""Cases: report one, list and read them, their record and deadlines, and acts without a task."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine import cases, clock, worklist
from engine.cases import plain, reading
from engine.cases.filters import Filters
from engine.cases.scope import unscoped
from web import identity
from web.api import schemas
from web.api.serving import blueprint, once
from web.db import db

_FILTERS = tuple(Filters.__dataclass_fields__)


@blueprint.route("/cases", methods=["POST"])
@once
@blueprint.arguments(schemas.NewCase)
@blueprint.response(201, schemas.CaseOut)
def report_case(given: dict[str, Any]) -> Any:
    """Report a case; without division and grid it happened where the caller works."""
    session, at, place = db.session(), clock.now(), given.pop("place")
    photos = tuple(given.pop("photos"))
    report = cases.Report(
        place=place["text"],
        division=place.get("division"),
        grid=place.get("grid"),
        lat=place.get("lat"),
        lng=place.get("lng"),
        photos=photos,
        **given,
    )
    case = cases.report_case(session, identity.current_actor(), report, at)
    with unscoped(session):
        values = plain.case_values(session, case.number, at)
    return values, 201, {"Location": url_for("api.get_case", number=case.number)}


@blueprint.route("/cases", methods=["GET"])
@blueprint.etag
@blueprint.arguments(schemas.CaseFilters, location="query")
@blueprint.response(200, schemas.listed(schemas.CaseItem))
def list_cases(given: dict[str, Any]) -> Any:
    """The cases of the caller's jurisdiction, the newest first unless another order is asked for."""
    filters = Filters(**{name: given.get(name) for name in _FILTERS})
    return reading.list_cases(db.session(), filters, clock.now(), given.get("cursor"), given["limit"], given["order"])


@blueprint.route("/cases/<case:number>", methods=["GET"])
@blueprint.etag
@blueprint.response(200, schemas.CaseOut)
def get_case(number: str) -> Any:
    """One case, with the acts that the caller may do on it now."""
    session, actor, at = db.session(), identity.current_actor(), clock.now()
    offers = cases.available_acts(session, actor, reading.get_case(session, number), at)
    acts = [
        {"verb": offer.verb, "label": offer.label, "label_en": offer.label_en,
         "form": offer.form.json_schema(offer.verb)}
        for offer in offers
    ]  # fmt: skip
    return {**plain.case_values(session, number, at), "acts": acts}


@blueprint.route("/cases/<case:number>/entries", methods=["GET"])
@blueprint.etag
@blueprint.arguments(schemas.EntryPaging, location="query")
@blueprint.response(200, schemas.listed(schemas.EntryOut))
def list_entries(given: dict[str, Any], number: str) -> Any:
    """The record of a case, from its first entry on."""
    return plain.list_entries(db.session(), identity.current_actor(), number, given["cursor"], given["limit"])


@blueprint.route("/cases/<case:number>/deadlines", methods=["GET"])
@blueprint.etag
@blueprint.response(200, schemas.listed(schemas.DeadlineOut))
def list_deadlines(number: str) -> Any:
    """Every deadline of a case with its rule, its article, the days counted and the stops of the clock."""
    session = db.session()
    case = reading.get_case(session, number)
    return {"items": cases.explain_deadlines(session, case, clock.now()), "next": None}


@blueprint.route("/cases/<case:number>/tasks", methods=["GET"])
@blueprint.etag
@blueprint.response(200, schemas.listed(schemas.TaskOut))
def list_waiting(number: str) -> Any:
    """The open tasks of a case, whoever may take them."""
    return plain.list_waiting(db.session(), number)


@blueprint.route("/cases/<case:number>/acts/<verb>", methods=["POST"])
@once
@blueprint.arguments(schemas.ActIn)
@blueprint.response(200, schemas.Acted)
def act(given: dict[str, Any], number: str, verb: str) -> Any:
    """An act without a task: urge, supervise, reply, withdraw, recall, reassign, raise, extend, hold, contact and more.

    With `version` (the number of entries seen) 409 when the case has moved on since.
    """
    acted = cases.act_on(db.session(), identity.current_actor(), number, verb, given["values"], clock.now())
    seen = given.get("version")
    if seen is not None and acted.entry.seq != seen + 1:
        raise worklist.StaleVersion(version=acted.entry.seq - 1)
    return acted_values(acted)


def acted_values(acted: cases.Acted) -> dict[str, Any]:
    """What an act did, in the shape of `schemas.Acted`."""
    case = acted.case
    return {
        "case": case.number,
        "entry": acted.entry.seq,
        "stage": case.stage,
        "outcome": case.outcome,
        "due_at": case.due_at,
        "closed_at": case.closed_at,
        "opened": acted.opened,
    }
