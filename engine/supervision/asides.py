"""What stands beside the table of the board: stopped clocks, cases returned again and again, demands, acts on many.

Counted and read in one statement each, however many there are; the counts go no further than a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from engine.cases.demanding import OPEN
from engine.cases.models import Case, Demand, Stop
from engine.cases.queries import COUNT_UP_TO
from engine.directory import Actor
from engine.directory.models import Division, Organisation
from engine.supervision.models import Bulk, BulkRow
from engine.supervision.thresholds import returned_often
from engine.supervision.units import post_of

SHOWN = 3
Where = tuple[ColumnElement[bool], ...]
_STOPPED = (Case.closed_at.is_(None), Case.stopped_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Aside:
    """A case beside the table: why its clock stands and until when, or how often who has returned it."""

    number: str
    title: str
    reason: str
    until: datetime | None
    returns: int
    holder: str


@dataclass(frozen=True, slots=True)
class Asides:
    """The figures beside the table, and the first cases of the two that name some.

    `returned_often`: how many returns count as often. `demands`: supervision of one's own without an answer;
    `overdue` of it is past its moment, and `others` of what somebody else has demanded here. `bulk`: the latest act on
    many of one's own that is still at work.
    """

    returned_often: int
    stopped: int
    returned: int
    demands: int
    overdue: int
    others: int
    bulk: int | None
    above: str | None
    stopped_cases: tuple[Aside, ...]
    returned_cases: tuple[Aside, ...]


def read_asides(session: Session, actor: Actor, at: datetime) -> Asides:
    """Everything beside the table."""
    often = returned_often(session, actor, at)
    returned = (Case.closed_at.is_(None), Case.returns >= often)
    counts = session.execute(select(*_counts(actor, at, returned))).one()
    listed = [(kind, Aside(*facts)) for kind, *facts in session.execute(_first(returned))]
    return Asides(often, *counts, *(tuple(one for kind, one in listed if kind == wanted)
                                    for wanted in ("stopped", "returned")))


def _counts(actor: Actor, at: datetime, returned: Where) -> list[Any]:
    open_ = select(Demand.id).join(Case, Case.id == Demand.case_id).where(*OPEN, Case.closed_at.is_(None))
    own = open_.where(Demand.by_id == actor.person_id)
    others = open_.where(Demand.by_id.is_distinct_from(actor.person_id))
    places = [select(Case.id).where(*where) for where in (_STOPPED, returned)]
    counted = [select(func.count()).select_from(one.limit(COUNT_UP_TO).subquery())
               for one in (*places, own, *(each.where(Demand.reply_by < at) for each in (own, others)))]
    at_work = select(func.max(BulkRow.bulk_id)).join(Bulk, Bulk.id == BulkRow.bulk_id).where(
        Bulk.account_id == actor.account_id, BulkRow.state.in_(("waiting", "taking_back")))
    way = post_of(actor).path.split(".")
    above = select(Division.name).where(Division.code == (way[-2] if len(way) > 1 else ""))
    return [one.scalar_subquery() for one in (*counted, at_work, above)]


def _first(returned: Where) -> Any:
    """The stopped cases whose clock runs again first, and the cases that were returned most often."""
    facts = (Case.number, Case.title)
    stopped = (select(literal("stopped").label("kind"), *facts, Stop.reason, Case.stopped_until, cast(null(), Integer),
                      Organisation.name)
               .join(Organisation, Organisation.id == Case.holder_id)
               .outerjoin(Stop, (Stop.case_id == Case.id) & Stop.until.is_(None))
               .where(*_STOPPED).order_by(Case.stopped_until.asc().nulls_last(), Case.id).limit(SHOWN))
    again = (select(literal("returned"), *facts, cast(null(), String), Case.due_at, Case.returns, Organisation.name)
             .join(Organisation, Organisation.id == Case.holder_id)
             .where(*returned).order_by(Case.returns.desc(), Case.id).limit(SHOWN))
    return select(union_all(*(select(*part.subquery().c) for part in (stopped, again))).subquery())
