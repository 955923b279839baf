"""What hangs on cases as pages show it: each set of rows in one question, for cases that the reader was found to see.

Plain SQL passes by the scope: ask only with row ids that a question within the scope has given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.cases.models import Case, Contact, ContactRecord, Custody, Rating, Request, Stop
from engine.cases.rows import TaskRow
from engine.db.hydrating import Doc, ask, hydrate
from engine.directory.models import Division, Grid
from engine.worklist.models import Deadline, Measure

_TASK_ROWS = """
(SELECT json_agg(json_build_object('id', t.id, 'case_id', t.case_id, 'element', t.element, 'name', t.name,
    'stage', t.stage, 'role', t.role, 'organisation_id', t.organisation_id, 'organisation', o.name,
    'assignee_id', t.assignee_id, 'assignee', p.name, 'opened_at', t.opened_at, 'due_at', t.due_at,
    'version', t.version) ORDER BY t.id)
  FROM task t JOIN organisation o ON o.id = t.organisation_id LEFT JOIN person p ON p.id = t.assignee_id
  WHERE t.case_id = ANY(%(cases)s) AND t.closed_at IS NULL)
"""
_AROUND = f"""
SELECT json_build_object(
  'deadline', (SELECT json_agg(d ORDER BY d.due_at, d.id) FROM deadline d
    WHERE d.case_id = ANY(%(cases)s) AND d.closed_at IS NULL),
  'stop', (SELECT json_agg(s ORDER BY s.since) FROM stop s WHERE s.case_id = ANY(%(cases)s)),
  'waiting', {_TASK_ROWS})::text
"""
_WITHIN = f"""
SELECT json_build_object(
  'waiting', {_TASK_ROWS},
  'custody', (SELECT json_agg(to_jsonb(h) || jsonb_build_object('of', o.name) ORDER BY h.since, h.id)
    FROM custody h JOIN organisation o ON o.id = h.organisation_id WHERE h.case_id = c.id),
  'entry', (SELECT json_agg(e ORDER BY e.seq DESC) FROM entry e WHERE e.case_id = c.id),
  'entry_text', (SELECT json_agg(t) FROM entry_text t WHERE t.case_id = c.id),
  'measure', (SELECT json_agg(m ORDER BY m.id) FROM measure m WHERE m.case_id = c.id),
  'attachment', (SELECT json_agg(a ORDER BY a.id) FROM attachment a WHERE a.case_id = c.id),
  'contact', (SELECT json_agg(k) FROM contact k WHERE k.case_id = c.id),
  'contact_record', (SELECT json_agg(r ORDER BY r.at) FROM contact_record r WHERE r.case_id = c.id),
  'rating', (SELECT json_agg(v ORDER BY v.round) FROM rating v WHERE v.case_id = c.id),
  'request', (SELECT json_agg(r ORDER BY r.id DESC) FROM request r WHERE r.case_id = c.id),
  'part', (SELECT json_agg(json_build_object('id', t.id, 'organisation_id', t.organisation_id, 'element', t.element,
      'stage', t.stage, 'outcome', t.outcome, 'opened_at', t.opened_at, 'due_at', t.due_at, 'closed_at', t.closed_at,
      'closed_by', t.closed_by) ORDER BY t.id) FROM task t WHERE t.case_id = c.id AND t.process = 'assist'),
  'grid', (SELECT json_agg(g) FROM grid g WHERE g.id = c.grid_id),
  'division', (SELECT json_agg(d) FROM division d WHERE d.code = ANY(c.way)),
  'dispatcher', (SELECT o.name FROM organisation o WHERE o.id = c.dispatcher_id),
  'other', (SELECT o.number FROM "case" o WHERE o.id = c.duplicate_of))::text
FROM (SELECT *, string_to_array(path, '.') AS way FROM "case" WHERE id = %(case_id)s) AS c
"""


@dataclass(frozen=True, slots=True)
class Around:
    """What a list shows of a case beside its row: open deadlines, the earliest first, stops, and who must act."""

    deadlines: list[Deadline] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    waiting: list[TaskRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Within:
    """What the page of a case shows beside its row and its file; entries newest first, texts by entry number."""

    waiting: tuple[TaskRow, ...]
    custody: list[tuple[Custody, str]]
    entries: list[Entry]
    texts: dict[int, dict[str, str]]
    measures: list[Measure]
    photos: tuple[Attachment, ...]
    contact: Contact | None
    contacted: tuple[ContactRecord, ...]
    ratings: tuple[Rating, ...]
    requests: tuple[Request, ...]
    parts: tuple[Doc, ...]
    grid: Grid | None
    divisions: list[Division]
    dispatcher: str | None
    other: str | None


def read_around(session: Session, cases: Sequence[int]) -> dict[int, Around]:
    """What hangs on each of these cases, by row id."""
    found: dict[int, Around] = defaultdict(Around)
    if not cases:
        return found
    docs = ask(session, _AROUND, {"cases": list(cases)})
    for deadline in hydrate(session, Deadline, docs["deadline"]):
        found[deadline.case_id].deadlines.append(deadline)
    for stop in hydrate(session, Stop, docs["stop"]):
        found[stop.case_id].stops.append(stop)
    for row in _task_rows(docs["waiting"]):
        found[row.case_id].waiting.append(row)
    return found


def read_within(session: Session, case: Case) -> Within:
    """What hangs on this case."""
    asked = {"case_id": case.id, "cases": [case.id]}
    docs = ask(session, _WITHIN, asked)
    custody = hydrate(session, Custody, docs["custody"])
    names = [doc["of"] for doc in docs["custody"] or ()]
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for doc in docs["entry_text"] or ():
        texts[doc["seq"]][doc["field"]] = doc["text"]
    return Within(
        waiting=_task_rows(docs["waiting"]), custody=list(zip(custody, names, strict=True)),
        entries=hydrate(session, Entry, docs["entry"]), texts=texts,
        measures=hydrate(session, Measure, docs["measure"]),
        photos=tuple(hydrate(session, Attachment, docs["attachment"])),
        contact=next(iter(hydrate(session, Contact, docs["contact"])), None),
        contacted=tuple(hydrate(session, ContactRecord, docs["contact_record"])),
        ratings=tuple(hydrate(session, Rating, docs["rating"])),
        requests=tuple(hydrate(session, Request, docs["request"])), parts=_parts(docs["part"]),
        grid=next(iter(hydrate(session, Grid, docs["grid"])), None),
        divisions=hydrate(session, Division, docs["division"]), dispatcher=docs["dispatcher"], other=docs["other"])


def _task_rows(docs: Sequence[Doc] | None) -> tuple[TaskRow, ...]:
    return tuple(TaskRow(**{**doc, "opened_at": _moment(doc["opened_at"]), "due_at": _moment(doc["due_at"])})
                 for doc in docs or ())


def _parts(docs: Sequence[Doc] | None) -> tuple[Doc, ...]:
    moments = ("opened_at", "due_at", "closed_at")
    return tuple({**doc, **{name: _moment(doc[name]) for name in moments}} for doc in docs or ())


def _moment(said: str | None) -> Any:
    return None if said is None else datetime.fromisoformat(said)
