"""What programs send and get, field by field; enums and lengths are published with it."""

from __future__ import annotations

from functools import cache

import marshmallow as ma
from marshmallow import fields as f
from marshmallow.validate import Length, OneOf, Range

from engine.cases.filters import LAMPS, ORDERS
from web.api import words

MOST = 100
INSTANT = {"format": "date-time"}


def string(longest: int, **options: object) -> f.String:
    """A text of at least one and at most so many characters."""
    return f.String(validate=Length(1, longest), **options)  # type: ignore[arg-type]


def one_of(of: tuple[str, ...], **options: object) -> f.String:
    """One of the published words."""
    return f.String(validate=OneOf(of), **options)  # type: ignore[arg-type]


class Credentials(ma.Schema):
    """A user name and its password."""

    username = string(80, required=True)
    password = string(200, required=True)


class Token(ma.Schema):
    """A token for `Authorization: Bearer`, good until it expires."""

    token = f.String(required=True, attribute="secret")
    expires_at = f.AwareDateTime(required=True)


class Place(ma.Schema):
    """Where it is; without division and grid the caller's own."""

    text = string(300, required=True)
    division = string(12, allow_none=True)
    grid = string(20, allow_none=True)
    lat = f.Float(validate=Range(-90, 90), allow_none=True)
    lng = f.Float(validate=Range(-180, 180), allow_none=True)


class ContactIn(ma.Schema):
    """Whom to tell; sealed at once and never shown in a list."""

    name = f.String(validate=Length(max=60), allow_none=True)
    phone = f.String(validate=Length(max=30), allow_none=True)


class NewCase(ma.Schema):
    """A report."""

    description = string(5000, required=True)
    place = f.Nested(Place, required=True)
    title = string(120, allow_none=True)
    matter = string(40, allow_none=True)
    urgency = one_of(words.URGENCIES, load_default="normal")
    severity = one_of(words.SEVERITIES, allow_none=True)
    origin = one_of(words.ORIGINS, allow_none=True)
    channel = one_of(words.CHANNELS, load_default="app")
    contact = f.Nested(ContactIn, allow_none=True)
    settled = string(2000, allow_none=True)
    first_handling = string(2000, allow_none=True)
    happened_at = f.AwareDateTime(allow_none=True)
    photos = f.List(string(100), validate=Length(max=20), load_default=list)


class Limited(ma.Schema):
    """How much of a list."""

    limit = f.Integer(validate=Range(1, MOST), load_default=50)


class Paging(Limited):
    """Where a list begins, by `next` of the part before, and how much of it."""

    cursor = string(200)


class CaseFilters(Paging):
    """What a list of cases is narrowed to; all conditions hold at once."""

    order = one_of(ORDERS, load_default="newest")
    text = string(120)
    matter = string(60, metadata={"description": "class of the matter"})
    division = string(12)
    urgency = one_of(words.URGENCIES)
    severity = one_of(words.SEVERITIES)
    origin = one_of(words.ORIGINS)
    lamp = one_of(LAMPS)
    stage = one_of(words.STAGES)
    holder = f.Integer(validate=Range(1, 2**31 - 1))
    handler = f.Integer(validate=Range(1, 2**31 - 1))
    grid = f.Integer(validate=Range(1, 2**31 - 1))


class OrganisationOut(ma.Schema):
    """An organisation; forms name it by its code."""

    id = f.Integer(required=True)
    code = f.String(required=True)
    name = f.String(required=True)


class PlaceOut(ma.Schema):
    """Where it is."""

    text = f.String(required=True)
    division = f.String(required=True)
    division_name = f.String(required=True)
    grid = f.String(allow_none=True)
    lat = f.Float(allow_none=True)
    lng = f.Float(allow_none=True)


class CaseItem(ma.Schema):
    """A case as a list has it."""

    number = f.String(required=True)
    title = f.String(required=True)
    place = f.String(required=True)
    community = f.String(required=True)
    grid = f.String(allow_none=True)
    matter = f.String(allow_none=True)
    class_name = f.String(allow_none=True)
    origin = one_of(words.ORIGINS, required=True)
    channel = one_of(words.CHANNELS, required=True)
    severity = one_of(words.SEVERITIES, required=True)
    urgency = one_of(words.URGENCIES, required=True)
    emergency = f.Boolean(required=True)
    stage = one_of(words.STAGES, required=True)
    outcome = one_of(words.OUTCOMES, allow_none=True)
    lamp = f.String(attribute="clock.lamp", required=True, validate=OneOf(words.LAMPS))
    holder = f.String(required=True)
    handler = f.String(allow_none=True)
    opened_at = f.AwareDateTime(required=True)
    closed_at = f.AwareDateTime(allow_none=True)
    due_at = f.AwareDateTime(allow_none=True)
    returns = f.Integer(required=True)
    reworks = f.Integer(required=True)
    reopened = f.Integer(required=True)
    urged = f.Integer(required=True)
    supervised = f.Integer(required=True)


class ActOut(ma.Schema):
    """An act without a task that the caller may do on a case now."""

    verb = f.String(required=True)
    label = f.String(required=True)
    label_en = f.String(required=True)
    form = f.Dict(required=True, metadata={"description": "JSON Schema of `values`"})


class ContactOut(ma.Schema):
    """One attempt to tell the reporter; `counts`: its channel was able to carry it."""

    at = f.AwareDateTime(required=True)
    by = f.String(required=True)
    method = one_of(words.METHODS, required=True)
    result = one_of(words.RESULTS, required=True)
    counts = f.Boolean(required=True)
    round = f.Integer(required=True)


class RatingOut(ma.Schema):
    """The reporter's word on a handling; `channel` is null where nobody marked it."""

    at = f.AwareDateTime(required=True)
    by = f.String(required=True)
    rating = f.String(required=True)
    channel = one_of(words.RATED_BY, allow_none=True)
    round = f.Integer(required=True)


class CaseOut(ma.Schema):
    """A case with everything but its record; `entries` counts that and serves as `version` of an act."""

    number = f.String(required=True)
    title = f.String(required=True)
    description = f.String(required=True)
    place = f.Nested(PlaceOut, required=True)
    matter = f.String(allow_none=True)
    matter_name = f.String(allow_none=True)
    class_name = f.String(allow_none=True)
    origin = one_of(words.ORIGINS, required=True)
    channel = one_of(words.CHANNELS, required=True)
    severity = one_of(words.SEVERITIES, required=True)
    urgency = one_of(words.URGENCIES, required=True)
    emergency = f.Boolean(required=True)
    stage = one_of(words.STAGES, required=True)
    outcome = one_of(words.OUTCOMES, allow_none=True)
    result_text = f.String(allow_none=True)
    lamp = one_of(words.LAMPS, required=True)
    level = f.String(required=True)
    attention_level = f.String(required=True)
    holder = f.Nested(OrganisationOut, required=True)
    handler = f.Nested(OrganisationOut, allow_none=True)
    returns = f.Integer(required=True)
    reworks = f.Integer(required=True)
    reopened = f.Integer(required=True)
    urged = f.Integer(required=True)
    supervised = f.Integer(required=True)
    rating = f.String(allow_none=True)
    contacts = f.List(f.Nested(ContactOut), required=True)
    ratings = f.List(f.Nested(RatingOut), required=True)
    pack = f.String(required=True)
    entries = f.Integer(required=True)
    opened_at = f.AwareDateTime(required=True)
    closed_at = f.AwareDateTime(allow_none=True)
    dispatched_at = f.AwareDateTime(allow_none=True)
    due_at = f.AwareDateTime(allow_none=True)
    total_due_at = f.AwareDateTime(allow_none=True)
    stopped_at = f.AwareDateTime(allow_none=True)
    stopped_until = f.AwareDateTime(allow_none=True)
    told_at = f.AwareDateTime(allow_none=True)
    acts = f.List(f.Nested(ActOut))


class EntryOut(ma.Schema):
    """A line of a case's record; `texts` are the free words, of which the chain holds only hashes."""

    seq = f.Integer(required=True)
    at = f.AwareDateTime(required=True)
    actor = f.String(required=True)
    organisation = f.String(allow_none=True)
    verb = f.String(required=True)
    element = f.String(allow_none=True)
    facts = f.Dict(required=True)
    texts = f.Dict(required=True)
    versions = f.Dict(required=True)
    previous_hash = f.String(required=True)
    hash = f.String(required=True)


class DeadlineOut(ma.Schema):
    """A deadline and its explanation: limit, row and version of the table, article, days counted, stops."""

    stage = f.String(required=True)
    state = one_of(("open", "met", "late"), required=True)
    task = f.String(allow_none=True)
    element = f.String(allow_none=True)
    organisation = f.String(allow_none=True)
    opened_at = f.String(required=True, metadata=INSTANT)
    due_at = f.String(required=True, metadata=INSTANT)
    first_due_at = f.String(required=True, metadata=INSTANT)
    closed_at = f.String(allow_none=True, metadata=INSTANT)
    limit = f.String(required=True)
    limit_words = f.String()
    count = one_of(("hours", "next_day"), required=True)
    rule = f.String()
    office = f.Dict()
    table = f.String(required=True)
    pack = f.String(required=True)
    version = f.Integer(required=True)
    row = f.Integer(required=True)
    cites = f.String(required=True)
    article = f.String(required=True)
    days = f.List(f.Dict(), required=True)
    counted = f.Integer()
    stops = f.List(f.Dict(), required=True)
    provisional = f.Boolean(required=True)
    provisional_why = f.String(allow_none=True)
    capped = f.Boolean()
    extended = f.List(f.Dict())
    extended_by_seconds = f.Float()
    parts = f.List(f.Raw())
    source = f.Raw(allow_none=True)


class EntryPaging(Limited):
    """The record is paged by entry number."""

    cursor = f.Integer(validate=Range(0, 2**31 - 1), load_default=0)


class TaskOut(ma.Schema):
    """A task; `form` is the JSON Schema of `values`, `forms` the same for each outcome, with what it demands."""

    id = f.Integer(required=True)
    case = f.String(required=True)
    element = f.String(required=True)
    process = f.String(required=True)
    name = f.String(required=True)
    stage = f.String(required=True)
    role = f.String(required=True)
    organisation = f.String(required=True)
    assignee = f.String(allow_none=True)
    opened_at = f.AwareDateTime(required=True)
    due_at = f.AwareDateTime(allow_none=True)
    closed_at = f.AwareDateTime(allow_none=True)
    version = f.Integer(required=True)
    outcomes = f.List(f.String(), required=True)
    outcome_names = f.Dict(keys=f.String(), values=f.String(), required=True)
    form = f.Dict(required=True)
    forms = f.Dict(required=True)


class Completion(ma.Schema):
    """How a task ends; `version` is that of the task as the caller saw it."""

    outcome = string(40, required=True)
    values = f.Dict(keys=f.String(), load_default=dict)
    version = f.Integer(strict=True, validate=Range(1, 2**31 - 1), allow_none=True)


class ActIn(ma.Schema):
    """An act without a task; `version` is the number of entries that the caller saw."""

    values = f.Dict(keys=f.String(), load_default=dict)
    version = f.Integer(strict=True, validate=Range(0, 2**31 - 1), allow_none=True)


class Opened(ma.Schema):
    """A task that waits after an act."""

    id = f.Integer(required=True)
    element = f.String(required=True)
    name = f.String(required=True)


class Acted(ma.Schema):
    """What an act did: its entry in the case's record, and where the case stands now."""

    case = f.String(required=True)
    entry = f.Integer(required=True)
    stage = one_of(words.STAGES, required=True)
    outcome = one_of(words.OUTCOMES, allow_none=True)
    due_at = f.AwareDateTime(allow_none=True)
    closed_at = f.AwareDateTime(allow_none=True)
    opened = f.List(f.Nested(Opened), required=True)


class PhotoIn(ma.Schema):
    """A photo; JPEG, PNG or WebP."""

    photo = f.Raw(required=True, metadata={"type": "string", "format": "binary"})


class PhotoForm(ma.Schema):
    """What a photo shows."""

    class Meta:
        unknown = ma.EXCLUDE

    kind = one_of(words.PHOTO_KINDS, load_default="report")


class PhotoOut(ma.Schema):
    """A photo taken in; its key goes into `photos` of a report or a form."""

    key = f.String(required=True)
    kind = f.String(required=True)
    media_type = f.String(required=True)
    size = f.Integer(required=True)
    width = f.Integer(allow_none=True)
    height = f.Integer(allow_none=True)
    added_at = f.AwareDateTime(required=True)


@cache
def listed(item: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a list of these: {items, next}."""
    members = {"items": f.List(f.Nested(item), required=True), "next": f.String(allow_none=True, required=True)}
    return type(f"{item.__name__}List", (ma.Schema,), members)
