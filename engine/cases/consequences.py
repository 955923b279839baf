"""What a changed diagram or table would do: what the gate says, beside what it would stand, whom it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import library, processes
from engine.cases import gatekeeping
from engine.library import Pack, Source
from engine.library.findings import Finding
from engine.library.models import Definition


@dataclass(frozen=True, slots=True)
class Affected:
    """What a change touches: open cases that keep the former versions, and packs that have their own of it."""

    running: int
    own: tuple[Pack, ...]


def findings_of(session: Session, source: Source, at: datetime) -> list[Finding]:
    """What the gate says of a file beside those in force, and what it newly says of the diagrams that call it."""
    before = tuple(library.sources_in_force(session, source.pack, at))
    return list(_judged(source, before))


@lru_cache(maxsize=64)
def _judged(source: Source, before: tuple[Source, ...]) -> tuple[Finding, ...]:
    around = [one for one in before if not _is_same(one, source)]
    found = gatekeeping.inspect_sources([source], around)
    callers = [one for one in around if source.kind == one.kind == "bpmn" and _calls(one, source.definition_id)]
    if callers:
        known = set(gatekeeping.inspect_sources(callers, before))
        after = gatekeeping.inspect_sources(callers, [source, *around])
        found += [one for one in after if one not in known and one.severity == "error"]
    return tuple(found)


def _calls(caller: Source, process: str) -> bool:
    return any(element.calls == process for element in processes.describe(caller).elements)


def _is_same(one: Source, other: Source) -> bool:
    return (one.kind, one.definition_id) == (other.kind, other.definition_id)


def beside(session: Session, source: Source, at: datetime) -> list[Source]:
    """Every other diagram and table that rules a new case of the same pack now."""
    return [one for one in library.sources_in_force(session, source.pack, at)
            if not _is_same(one, source)]


def in_force(session: Session, source: Source, at: datetime) -> Definition | None:
    """The version of the same diagram or table of the same pack that rules now; None before the first."""
    return session.scalars(
        select(Definition)
        .where(Definition.pack == source.pack, Definition.kind == source.kind, Definition.state == "published",
               Definition.definition_id == source.definition_id, Definition.in_force_from <= at)
        .order_by(Definition.version.desc()).limit(1)).first()


def list_scheduled(session: Session, at: datetime) -> Sequence[Definition]:
    """Versions that were approved for a later moment, the next first."""
    return session.scalars(
        select(Definition).where(Definition.state == "published", Definition.in_force_from > at)
        .order_by(Definition.in_force_from, Definition.id)).all()


def affected_by(session: Session, source: Source) -> Affected:
    """What a new version of this diagram or table touches and what it leaves alone."""
    same = select(Definition.id).where(
        Definition.kind == source.kind, Definition.definition_id == source.definition_id,
        Definition.pack == source.pack)
    running = gatekeeping.running_by_definition(session)
    own = session.scalars(select(Definition.pack).distinct().where(
        Definition.kind == source.kind, Definition.definition_id == source.definition_id,
        Definition.pack != source.pack, Definition.state == "published")).all()
    below = [pack for pack in library.packs().values()
             if pack.id in own and source.pack in {one.id for one in library.lineage(pack.id)}]
    return Affected(sum(running.get(key, 0) for key in session.scalars(same)), tuple(below))
