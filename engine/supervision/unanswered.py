"""督办逾期未复: supervision that nobody has answered by its moment; who asked for it hears so, and the level above."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import directory, notices
from engine.audit.models import Entry
from engine.cases import notifying
from engine.cases.demanding import OPEN
from engine.cases.hosting import Host
from engine.cases.models import Case, Demand
from engine.directory.models import Organisation, Post

KIND = "unanswered"
MOST_AT_ONCE = 20
MOST_TOGETHER = 1000


def tell_unanswered(session: Session, at: datetime) -> int:
    """Tell of what has passed its moment in a few cases, the longest first; in how many cases something had.

    The case rows are locked first, and those that somebody acts on are left to the next step. Mark and notices are
    one transaction, so that each is told once; of a case that is closed nobody need answer, and nobody is told. What
    passed its moment days ago (`together_days`) is told in one notice to each.
    """
    long_ago = at - notices.manners().together
    fresh = (*_missed(at), Demand.reply_by >= long_ago)
    waiting = select(Demand.case_id).where(*fresh).order_by(Demand.reply_by).limit(MOST_AT_ONCE)
    cases = session.scalars(select(Case).where(Case.id.in_(waiting)).with_for_update(of=Case, skip_locked=True)
                            .execution_options(populate_existing=True)).all()
    for case in cases:
        found = session.scalars(select(Demand).where(Demand.case_id == case.id, *fresh).order_by(Demand.id)
                                .execution_options(populate_existing=True)).all()
        for demand in found:
            demand.missed_at = at
            if case.closed_at is None:
                act = Host(session, case, directory.CLOCK, at)
                above = _above(act, _asked_for(session, demand))
                notifying.tell_people(act, [*_own(demand), *above], KIND, "督办到时未回复")
    session.flush()
    return len(cases) + _tell_together(session, long_ago, at)


def _tell_together(session: Session, before: datetime, at: datetime) -> int:
    """What was due before then, marked, and told in one notice to each: nobody is flooded after days without us."""
    rows = session.execute(
        select(Demand, Case, Entry.organisation_id).join(Case, Case.id == Demand.case_id)
        .join(Entry, (Entry.case_id == Demand.case_id) & (Entry.seq == Demand.seq))
        .where(*_missed(before)).order_by(Demand.reply_by).limit(MOST_TOGETHER)
        .with_for_update(of=Demand, skip_locked=True).execution_options(populate_existing=True)).all()
    above: dict[tuple[int | None, int], list[int]] = {}
    counts: Counter[int] = Counter()
    for demand, case, asked_for in rows:
        demand.missed_at = at
        if case.closed_at is None:
            key = (asked_for, case.release_id)
            if key not in above:
                above[key] = _above(Host(session, case, directory.CLOCK, at), asked_for)
            counts.update({*_own(demand), *above[key]})
    for count, people in _by_count(counts).items():
        said = notices.Said("有 {count} 件督办早已到时，至今未回复，请看督办清单", {"count": count})
        notices.put(session, recipients=people, kind=KIND, subject=said, at=at)
    session.flush()
    return len({case.id for _, case, _ in rows})


def _by_count(counts: Counter[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for person, count in counts.items():
        found[count].append(person)
    return found


def _missed(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*OPEN, Demand.reply_by < at, Demand.missed_at.is_(None))


def _own(demand: Demand) -> list[int]:
    return [demand.by_id] if demand.by_id is not None else []


def _asked_for(session: Session, demand: Demand) -> int | None:
    """The organisation for which it was demanded."""
    return session.scalar(
        select(Entry.organisation_id).where(Entry.case_id == demand.case_id, Entry.seq == demand.seq))


def _above(act: Host, asked_for: int | None) -> list[int]:
    """The supervisors of the centre above the one for which it was demanded; nobody above the top."""
    own = None if asked_for is None else act.session.get(Organisation, asked_for)
    centre = act.centre_above(own) if own is not None else None
    if centre is None:
        return []
    return list(act.session.scalars(select(Post.person_id).where(
        Post.organisation_id == centre.id, Post.role == "supervisor", directory.held(Post, act.at))))
