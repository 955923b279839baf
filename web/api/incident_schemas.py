"""Incidents as programs get them, and what they send to have one put right."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields as f
from marshmallow.validate import Length, Range

from engine.cases.incidents import CAUSES, STATES
from web.api.schemas import Limited, one_of, string


class IncidentFilters(Limited):
    """What a list of incidents is narrowed to, and where it begins."""

    state = one_of(STATES, load_default="open")
    cause = one_of(CAUSES)
    cursor = f.Integer(validate=Range(1, 2**63 - 1))


class IncidentItem(ma.Schema):
    """An incident in a list. `cause`: the clock broke, a person's act, or nothing moves the case."""

    id = f.Integer(required=True)
    case = f.String(required=True)
    division = f.String(required=True)
    cause = one_of(CAUSES, required=True)
    process = f.String(required=True)
    process_name = f.String(required=True)
    element = f.String(required=True)
    element_name = f.String(required=True)
    element_name_en = f.String(required=True)
    code = f.String(required=True)
    reason = f.String(required=True)
    attempts = f.Integer(required=True)
    at = f.AwareDateTime(required=True)
    last_at = f.AwareDateTime(required=True)
    next_try_at = f.AwareDateTime(allow_none=True)
    resolved_at = f.AwareDateTime(allow_none=True)
    resolution = f.String(allow_none=True)
    resolved_by = f.String(allow_none=True)


class HistoryLine(ma.Schema):
    """What happened to an incident: it broke, was retried, skipped, sent back, or the case went on."""

    at = f.AwareDateTime(required=True)
    what = f.String(required=True)
    by = f.String(required=True)
    element = f.String(required=True)
    reason = f.String(required=True)


class Way(ma.Schema):
    """A task to which the case may be sent back; `key` goes into `to`."""

    key = f.String(required=True)
    process = f.String(required=True)
    element = f.String(required=True)
    name = f.String(required=True)


class IncidentOut(IncidentItem):
    """One incident with what may be done about it."""

    history = f.List(f.Nested(HistoryLine), required=True)
    may_retry = f.Boolean(required=True)
    may_skip = f.Boolean(required=True)
    wanted = f.List(f.String(), required=True, metadata={"description": "values that a skip asks for"})
    ways = f.List(f.Nested(Way), required=True)
    standing = f.List(f.String(), required=True, metadata={"description": "elements where tokens stand"})


class SkipIn(ma.Schema):
    """Why the element is passed over, and the values that it would have given."""

    reason = string(2000, required=True)
    values = f.Dict(keys=f.String(validate=Length(1, 80)), load_default=dict)


class SendBackIn(ma.Schema):
    """Why the case is sent back, and where to; without `to` to the nearest task."""

    reason = string(2000, required=True)
    to = string(200, allow_none=True)
