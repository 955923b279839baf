"""The house's own record: who changed people, posts, bodies, grids, matters and accounts; one chain, append-only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.audit.models import HouseEntry

_ONE_AT_A_TIME = 7_740_006


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be noted; `facts` holds no phone, address or password."""

    verb: str
    kind: str
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)


def note(session: Session, actor: str, deeds: Sequence[Deed], at: datetime) -> None:
    """Write the deeds of one act at the end of the chain; others who note at this moment wait for the commit."""
    if not deeds:
        return
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    last = session.execute(
        sa.select(HouseEntry.seq, HouseEntry.hash).order_by(HouseEntry.seq.desc()).limit(1)).first()
    known, previous = (last.seq, last.hash) if last else (0, "")
    rows = []
    for seq, deed in enumerate(deeds, start=known + 1):
        facts = orjson.loads(orjson.dumps(deed.facts))
        sealed = _seal(previous, seq, at, actor, deed.verb, deed.kind, deed.subject[:120], facts)
        rows.append({"seq": seq, "at": at, "actor": actor[:80], "verb": deed.verb, "kind": deed.kind,
                     "subject": deed.subject[:120], "facts": facts, "previous_hash": previous, "hash": sealed})
        previous = sealed
    session.execute(sa.insert(HouseEntry), rows)


def list_deeds(session: Session, most: int = 50) -> Sequence[HouseEntry]:
    """The newest entries first."""
    return session.scalars(sa.select(HouseEntry).order_by(HouseEntry.seq.desc()).limit(most)).all()


def list_deeds_of(session: Session, kind: str, subject: str) -> Sequence[HouseEntry]:
    """Everything that was noted about one subject, the newest first."""
    asked = sa.select(HouseEntry).where(HouseEntry.kind == kind, HouseEntry.subject == subject)
    return session.scalars(asked.order_by(HouseEntry.seq.desc()).limit(100)).all()


def is_deed_sealed(one: HouseEntry) -> bool:
    """Whether the hash of an entry is that of what it says."""
    return one.hash == _seal(one.previous_hash, one.seq, one.at, one.actor, one.verb, one.kind, one.subject, one.facts)


def broken_house(entries: Iterable[HouseEntry]) -> list[str]:
    """What is wrong with the chain, in its order: gaps and broken seals; empty when all is well."""
    problems, previous, expected = [], "", 1
    for one in entries:
        if one.seq != expected:
            problems.append(f"house: entry {expected} is missing, found {one.seq}")
        if one.previous_hash != previous or not is_deed_sealed(one):
            problems.append(f"house: entry {one.seq} does not carry its seal")
        previous, expected = one.hash, one.seq + 1
    return problems


def check_house(session: Session) -> tuple[int, list[str]]:
    """How many entries the house's record has, and what is wrong with its chain."""
    entries = session.scalars(sa.select(HouseEntry).order_by(HouseEntry.seq).execution_options(yield_per=2000))
    checked = 0

    def counted() -> Iterator[HouseEntry]:
        nonlocal checked
        for entry in entries:
            checked += 1
            yield entry

    problems = broken_house(counted())
    return checked, problems


def _seal(previous: str, seq: int, at: datetime, actor: str, verb: str, kind: str, subject: str,
          facts: dict[str, Any]) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = orjson.dumps([previous, seq, moment, actor[:80], verb, kind, subject, facts],
                           option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()
