"""I3 and I9 of a stretch of cases: the record of each is read once, folded and sealed anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from engine import audit
from engine.audit.models import Entry
from engine.cases.models import Case
from engine.cases.recording import snapshot
from engine.verification.findings import Finding, Findings

_CASES = select(*Case.__table__.c).order_by(Case.id)
_ENTRIES = select(
    Entry.case_id, Entry.seq, Entry.at, Entry.actor, Entry.organisation_id, Entry.verb, Entry.element,
    cast(Entry.facts, Text).label("facts"), cast(Entry.versions, Text).label("versions"), Entry.act_id,
    Entry.previous_hash, Entry.hash).order_by(Entry.case_id, Entry.seq)


def check_records(session: Session, at: datetime, first: int, last: int) -> Findings:
    """The cases with row ids from `first` to `last`: I3, the row is the fold of its entries; I9, every seal holds."""
    folded, sealed = Finding(), Finding()
    entries: dict[int, list[audit.Sealed]] = {}
    for row in session.execute(_ENTRIES.where(Entry.case_id.between(first, last))):
        entries.setdefault(row.case_id, []).append(_sealed(row))
    for case in session.execute(_CASES.where(Case.id.between(first, last))):
        own = entries.get(case.id, [])
        folded.checked += 1
        sealed.checked += 1
        if differing := _differing(case, own):
            folded.wrong(f"{case.number}: {', '.join(differing)} differ from the entries")
        sealed.all_wrong(audit.broken_links(own))
        if (own[-1].hash if own else "") != case.head_hash:
            sealed.wrong(f"{case.number}: the head of the chain is not the one that the case row knows")
    return {"I3": folded, "I9": sealed}


def _sealed(row: Any) -> audit.Sealed:
    return audit.Sealed._make([*row[:7], orjson.loads(row.facts), orjson.loads(row.versions), *row[9:]])


def _differing(case: Any, entries: Sequence[audit.Sealed]) -> list[str]:
    fold = _fold(entry.facts for entry in entries)
    return [key for key, value in snapshot(case).items() if fold.get(key) != value]


def _fold(facts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    fold: dict[str, Any] = {}
    for one in facts:
        fold |= one.get("set", {})
    return fold
