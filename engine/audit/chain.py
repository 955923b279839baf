"""The chain: each entry seals the one before it, so that nobody changes the record without it showing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.audit.models import Anchor, Anchored, Entry

_SORTED = orjson.OPT_SORT_KEYS
_STREAM = {"yield_per": 2_000}
LOOK_BACK = timedelta(days=1)
_EVERY = "SELECT case_id, max(seq) AS seq FROM entry GROUP BY case_id"
_RECENT = """
SELECT recent.case_id, (SELECT max(seq) FROM entry WHERE case_id = recent.case_id) AS seq
FROM (SELECT DISTINCT case_id FROM entry WHERE at >= :since) AS recent"""
_GROWN = """
CREATE TEMPORARY TABLE grown ON COMMIT DROP AS
SELECT head.case_id, head.seq, entry.hash FROM ({chains}) AS head
JOIN entry ON entry.case_id = head.case_id AND entry.seq = head.seq
WHERE NOT EXISTS (SELECT 1 FROM anchored WHERE anchored.case_id = head.case_id AND anchored.seq >= head.seq)"""
_HEADS = "SELECT case_id, seq, hash FROM grown ORDER BY case_id"


class Sealed(NamedTuple):
    """An entry as its seal covers it, for whoever reads very many."""

    case_id: int
    seq: int
    at: datetime
    actor: str
    organisation_id: int | None
    verb: str
    element: str | None
    facts: dict[str, Any]
    versions: dict[str, Any]
    act_id: str | None
    previous_hash: str
    hash: str


def seal(
    previous: str,
    case_id: int,
    seq: int,
    at: datetime,
    actor: str,
    organisation_id: int | None,
    verb: str,
    element: str | None,
    facts: dict[str, Any],
    versions: dict[str, Any],
    act_id: str | None,
) -> str:
    """The hash of an entry: SHA-256 (hex) over the previous hash and every other column."""
    content = orjson.dumps(
        [
            previous,
            case_id,
            seq,
            at.astimezone(UTC).isoformat(timespec="microseconds"),
            actor,
            organisation_id,
            verb,
            element,
            facts,
            versions,
            act_id,
        ],
        option=_SORTED,
    )
    return hashlib.sha256(content).hexdigest()


def make_entry(
    *,
    previous: str,
    case_id: int,
    seq: int,
    at: datetime,
    actor: str,
    verb: str,
    facts: dict[str, Any],
    versions: dict[str, Any],
    organisation_id: int | None = None,
    element: str | None = None,
    act_id: str | None = None,
) -> Entry:
    """A sealed entry that follows the one with hash `previous`; the caller adds it to the session.

    facts and versions must be plain JSON values and are stored as they read back from JSON.
    """
    facts, versions = orjson.loads(orjson.dumps(facts)), orjson.loads(orjson.dumps(versions))
    sealed = seal(previous, case_id, seq, at, actor, organisation_id, verb, element, facts, versions, act_id)
    return Entry(
        case_id=case_id,
        seq=seq,
        at=at,
        actor=actor,
        organisation_id=organisation_id,
        verb=verb,
        element=element,
        facts=facts,
        versions=versions,
        act_id=act_id,
        previous_hash=previous,
        hash=sealed,
    )


def is_sealed(entry: Entry | Sealed) -> bool:
    """Whether the hash of an entry is that of what it says."""
    return entry.hash == seal(
        entry.previous_hash, entry.case_id, entry.seq, entry.at, entry.actor, entry.organisation_id, entry.verb,
        entry.element, entry.facts, entry.versions, entry.act_id)


def broken_links(entries: Iterable[Entry | Sealed]) -> list[str]:
    """What is wrong with one case's entries, in order of seq: gaps and broken seals; empty when all is well."""
    problems, previous, expected = [], "", 1
    for entry in entries:
        if entry.seq != expected:
            problems.append(f"case {entry.case_id}: entry {expected} is missing, found {entry.seq}")
        if entry.previous_hash != previous or not is_sealed(entry):
            problems.append(f"case {entry.case_id}: entry {entry.seq} does not carry its seal")
        previous, expected = entry.hash, entry.seq + 1
    return problems


def list_entries(session: Session, case_id: int, after: int = 0) -> list[Entry]:
    """A case's entries in their order, those after `after` only."""
    return list(
        session.scalars(select(Entry).where(Entry.case_id == case_id, Entry.seq > after).order_by(Entry.seq))
    )


def anchor(session: Session, at: datetime) -> Anchor:
    """Seal the heads of all chains that grew since the last anchor; called once an hour.

    Looked at are the chains with an entry of the last day. An entry may be written for a moment further back (a
    timer that broke and was retried), so the first anchor of a day looks at every chain.
    """
    last = session.scalars(select(Anchor).order_by(Anchor.id.desc()).limit(1)).first()
    is_first = last is None or last.at.date() < at.date()
    session.execute(text("DROP TABLE IF EXISTS grown"))
    session.execute(text(_GROWN.format(chains=_EVERY if is_first else _RECENT)), {"since": at - LOOK_BACK})
    count, heads = _heads_hash(session.execute(text(_HEADS), execution_options=_STREAM))
    previous = last.hash if last else ""
    made = Anchor(at=at, chains=count, heads_hash=heads, previous_hash=previous,
                  hash=_anchor_seal(previous, at, count, heads))
    session.add(made)
    session.flush()
    session.execute(text("INSERT INTO anchored (case_id, seq, anchor_id, hash) SELECT case_id, seq, :id, hash"
                         " FROM grown ORDER BY case_id"), {"id": made.id})
    session.execute(text("DROP TABLE grown"))
    return made


def is_anchor_sealed(anchor: Anchor) -> bool:
    """Whether the hash of an anchor is that of what it says."""
    return anchor.hash == _anchor_seal(anchor.previous_hash, anchor.at, anchor.chains, anchor.heads_hash)


def _heads_hash(heads: Iterable[Any]) -> tuple[int, str]:
    """How many heads (case, entry number, hash) there are, and their hash in this order."""
    digest, count = hashlib.sha256(), 0
    for case_id, seq, head in heads:
        digest.update(f"{case_id}:{seq}:{head}\n".encode())
        count += 1
    return count, digest.hexdigest()


def _anchor_seal(previous: str, at: datetime, chains: int, heads: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(f"{previous}|{moment}|{chains}|{heads}".encode()).hexdigest()


def broken_anchors(session: Session) -> tuple[int, list[str]]:
    """(anchors checked, problems): a removed case, a cut tail or a changed anchor no longer gives what was sealed."""
    problems, previous = [], ""
    rows = session.scalars(select(Anchor).order_by(Anchor.id)).all()
    for row in rows:
        found = session.execute(select(Anchored.case_id, Anchored.seq, Anchored.hash).where(
            Anchored.anchor_id == row.id).order_by(Anchored.case_id), execution_options=_STREAM)
        _, heads = _heads_hash(found)
        expected = _anchor_seal(row.previous_hash, row.at, row.chains, row.heads_hash)
        if row.previous_hash != previous or row.hash != expected or heads != row.heads_hash:
            problems.append(f"anchor {row.id} does not carry its seal")
        previous = row.hash
    lost = session.execute(
        select(Anchored.case_id, Anchored.seq).outerjoin(
            Entry, (Entry.case_id == Anchored.case_id) & (Entry.seq == Anchored.seq) & (Entry.hash == Anchored.hash))
        .where(Entry.case_id.is_(None)))
    problems += [f"case {case_id}: the anchored entry {seq} is gone or another one" for case_id, seq in lost]
    return len(rows), problems
