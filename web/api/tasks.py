"""Tasks: what waits for the caller, and how it is taken, given back and done."""

from __future__ import annotations

from typing import Any

from engine import cases, clock
from engine.cases import plain
from web import identity
from web.api import schemas
from web.api.cases import acted_values
from web.api.serving import blueprint, once
from web.db import db

_TASK = "/tasks/<int(max=9223372036854775807):task_id>"


@blueprint.route("/tasks", methods=["GET"])
@blueprint.etag
@blueprint.arguments(schemas.Paging, location="query")
@blueprint.response(200, schemas.listed(schemas.TaskOut))
def list_tasks(given: dict[str, Any]) -> Any:
    """The tasks that the caller may take or has taken, the most urgent first."""
    return plain.list_offered(db.session(), identity.current_actor(), clock.now(), given.get("cursor"), given["limit"])


@blueprint.route(_TASK, methods=["GET"])
@blueprint.etag
@blueprint.response(200, schemas.TaskOut)
def get_task(task_id: int) -> Any:
    """One task, open or closed."""
    return plain.get_task(db.session(), task_id)


@blueprint.route(f"{_TASK}/claim", methods=["POST"])
@identity.presuming
@once
@blueprint.response(200, schemas.TaskOut)
def claim_task(task_id: int) -> Any:
    """Take a task for oneself."""
    cases.claim_task(db.session(), identity.current_actor(), task_id, clock.now())
    return plain.get_task(db.session(), task_id)


@blueprint.route(f"{_TASK}/release", methods=["POST"])
@identity.presuming
@once
@blueprint.response(200, schemas.TaskOut)
def release_task(task_id: int) -> Any:
    """Give a task back to everybody it is offered to."""
    cases.release_task(db.session(), identity.current_actor(), task_id, clock.now())
    return plain.get_task(db.session(), task_id)


@blueprint.route(f"{_TASK}/complete", methods=["POST"])
@identity.presuming
@once
@blueprint.arguments(schemas.Completion)
@blueprint.response(200, schemas.Acted)
def complete_task(given: dict[str, Any], task_id: int) -> Any:
    """Complete a task; an unclaimed one is claimed by it. 409 names the winner and the entry."""
    acted = cases.complete_task(
        db.session(), identity.current_actor(), task_id, given["outcome"], given["values"],
        given.get("version"), clock.now(),
    )  # fmt: skip
    return acted_values(acted)
