"""The supervision that somebody has demanded: answered, still wanted, overdue; a page of it at a time.

`others` is what somebody else has demanded in the reader's jurisdiction and nobody answered by its moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from engine.cases.demanding import Demanded, demanded
from engine.cases.filters import CursorInvalid
from engine.cases.models import Case, Demand, EntryText
from engine.cases.queries import COUNT_UP_TO
from engine.directory import Actor
from engine.directory.models import Organisation

Show = Literal["open", "overdue", "replied", "all", "others"]
SHOWS: tuple[Show, ...] = get_args(Show)
OWN: tuple[Show, ...] = ("open", "overdue", "replied", "all")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A demand with the case that it is about; `is_over`: the case is closed, and nobody need answer."""

    number: str
    title: str
    is_over: bool
    demanded: Demanded


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of demands, where the next begins, and how many of each kind there are, others' up to a thousand."""

    items: tuple[Line, ...]
    next: str | None
    counts: dict[Show, int]


def list_demands(session: Session, actor: Actor, show: Show, at: datetime, cursor: str | None = None) -> Lines:
    """One's own supervision, or what others have demanded, the earliest moment first; raises CursorInvalid."""
    asked = (select(Demand, Case.number, Case.title, Case.closed_at, Organisation.name)
             .join(Case, Case.id == Demand.case_id).join(Organisation, Organisation.id == Demand.organisation_id)
             .where(*_asked_by(actor, show), _shown(show, at)).order_by(Demand.reply_by, Demand.id).limit(PAGE + 1))
    if cursor:
        asked = asked.where(tuple_(Demand.reply_by, Demand.id) > tuple_(*map(literal, _begin(cursor))))
    rows = session.execute(asked).all()
    texts = _texts(session, [row[0] for row in rows])
    items = tuple(Line(number, title, closed is not None, demanded(
        one, unit, texts.get((one.case_id, one.seq), ""), texts.get((one.case_id, one.reply_seq), "")))
        for one, number, title, closed, unit in rows[:PAGE])
    more = _cursor(rows[PAGE - 1][0]) if len(rows) > PAGE else None
    return Lines(items, more, _count(session, actor, at))


def _count(session: Session, actor: Actor, at: datetime) -> dict[Show, int]:
    about = select(Demand.id).join(Case, Case.id == Demand.case_id)
    others = about.where(*_asked_by(actor, "others"), _shown("others", at)).limit(COUNT_UP_TO).subquery()
    numbers = [func.count().filter(_shown(each, at)) for each in OWN]
    counts = session.execute(about.with_only_columns(
        *numbers, select(func.count()).select_from(others).scalar_subquery()).where(*_asked_by(actor, "all"))).one()
    return dict(zip((*OWN, "others"), counts, strict=True))


def _asked_by(actor: Actor, show: Show) -> tuple[ColumnElement[bool], ...]:
    """The reader's own demands; those of everybody else for `others`."""
    by = Demand.by_id.is_distinct_from(actor.person_id) if show == "others" else Demand.by_id == actor.person_id
    return by, Demand.kind == "supervise", Demand.withdrawn_at.is_(None)


def _cursor(last: Demand) -> str:
    return f"{last.reply_by.isoformat() if last.reply_by else ''}~{last.id}"


def _shown(show: Show, at: datetime) -> ColumnElement[bool]:
    wanted = and_(Demand.replied_at.is_(None), Case.closed_at.is_(None))
    return {"open": wanted, "replied": Demand.replied_at.is_not(None), "all": literal(True)}.get(
        show, and_(wanted, Demand.reply_by < at))


def _begin(cursor: str) -> tuple[datetime, int]:
    try:
        moment, _, row = cursor.partition("~")
        begin, number = datetime.fromisoformat(moment), int(row)
    except ValueError:
        raise CursorInvalid() from None
    if begin.tzinfo is None or not 0 <= number < 2**62:
        raise CursorInvalid()
    return begin, number


def _texts(session: Session, demands: Sequence[Demand]) -> dict[tuple[int, int | None], str]:
    """The words of what was demanded and answered, by case and entry."""
    wanted = [(one.case_id, seq) for one in demands for seq in (one.seq, one.reply_seq) if seq is not None]
    if not wanted:
        return {}
    rows = session.execute(select(EntryText.case_id, EntryText.seq, EntryText.text).where(
        tuple_(EntryText.case_id, EntryText.seq).in_(wanted), or_(
            EntryText.field == "reason", EntryText.field == "text")))
    return {(case_id, seq): said for case_id, seq, said in rows}
