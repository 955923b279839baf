"""督办逾期未复: supervision that nobody has answered by its moment; who asked for it hears so, and the level above."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import directory
from engine.audit.models import Entry
from engine.cases import notifying
from engine.cases.demanding import OPEN
from engine.cases.hosting import Host
from engine.cases.models import Case, Demand
from engine.directory.models import Organisation, Post
from engine.directory.queries import held

KIND = "unanswered"
MOST_AT_ONCE = 20


def tell_unanswered(session: Session, at: datetime) -> int:
    """Tell of what has passed its moment in a few cases, the longest first; in how many cases something had.

    The case rows are locked first, and those that somebody acts on are left to the next step. Mark and notices are
    one transaction, so that each is told once; of a case that is closed nobody need answer, and nobody is told.
    """
    waiting = select(Demand.case_id).where(*_missed(at)).order_by(Demand.reply_by).limit(MOST_AT_ONCE)
    cases = session.scalars(select(Case).where(Case.id.in_(waiting)).with_for_update(of=Case, skip_locked=True)
                            .execution_options(populate_existing=True)).all()
    for case in cases:
        found = session.scalars(select(Demand).where(Demand.case_id == case.id, *_missed(at)).order_by(Demand.id)
                                .execution_options(populate_existing=True)).all()
        for demand in found:
            demand.missed_at = at
            if case.closed_at is None:
                _tell(Host(session, case, directory.CLOCK, at), demand)
    session.flush()
    return len(cases)


def _missed(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*OPEN, Demand.reply_by < at, Demand.missed_at.is_(None))


def _tell(act: Host, demand: Demand) -> None:
    own = [demand.by_id] if demand.by_id is not None else []
    notifying.tell_people(act, [*own, *_above(act, demand)], KIND, "督办到时未回复")


def _above(act: Host, demand: Demand) -> Iterator[int]:
    """The supervisors of the centre above the one for which it was demanded; nobody above the top."""
    asked_for = act.session.scalar(select(Organisation).join(Entry, Entry.organisation_id == Organisation.id).where(
        Entry.case_id == demand.case_id, Entry.seq == demand.seq))
    above = act.centre_above(asked_for) if asked_for is not None else None
    if above is not None:
        yield from act.session.scalars(select(Post.person_id).where(
            Post.organisation_id == above.id, Post.role == "supervisor", held(Post, act.at)))
