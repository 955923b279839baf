"""The list in force: loading a version, finding what is admitted on a day, guessing from words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import ZONE
from engine.errors import NotFound
from engine.matters.catalogue import MatterRow, Stage
from engine.matters.guessing import Guess, guess
from engine.matters.models import Matter


class MatterUnknown(NotFound):
    """清单里没有这个事项，或已退出清单。"""

    code = "matter_unknown"


def load_list(session: Session, rows: Iterable[MatterRow]) -> int:
    """Put the rows of a list version into the table, replacing those of the same code; how many."""
    count = 0
    for row in rows:
        session.merge(_matter(row))
        count += 1
    session.flush()
    return count


def _matter(row: MatterRow) -> Matter:
    until = row.admitted_until
    return Matter(
        code=row.code,
        class_name=row.class_name,
        subclass_name=row.subclass_name,
        name=row.name,
        keywords=row.keywords,
        owner_kind=row.owner_kind,
        platform=row.platform or None,
        severity=row.severity,
        sensitive=row.sensitive,
        filing_condition=row.filing_condition,
        close_condition=row.close_condition,
        handle_limit=row.handle_limit or None,
        count=row.count or None,
        source=row.source,
        limit_source=row.limit_source,
        list_version=row.list_version,
        stages=[{"name": stage.name, "limit": stage.limit} for stage in row.stages] or None,
        admitted_from=datetime.combine(row.admitted_from, time(), ZONE),
        admitted_until=datetime.combine(until + timedelta(days=1), time(), ZONE) if until else None,
    )


def row_of(matter: Matter) -> MatterRow:
    """A matter of the table as the row of a list."""
    until = matter.admitted_until
    return MatterRow(
        **{name: getattr(matter, name) or "" for name in _PLAIN}, sensitive=matter.sensitive,
        stages=tuple(Stage(one["name"], one["limit"]) for one in matter.stages or ()),
        admitted_from=matter.admitted_from.astimezone(ZONE).date(),
        admitted_until=(until.astimezone(ZONE) - timedelta(microseconds=1)).date() if until else None)


_PLAIN = ("code", "class_name", "subclass_name", "name", "keywords", "owner_kind", "platform", "severity",
          "filing_condition", "close_condition", "handle_limit", "count", "source", "limit_source", "list_version")


def list_admitted(session: Session, at: datetime) -> Sequence[Matter]:
    """Every matter that may enter a grid at that moment (C4), by class and code."""
    return session.scalars(
        select(Matter)
        .where(Matter.admitted_from <= at, (Matter.admitted_until.is_(None)) | (Matter.admitted_until > at))
        .order_by(Matter.code)
    ).all()


def list_all(session: Session) -> Sequence[Matter]:
    """Every matter that a list ever admitted, by code; those that have left included."""
    return session.scalars(select(Matter).order_by(Matter.code)).all()


def get_admitted(session: Session, code: str, at: datetime) -> Matter:
    """The matter of this code; MatterUnknown when there is none or it has been withdrawn (C6, C7)."""
    matter = session.get(Matter, code)
    if matter is None:
        raise MatterUnknown(f"清单里没有编码为「{code}」的事项，请重新选择。", matter=code)
    if matter.admitted_from > at or (matter.admitted_until is not None and matter.admitted_until <= at):
        raise MatterUnknown(f"「{matter.name}」已退出事项清单，请另选事项。", matter=code)
    return matter


def guess_matter(session: Session, text: str, at: datetime, most: int = 3) -> list[Guess]:
    """The admitted matters that the words of a report point at, likeliest first."""
    return guess(text, list_admitted(session, at), most)
