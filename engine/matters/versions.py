"""Versions of the list: kept whole as they were loaded, in force from a day, what they change said beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.matters.catalogue import MatterRow, cells_of, parse_rows
from engine.matters.listing import list_admitted, load_list
from engine.matters.models import MatterList

Cells = Mapping[str, str]
_A_MOMENT = timedelta(microseconds=1)


class ListVersionTaken(Conflict):
    """这个清单版本已经载入过，内容却不一样；请改版本号。"""

    code = "list_version_taken"


def list_versions(session: Session) -> Sequence[MatterList]:
    """Every version that was loaded, the newest first."""
    return session.scalars(sa.select(MatterList).order_by(MatterList.in_force_from.desc(), MatterList.id.desc())).all()


def find_version(session: Session, version: str) -> MatterList | None:
    """The version of this name."""
    return session.scalar(sa.select(MatterList).where(MatterList.version == version))


def version_of(rows: Sequence[Cells]) -> str:
    """The version that a list calls itself: what most of its rows say; those that left keep the one they left with."""
    return Counter(row["清单版本"] for row in rows).most_common(1)[0][0]


def keep_version(session: Session, rows: Sequence[Cells], by: str, in_force_from: datetime, at: datetime) -> MatterList:
    """Keep a version of the list whole; it comes into force with `apply_due`. Raises ListVersionTaken.

    Source: requirement C1 (a list with versions; a case carries the one it was filed under).
    """
    version = version_of(rows)
    known = find_version(session, version)
    if known is not None:
        if known.rows != [dict(row) for row in rows]:
            raise ListVersionTaken(version=version)
        return known
    kept = MatterList(version=version, in_force_from=in_force_from, loaded_at=at, loaded_by=by,
                      rows=[dict(row) for row in rows])
    session.add(kept)
    session.flush()
    return kept


def found_list(session: Session, rows: Sequence[MatterRow], by: str, at: datetime) -> int:
    """The first list of a place, kept as a version and in force at once; how many matters it has."""
    keep_version(session, [cells_of(row) for row in rows], by, at, at)
    apply_due(session, at)
    return len(rows)


def apply_due(session: Session, at: datetime) -> int:
    """Put every version into force whose day has come, the oldest first; how many."""
    waiting = session.scalars(
        sa.select(MatterList).where(MatterList.applied_at.is_(None), MatterList.in_force_from <= at)
        .order_by(MatterList.in_force_from, MatterList.id).with_for_update(skip_locked=True)).all()
    for one in waiting:
        _apply(session, one, at)
    return len(waiting)


def _apply(session: Session, kept: MatterList, at: datetime) -> None:
    """The rows take the place of those of the same code; what the list no longer names leaves it (C7)."""
    rows, problems = parse_rows(enumerate(kept.rows, start=2))
    assert not problems, problems
    named = {row.code for row in rows}
    for matter in list_admitted(session, at):
        if matter.code not in named:
            matter.admitted_until = max(kept.in_force_from, matter.admitted_from + _A_MOMENT)
    load_list(session, rows)
    kept.applied_at = at
    session.flush()
