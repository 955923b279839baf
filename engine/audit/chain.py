"""The chain: each entry seals the one before it, so that nobody changes the record without it showing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from engine.audit.models import Anchor, Anchored, Entry

_SORTED = orjson.OPT_SORT_KEYS
Head = tuple[int, int, str]  # case, entry number, hash


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


def broken_links(entries: Iterable[Entry]) -> list[str]:
    """What is wrong with one case's entries, in order of seq: gaps and broken seals; empty when all is well."""
    problems, previous, expected = [], "", 1
    for entry in entries:
        if entry.seq != expected:
            problems.append(f"case {entry.case_id}: entry {expected} is missing, found {entry.seq}")
        sealed = seal(
            entry.previous_hash,
            entry.case_id,
            entry.seq,
            entry.at,
            entry.actor,
            entry.organisation_id,
            entry.verb,
            entry.element,
            entry.facts,
            entry.versions,
            entry.act_id,
        )
        if entry.previous_hash != previous or entry.hash != sealed:
            problems.append(f"case {entry.case_id}: entry {entry.seq} does not carry its seal")
        previous, expected = entry.hash, entry.seq + 1
    return problems


def list_entries(session: Session, case_id: int, after: int = 0) -> list[Entry]:
    """A case's entries in their order, those after `after` only."""
    return list(
        session.scalars(select(Entry).where(Entry.case_id == case_id, Entry.seq > after).order_by(Entry.seq))
    )


def anchor(session: Session, at: datetime) -> Anchor:
    """Seal the heads of all chains that grew since the last anchor; called once an hour."""
    last = session.scalars(select(Anchor).order_by(Anchor.id.desc()).limit(1)).first()
    grown = _grown_heads(session)
    previous, heads = last.hash if last else "", _heads_hash(grown)
    made = Anchor(at=at, chains=len(grown), heads_hash=heads, previous_hash=previous,
                  hash=_anchor_seal(previous, at, len(grown), heads))
    session.add(made)
    session.flush()
    if grown:
        session.execute(insert(Anchored), [
            {"anchor_id": made.id, "case_id": case_id, "seq": seq, "hash": head} for case_id, seq, head in grown])
    return made


def _grown_heads(session: Session) -> list[Head]:
    known = select(Anchored.seq).where(Anchored.case_id == Entry.case_id, Anchored.seq >= Entry.seq).exists()
    rows = session.execute(select(Entry.case_id, Entry.seq, Entry.hash).where(~known)
                           .ext(distinct_on(Entry.case_id)).order_by(Entry.case_id, Entry.seq.desc()))
    return [(row.case_id, row.seq, row.hash) for row in rows]


def _heads_hash(heads: Iterable[Head]) -> str:
    digest = hashlib.sha256()
    for case_id, seq, head in heads:
        digest.update(f"{case_id}:{seq}:{head}\n".encode())
    return digest.hexdigest()


def _anchor_seal(previous: str, at: datetime, chains: int, heads: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(f"{previous}|{moment}|{chains}|{heads}".encode()).hexdigest()


def broken_anchors(session: Session) -> tuple[int, list[str]]:
    """(anchors checked, problems): a removed case, a cut tail or a changed anchor no longer gives what was sealed."""
    problems, previous = [], ""
    rows = session.scalars(select(Anchor).order_by(Anchor.id)).all()
    for row in rows:
        heads = [(one.case_id, one.seq, one.hash) for one in session.execute(
            select(Anchored.case_id, Anchored.seq, Anchored.hash)
            .where(Anchored.anchor_id == row.id).order_by(Anchored.case_id))]
        expected = _anchor_seal(row.previous_hash, row.at, row.chains, row.heads_hash)
        if row.previous_hash != previous or row.hash != expected or _heads_hash(heads) != row.heads_hash:
            problems.append(f"anchor {row.id} does not carry its seal")
        previous = row.hash
    lost = session.execute(
        select(Anchored.case_id, Anchored.seq).outerjoin(
            Entry, (Entry.case_id == Anchored.case_id) & (Entry.seq == Anchored.seq) & (Entry.hash == Anchored.hash))
        .where(Entry.case_id.is_(None)))
    problems += [f"case {case_id}: the anchored entry {seq} is gone or another one" for case_id, seq in lost]
    return len(rows), problems
