"""A case, its record and its tasks as plain values for programs: identifiers and codes, no sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine import processes
from engine.audit.models import Entry
from engine.cases import queries
from engine.cases.errors import CaseUnknown
from engine.cases.filters import Cursor
from engine.cases.helping import hides, is_helping
from engine.cases.lamps import clock_of
from engine.cases.models import Case, ContactRecord, EntryText, Rating
from engine.cases.queues import SHARES, Asker
from engine.directory import Actor
from engine.directory.models import Division, Grid, Organisation, Person
from engine.matters.models import Matter
from engine.worklist import TaskUnknown
from engine.worklist.models import Task

_COPIED = (
    "number", "title", "description", "origin", "channel", "severity", "urgency", "emergency", "stage",
    "outcome", "result_text", "level", "attention_level", "returns", "reworks", "reopened", "urged",
    "supervised", "rating", "pack", "entries", "opened_at", "closed_at", "dispatched_at", "due_at",
    "total_due_at", "stopped_at", "stopped_until", "told_at",
)  # fmt: skip
Holder, Handler = aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list, and where the next part begins; None at its end."""

    items: list[dict[str, Any]]
    next: str | None = None


def case_values(session: Session, number: str, at: datetime) -> dict[str, Any]:
    """The case with this number; raises CaseUnknown, out of scope too."""
    asked = (
        sa.select(Case, Division.name, Grid.code, Matter.name, *_columns(Holder), *_columns(Handler))
        .join(Division, Division.code == Case.division_code)
        .join(Holder, Holder.id == Case.holder_id)
        .outerjoin(Handler, Handler.id == Case.handler_id)
        .outerjoin(Grid, Grid.id == Case.grid_id)
        .outerjoin(Matter, Matter.code == Case.matter_code)
    )
    found = session.execute(asked.where(Case.number == number)).first()
    if found is None:
        raise CaseUnknown(number=number)
    case, division, grid, matter, *organisations = found
    deadlines = queries.open_deadlines(session, [case.id])
    stops = queries.list_stops(session, [case.id])
    clock = clock_of(session, next(iter(deadlines), None), stops, at, case.stopped_at, case.stopped_until)
    return {
        **{name: getattr(case, name) for name in _COPIED},
        "place": {
            "text": case.place,
            "division": case.division_code,
            "division_name": division,
            "grid": grid,
            "lat": case.lat,
            "lng": case.lng,
        },
        "matter": case.matter_code,
        "matter_name": matter,
        "class_name": case.class_name,
        "holder": _organisation(*organisations[:3]),
        "handler": _organisation(*organisations[3:]),
        "lamp": clock.lamp,
        **_called_back(session, case),
    }


def _called_back(session: Session, case: Case) -> dict[str, Any]:
    """Every attempt to tell the reporter, without what was noted of it, and every rating with how it came."""
    if case.stage not in ("feedback", "closed") and not case.reopened:
        return {"contacts": [], "ratings": []}
    made = sa.select(ContactRecord).where(ContactRecord.case_id == case.id).order_by(ContactRecord.at, ContactRecord.id)
    given = sa.select(Rating).where(Rating.case_id == case.id).order_by(Rating.round)
    return {
        "contacts": [{name: getattr(row, name) for name in ("at", "by", "method", "result", "counts", "round")}
                     for row in session.scalars(made)],
        "ratings": [{name: getattr(row, name) for name in ("at", "by", "rating", "channel", "round")}
                    for row in session.scalars(given)],
    }


def list_entries(session: Session, actor: Actor, number: str, after: int, limit: int) -> Slice:
    """The record of a case from the entry after this number on; raises CaseUnknown.

    A co-handler reads the entries of the others' parts without their words.
    """
    case_id = _case_id(session, number)
    is_helper = is_helping(session, actor, case_id)
    asked = sa.select(Entry, Organisation.name)
    asked = asked.outerjoin(Organisation, Organisation.id == Entry.organisation_id)
    asked = asked.where(Entry.case_id == case_id, Entry.seq > after).order_by(Entry.seq).limit(limit + 1)
    rows = session.execute(asked).all()
    shown = [entry.seq for entry, _ in rows if not (is_helper and hides(actor, entry))]
    texts = _texts(session, case_id, shown)
    items = [_entry(entry, name, texts.get(entry.seq, {})) for entry, name in rows[:limit]]
    return Slice(items, str(items[-1]["seq"]) if len(rows) > limit else None)


def list_offered(session: Session, actor: Actor, at: datetime, cursor: str | None, limit: int) -> Slice:
    """The open tasks that this person may take, the most urgent first, each with what it asks for."""
    begin = Cursor.parse(cursor)
    shares = [[Asker(actor, at, share).offered()] for share in SHARES]
    asked = _tasks().where(queries.among_first("tasks", shares, "due", begin, limit))
    rows = session.execute(queries.page_of(asked, "tasks", "due", begin, limit)).all()
    items = [_task(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Slice(items, Cursor(items[-1]["due_at"], items[-1]["id"]).text() if more else None)


def list_waiting(session: Session, number: str) -> Slice:
    """The open tasks of a case, whoever may take them; raises CaseUnknown."""
    case_id = _case_id(session, number)
    asked = _tasks().where(Task.case_id == case_id, Task.closed_at.is_(None))
    return Slice([_task(row) for row in session.execute(asked.order_by(Task.id))])


def get_task(session: Session, task_id: int) -> dict[str, Any]:
    """One task, open or closed; raises TaskUnknown, out of scope too."""
    found = session.execute(_tasks().where(Task.id == task_id)).first()
    if found is None:
        raise TaskUnknown
    return _task(found)


def _tasks() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Task, Case.number, Organisation.code, Person.name)
        .join(Case, Case.id == Task.case_id)
        .join(Organisation, Organisation.id == Task.organisation_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
    )


def _task(row: sa.Row[*tuple[Any, ...]]) -> dict[str, Any]:
    task, number, organisation, assignee = row
    return {
        "id": task.id,
        "case": number,
        "element": task.element,
        "process": task.process,
        "name": task.name,
        "stage": task.stage,
        "role": task.role,
        "organisation": organisation,
        "assignee": assignee,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "closed_at": task.closed_at,
        "version": task.version,
        **_asked(orjson.dumps(task.form)),
    }


@lru_cache(maxsize=1024)
def _asked(kept: bytes) -> dict[str, Any]:
    """What a task asks for, by its form; forms are those of the diagrams in use, few and immutable."""
    form = processes.Form.from_json(found) if (found := orjson.loads(kept)) else processes.DEFAULT_FORM
    return {
        "outcomes": [outcome.id for outcome in form.outcomes],
        "outcome_names": {outcome.id: outcome.label for outcome in form.outcomes},
        "form": form.json_schema(),
        "forms": {outcome.id: form.json_schema(outcome.id) for outcome in form.outcomes},
    }


def _entry(entry: Entry, organisation: str | None, texts: dict[str, str]) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "organisation": organisation,
        "verb": entry.verb,
        "element": entry.element,
        "facts": entry.facts,
        "texts": texts,
        "versions": entry.versions,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _texts(session: Session, case_id: int, seqs: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    asked = sa.select(EntryText).where(EntryText.case_id == case_id, EntryText.seq.in_(seqs))
    for row in session.scalars(asked) if seqs else ():
        found.setdefault(row.seq, {})[row.field] = row.text
    return found


def _case_id(session: Session, number: str) -> int:
    found = session.scalar(sa.select(Case.id).where(Case.number == number))
    if found is None:
        raise CaseUnknown(number=number)
    return found


def _columns(organisation: type[Organisation]) -> tuple[Any, ...]:
    return organisation.id, organisation.code, organisation.name


def _organisation(row: int | None, code: str | None, name: str | None) -> dict[str, Any] | None:
    return {"id": row, "code": code, "name": name} if row is not None else None
