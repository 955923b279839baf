"""Publishing: a new immutable version beside the old, and the release a new case is pinned to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session, undefer

from engine.errors import Conflict, NotAllowed, NotFound
from engine.library.models import Definition, Release, ReleasePin
from engine.library.packs import lineage, shipped_table
from engine.library.source import Kind, Source, source_of

Pins = dict[tuple[str, str], Source]


class TwoPeopleNeeded(NotAllowed):
    """绘制人和审批人必须是两个人。"""

    code = "two_people_needed"


class DefinitionUnknown(NotFound):
    """没有发布过这个流程或决策表。"""

    code = "definition_unknown"


class AlreadyInForce(Conflict):
    """这个版本已经生效；要回到以前的写法，请把以前的版本再发布一次。"""

    code = "already_in_force"


def publish(
    session: Session,
    sources: Sequence[Source],
    *,
    by: str,
    approved_by: str,
    at: datetime,
    in_force_from: datetime | None = None,
) -> list[Definition]:
    """Store these bytes as new versions; unchanged bytes give the version that already has them.

    The gate is asked by the caller before; here only two different people are demanded.
    """
    if by == approved_by:
        raise TwoPeopleNeeded()
    return [_publish_one(session, source, by, approved_by, at, in_force_from or at) for source in sources]


def _publish_one(
    session: Session, source: Source, by: str, approved_by: str, at: datetime, in_force_from: datetime
) -> Definition:
    same = (
        Definition.definition_id == source.definition_id,
        Definition.kind == source.kind,
        Definition.pack == source.pack,
    )
    session.execute(
        select(func.pg_advisory_xact_lock(func.hashtext(f"{source.pack}/{source.definition_id}")))
    )
    newest = session.scalars(
        select(Definition).where(*same).order_by(Definition.version.desc()).limit(1)
    ).first()
    if newest is not None and newest.state == "published" and newest.sha256 == source.sha256:
        return newest
    made = Definition(
        definition_id=source.definition_id,
        kind=source.kind,
        pack=source.pack,
        sha256=source.sha256,
        version=newest.version + 1 if newest else 1,
        file=source.file,
        content=source.content,
        state="published",
        in_force_from=in_force_from,
        drawn_by=by,
        approved_by=approved_by,
        published_at=at,
    )
    session.add(made)
    session.flush()
    return made


def current_release(session: Session, pack_id: str, at: datetime) -> int:
    """The id of the release that rules a new case of this pack at that moment: nearest pack wins, newest version."""
    return _release_of(session, pack_id, in_force(session, pack_id, at), at)


def in_force(session: Session, pack_id: str, at: datetime) -> dict[tuple[str, str], int]:
    """The version (row id) of every diagram and table that rules a new case of this pack then, by (kind, id)."""
    order = {pack.id: rank for rank, pack in enumerate(lineage(pack_id))}
    rows = session.execute(
        select(Definition.id, Definition.kind, Definition.definition_id, Definition.pack)
        .where(Definition.pack.in_(order), Definition.state == "published", Definition.in_force_from <= at)
        .ext(distinct_on(Definition.pack, Definition.kind, Definition.definition_id))
        .order_by(Definition.pack, Definition.kind, Definition.definition_id, Definition.version.desc())
    ).all()
    chosen: dict[tuple[str, str], int] = {}
    for row in sorted(rows, key=lambda row: order[row.pack]):
        chosen.setdefault((row.kind, row.definition_id), row.id)
    if not chosen:
        raise DefinitionUnknown(f"规则包「{pack_id}」还没有发布任何流程。", pack=pack_id)
    return chosen


def _release_of(session: Session, pack_id: str, chosen: dict[tuple[str, str], int], at: datetime) -> int:
    digest = hashlib.sha256(repr(sorted(chosen.items())).encode()).hexdigest()
    same = select(Release.id).where(Release.pack == pack_id, Release.sha256 == digest)
    found = session.scalars(same).first()
    if found is not None:
        return found
    made = session.scalars(
        insert(Release)
        .values(pack=pack_id, sha256=digest, made_at=at)
        .on_conflict_do_nothing()
        .returning(Release.id)
    ).first()
    if made is None:  # another process made it at the same moment
        return session.scalars(same).one()
    session.execute(
        insert(ReleasePin),
        [
            {"release_id": made, "kind": kind, "definition_id": name, "definition": key}
            for (kind, name), key in chosen.items()
        ],
    )
    return made


_pins: WeakKeyDictionary[Engine, dict[int, Pins]] = WeakKeyDictionary()


def pinned(session: Session, release_id: int) -> Pins:
    """Every source of a release by (kind, id); read once a process, because a release never changes."""
    pins = _pins.setdefault(session.get_bind().engine, {})
    if release_id not in pins:
        rows = session.scalars(
            select(Definition)
            .options(undefer(Definition.content))
            .join(ReleasePin, ReleasePin.definition == Definition.id)
            .where(ReleasePin.release_id == release_id)
        ).all()
        pins[release_id] = {(row.kind, row.definition_id): source_from(row) for row in rows}
    return pins[release_id]


def forget_pins() -> None:
    """Drop what was read; for tests that roll a release back and reuse its number."""
    _pins.clear()


def source_from(row: Definition) -> Source:
    """The published bytes of a row as a source."""
    return _source(row.sha256, row.definition_id, row.kind, row.file, row.pack, row.version, row.content)


@lru_cache(maxsize=2000)
def _source(sha256: str, name: str, kind: str, file: str, pack: str, version: int, content: bytes) -> Source:
    return source_of(
        content, definition_id=name, kind=cast(Kind, kind), file=file, pack=pack, version=version
    )


def sources_in_force(session: Session, pack_id: str, at: datetime) -> list[Source]:
    """Every diagram and table that rules a new case of this pack then; [] when nothing is published yet."""
    try:
        keys = in_force(session, pack_id, at).values()
    except DefinitionUnknown:
        return []
    rows = session.scalars(select(Definition).options(undefer(Definition.content)).where(Definition.id.in_(keys)))
    return [source_from(row) for row in rows]


def table_in_force(session: Session, pack_id: str, decision_id: str, at: datetime) -> Source:
    """The table that rules a place of this pack then, in one question: the nearest pack wins, its newest version.

    Where none is published the one that comes with the program; raises DefinitionUnknown where there is neither.
    """
    order = {pack.id: rank for rank, pack in enumerate(lineage(pack_id))}
    rows = session.scalars(
        select(Definition).options(undefer(Definition.content))
        .where(Definition.pack.in_(order), Definition.kind == "dmn", Definition.definition_id == decision_id,
               Definition.state == "published", Definition.in_force_from <= at)
        .ext(distinct_on(Definition.pack)).order_by(Definition.pack, Definition.version.desc()))
    nearest = min(rows, key=lambda row: order[row.pack], default=None)
    found = source_from(nearest) if nearest else shipped_table(decision_id)
    if found is None:
        raise DefinitionUnknown(f"没有发布过「{decision_id}」。", definition=decision_id)
    return found


def withdraw_version(session: Session, definition: int, at: datetime) -> Definition:
    """Take a version back that is not in force yet; raises AlreadyInForce when it is, DefinitionUnknown."""
    row = session.get(Definition, definition, with_for_update=True, populate_existing=True)
    if row is None or row.state != "published":
        raise DefinitionUnknown()
    if row.in_force_from <= at:
        raise AlreadyInForce()
    row.state = "retired"
    session.flush()
    return row


def list_definitions(session: Session) -> Sequence[Definition]:
    """Every published version, newest first within each diagram or table."""
    return session.scalars(
        select(Definition).order_by(
            Definition.kind, Definition.definition_id, Definition.pack, Definition.version.desc()
        )
    ).all()


def list_sources(session: Session, definitions: Collection[int]) -> dict[int, Source]:
    """The bytes of these versions by row id, in one question."""
    rows = session.scalars(
        select(Definition).options(undefer(Definition.content)).where(Definition.id.in_(definitions))
        .execution_options(populate_existing=True))
    return {row.id: source_from(row) for row in rows}


def get_definition(session: Session, definition: int) -> Definition:
    """One published version with its bytes; DefinitionUnknown when there is none."""
    row = session.get(Definition, definition, options=[undefer(Definition.content)])
    if row is None:
        raise DefinitionUnknown()
    return row
