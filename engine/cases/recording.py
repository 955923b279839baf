"""One act, one entry: what changed in the case row, in whose name, under which versions."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_dict

from engine import audit
from engine.audit.models import Entry
from engine.cases.models import Case, EntryText
from engine.db import writing

FREE_TEXT = frozenset(
    {"title", "description", "place", "settled_text", "first_handling", "result_text", "lat", "lng"}
)
NOT_FOLDED = frozenset({"entries", "head_hash", "search", "salt", "id"})
RECORDED = "recorded"  # in the info of the session: the case and number of the entry written last
Snapshot = dict[str, Any]


def salted(case: Case, value: object) -> str:
    """The hash that stands for a free or personal value in the record (128 bits of SHA-256, hex)."""
    return hashlib.sha256(f"{case.salt}|{value}".encode()).hexdigest()[:32]


def snapshot(case: Case) -> Snapshot:
    """The case row as its entries fold it: plain JSON values, free text and place as salted hashes."""
    return {key: _plain(case, key, getattr(case, key)) for key in _folded()}


def as_it_is(case: Case) -> Snapshot:
    """What the entries of a case fold, column by column, as the row has it now."""
    values = instance_dict(case)  # at hand but for what was not read yet, or never set
    return {key: values[key] if key in values else getattr(case, key) for key in _folded()}


@cache
def _folded() -> tuple[str, ...]:
    return tuple(column.key for column in inspect(Case).column_attrs if column.key not in NOT_FOLDED)


def _plain(case: Case, key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in FREE_TEXT:
        return salted(case, value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def record(
    session: Session,
    case: Case,
    before: Snapshot,
    *,
    verb: str,
    at: datetime,
    actor: str,
    organisation_id: int | None = None,
    element: str | None = None,
    facts: Mapping[str, Any] | None = None,
    versions: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> tuple[Entry, Snapshot]:
    """Write the entry of an act and move the head of the case's chain; the entry, and the case as it is after it.

    `before` is the row at the start of the act ({} for the first entry); what differs now goes into
    `facts["set"]`, so that the fold of all entries gives the row (I3).
    """
    after = as_it_is(case)
    changed = {key: _plain(case, key, value) for key, value in after.items() if before.get(key, _ABSENT) != value}
    words = {field: text for field, text in (texts or {}).items() if text}
    content = {**(facts or {}), "set": changed}
    if words:
        content["texts"] = {field: salted(case, text) for field, text in words.items()}
    entry = audit.make_entry(
        previous=case.head_hash,
        case_id=case.id,
        seq=case.entries + 1,
        at=at,
        actor=actor,
        verb=verb,
        facts=content,
        versions=dict(versions or {}),
        organisation_id=organisation_id,
        element=element,
        act_id=uuid.uuid4().hex,
    )
    writing.add(session, entry)
    for field, text in words.items():
        writing.insert_beside(session, EntryText, {
            "case_id": case.id, "seq": entry.seq, "field": field, "text": text})
    case.entries, case.head_hash = entry.seq, entry.hash
    writing.identify(session)  # whoever acted may name what the act opened; it is written once, with the commit
    session.info[RECORDED] = entry.case_id, entry.seq
    return entry, after


_ABSENT = object()
