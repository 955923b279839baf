"""The chain: each entry seals the one before it, so that nobody changes the record without it showing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.audit.models import Anchor, Entry

_SORTED = orjson.OPT_SORT_KEYS


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


def heads_hash(session: Session, until: datetime) -> tuple[int, int, str]:
    """(chains, entries, hash over all heads) of everything recorded up to that moment."""
    heads = (
        select(Entry.case_id, func.max(Entry.seq).label("seq"), func.count().label("n"))
        .where(Entry.at <= until)
        .group_by(Entry.case_id)
        .subquery()
    )
    rows = session.execute(
        select(heads.c.case_id, heads.c.n, Entry.hash)
        .join(Entry, (Entry.case_id == heads.c.case_id) & (Entry.seq == heads.c.seq))
        .order_by(heads.c.case_id)
    )
    digest, chains, entries = hashlib.sha256(), 0, 0
    for case_id, count, head in rows:
        digest.update(f"{case_id}:{head}\n".encode())
        chains, entries = chains + 1, entries + count
    return chains, entries, digest.hexdigest()


def anchor(session: Session, at: datetime) -> Anchor:
    """Seal the heads of all chains together; called once an hour."""
    last = session.scalars(select(Anchor).order_by(Anchor.id.desc()).limit(1)).first()
    previous = last.hash if last else ""
    chains, entries, heads = heads_hash(session, at)
    made = Anchor(
        at=at,
        chains=chains,
        entries=entries,
        heads_hash=heads,
        previous_hash=previous,
        hash=_anchor_seal(previous, at, chains, entries, heads),
    )
    session.add(made)
    session.flush()
    return made


def _anchor_seal(previous: str, at: datetime, chains: int, entries: int, heads: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(f"{previous}|{moment}|{chains}|{entries}|{heads}".encode()).hexdigest()


def broken_anchors(session: Session) -> tuple[int, list[str]]:
    """(anchors checked, problems): a removed case or a cut tail no longer gives the anchored heads."""
    problems, previous = [], ""
    rows = session.scalars(select(Anchor).order_by(Anchor.id)).all()
    for row in rows:
        if row.previous_hash != previous or row.hash != _anchor_seal(
            previous, row.at, row.chains, row.entries, row.heads_hash
        ):
            problems.append(f"anchor {row.id} does not carry its seal")
        previous = row.hash
    if rows and heads_hash(session, rows[-1].at)[2] != rows[-1].heads_hash:
        problems.append(f"anchor {rows[-1].id}: the record no longer gives the heads that were anchored")
    return len(rows), problems
