"""To whom a task is offered: the table `candidates` names an organisation rule and a role, this finds them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory, library, processes
from engine.cases import requests
from engine.cases.act import Act
from engine.cases.errors import PlaceUncovered
from engine.cases.models import Case
from engine.directory.models import Grid, Organisation, Post
from engine.processes import OpenTask
from engine.worklist import Offer
from engine.worklist.models import Task

REPORTER = "反映人"  # the lane of whoever reported; the table `candidates` knows it by this name too


def offer_of(act: Act, task: OpenTask) -> Offer:
    """The offer of a task that the diagram has just opened.

    A lane that no row knows, or none, means the holder's seats. Where the rule finds nobody (no grid worker in
    the grid, nobody above the top) the holder's seats take it, so that no task is without an owner.
    """
    facts = act.facts
    answer = act.ask(
        "candidates",
        {
            "lane": task.lane or "",
            "own_handled": facts["own_handled"],
            "reopened": facts["reopened"],
            "element": task.element,
        },
    ).one
    rule, role = answer["organisation"], answer["role"]
    found = _by_rule(act, rule, role, task)
    offer = found or Offer(act.case.holder_id, "seat")
    if task.props.get("not_by_handler") == "true" or task.element.startswith("check"):
        offer = Offer(
            offer.organisation_id, offer.role, offer.grid_id, offer.assignee_id, act.case.handled_by_id
        )
    if task.props.get("not_by_asker") == "true" and (request := requests.find_waiting(act)) is not None:
        offer = replace(offer, excluded_id=request.asked_by_id)
    return offer


def is_reporters(session: Session, case: Case, task: Task) -> bool:
    """Whether the diagram that the case is pinned to gives this task to whoever reported it."""
    source = library.pinned(session, case.release_id).get(("bpmn", task.process))
    element = processes.describe(source).element(task.element) if source else None
    return element is not None and element.lane == REPORTER


def _by_rule(act: Act, rule: str, role: str, task: OpenTask) -> Offer | None:
    if rule == "grid":
        return _grid(act)
    if rule == "reporter":
        return _reporter(act)
    if rule == "handler" and act.case.handler_id:
        handler = act.organisation(act.case.handler_id)
        return Offer(handler.id, role_at(handler, role))
    if rule == "assistant" and task.item:
        assistant = organisation_by_code(act, task.item)
        return Offer(assistant.id, role_at(assistant, role))
    if rule == "above":
        above = act.centre_above(act.holder)
        return Offer(above.id, role) if above else None
    if rule == "roster":
        rung = act.centre_at(act.case.path, act.case.attention_level) or act.holder
        return Offer(rung.id, role)
    return None


def role_at(organisation: Organisation, role: str) -> str:
    """Clerks work in departments and platforms; in a centre the seats do a clerk's work."""
    return "seat" if organisation.kind == "centre" and role == "clerk" else role


def _grid(act: Act) -> Offer | None:
    if act.case.grid_id is None:
        return None
    grid = act.session.get_one(Grid, act.case.grid_id)
    worker = act.session.scalars(
        select(Post)
        .where(
            Post.grid_id == grid.id,
            Post.role == "grid_worker",
            directory.held(Post, act.at),
            ~directory.away(Post.person_id, act.at),
        )
        .limit(1)
    ).first()
    return Offer(worker.organisation_id, "grid_worker", grid_id=grid.id) if worker else None


def _reporter(act: Act) -> Offer | None:
    if act.case.reporter_id is None:
        return None
    there = not directory.is_absent(act.session, act.case.reporter_id, act.at)
    return Offer(act.case.holder_id, "seat", assignee_id=act.case.reporter_id if there else None)


def organisation_by_code(act: Act, code: str) -> Organisation:
    """The organisation of this code; PlaceUncovered when a diagram or form names one that is not there."""
    found = act.organisations_coded([code]).get(code)
    if found is None:
        raise PlaceUncovered(f"没有编码为「{code}」的单位。", organisation=code)
    return found
