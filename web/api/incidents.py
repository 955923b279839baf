"""Incidents: what does not go on at the caller's place, and what an operator decides about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from engine import clock
from engine.cases import incidents, mending
from web import identity
from web.api import incident_schemas as schemas
from web.api.schemas import listed
from web.api.serving import blueprint, once
from web.db import db

_INCIDENT = "/incidents/<int(max=9223372036854775807):incident_id>"


@blueprint.route("/incidents", methods=["GET"])
@blueprint.etag
@blueprint.arguments(schemas.IncidentFilters, location="query")
@blueprint.response(200, listed(schemas.IncidentItem))
def list_incidents(given: dict[str, Any]) -> Any:
    """The incidents of the caller's place, the newest first; for system administrators."""
    return incidents.list_incidents(db.session(), identity.current_actor(), given["state"], given.get("cause"),
                                    given.get("cursor"), given["limit"])


@blueprint.route(_INCIDENT, methods=["GET"])
@blueprint.etag
@blueprint.response(200, schemas.IncidentOut)
def get_incident(incident_id: int) -> Any:
    """One incident: where, why, how often, what happened to it, and what may be done about it."""
    return _values(incident_id)


@blueprint.route(f"{_INCIDENT}/retry", methods=["POST"])
@once
@blueprint.response(200, schemas.IncidentOut)
def retry_incident(incident_id: int) -> Any:
    """Do again what broke; the answer says whether the incident is over."""
    mending.retry(db.session(), identity.current_actor(), incident_id, clock.now())
    return _values(incident_id)


@blueprint.route(f"{_INCIDENT}/skip", methods=["POST"])
@once
@blueprint.arguments(schemas.SkipIn)
@blueprint.response(200, schemas.IncidentOut)
def skip_incident(given: dict[str, Any], incident_id: int) -> Any:
    """Pass over the element that broke, with the values that it would have given (`wanted`)."""
    mending.skip(db.session(), identity.current_actor(), incident_id, given["reason"], given["values"], clock.now())
    return _values(incident_id)


@blueprint.route(f"{_INCIDENT}/send-back", methods=["POST"])
@once
@blueprint.arguments(schemas.SendBackIn)
@blueprint.response(200, schemas.IncidentOut)
def send_back_incident(given: dict[str, Any], incident_id: int) -> Any:
    """Send the case back to a human task, so that a person decides: the nearest, or one of `ways`."""
    reason, to = given["reason"], given.get("to")
    mending.send_back(db.session(), identity.current_actor(), incident_id, reason, to, clock.now())
    return _values(incident_id)


def _values(incident_id: int) -> dict[str, Any]:
    page = incidents.get_incident(db.session(), identity.current_actor(), incident_id, clock.now())
    ways = [{"key": way.key, "process": way.process, "element": way.element, "name": way.name} for way in page.ways]
    history = [{**line, "at": datetime.fromisoformat(line["at"])} for line in page.history]
    return {**asdict(page.row), "history": history, "may_retry": page.may_retry, "may_skip": page.may_skip,
            "wanted": page.wanted, "ways": ways, "standing": page.standing}
