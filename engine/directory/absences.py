"""Absence (请假、交接班): from when to when somebody is away and who stands in for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine.directory import queries
from engine.directory.models import OFFICE_ROLES, Absence, Person, Post
from engine.errors import Invalid, NotFound

_A_DAY = timedelta(days=1)


class AbsenceInvalid(Invalid):
    """请假的时间或代班人有误。"""

    code = "absence_invalid"


class AbsenceUnknown(NotFound):
    """没有这条请假记录。"""

    code = "absence_unknown"


def note_absence(session: Session, person_id: int, since: datetime, until: datetime | None, deputy_id: int | None,
                 reason: str, by: str) -> Absence:
    """Somebody is away from then on; their work changes hands when it begins.

    The deputy of a grid worker gets a post in the grid for that time. Raises AbsenceInvalid.
    """
    if until is not None and until <= since:
        raise AbsenceInvalid(fields={"until": ["结束要晚于开始。"]})
    if _overlapping(session, person_id, since, until):
        raise AbsenceInvalid(fields={"since": ["这段时间已经记了请假，请先改原来的。"]})
    if deputy_id is not None and deputy_id not in {one.id for one in list_deputies(session, person_id, since)}:
        raise AbsenceInvalid(fields={"deputy": ["代班人要在同一单位任同样的岗位，而且自己不在请假。"]})
    absence = Absence(person_id=person_id, since=since, until=until, deputy_id=deputy_id, reason=reason[:200],
                      noted_by=by)
    session.add(absence)
    if deputy_id is not None:
        _lend_grids(session, person_id, deputy_id, since, until)
    session.flush()
    return absence


def end_absence(session: Session, absence_id: int, person_id: int, at: datetime) -> Absence:
    """Somebody is back; one that has not begun is over before it began. Raises AbsenceUnknown."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.person_id != person_id or (absence.until is not None and absence.until <= at):
        raise AbsenceUnknown
    began = absence.since < at
    absence.until = at if began else absence.since + (absence.until - absence.since if absence.until else _A_DAY) / 2
    if not began:
        absence.handed_over_at = at
    if absence.deputy_id is not None:
        _take_grids_back(session, absence, at)
    session.flush()
    return absence


def list_absences(session: Session, person_id: int) -> Sequence[Absence]:
    """Everything that was noted about one person, the newest first."""
    asked = sa.select(Absence).where(Absence.person_id == person_id).order_by(Absence.since.desc()).limit(20)
    return session.scalars(asked).all()


def absent_among(session: Session, person_ids: Iterable[int], at: datetime) -> dict[int, Absence]:
    """Who of these is away at that moment."""
    asked = sa.select(Absence).where(Absence.person_id.in_(list(person_ids)), _running(at))
    return {one.person_id: one for one in session.scalars(asked)}


def away(person_id: Any, at: datetime) -> sa.ColumnElement[bool]:
    """Whether the person of a column is away at that moment, as a condition of another question."""
    return sa.exists().where(Absence.person_id == person_id, _running(at))


def is_absent(session: Session, person_id: int, at: datetime) -> bool:
    """Whether this person is away at that moment."""
    return bool(session.scalar(sa.select(sa.exists().where(Absence.person_id == person_id, _running(at)))))


def next_to_hand_over(session: Session, at: datetime) -> Absence | None:
    """An absence that has begun and whose work has not changed hands yet, locked."""
    return session.scalars(
        sa.select(Absence).where(Absence.since <= at, Absence.handed_over_at.is_(None)).order_by(Absence.since)
        .limit(1).with_for_update(of=Absence, skip_locked=True)).first()


def list_deputies(session: Session, person_id: int, at: datetime) -> Sequence[Person]:
    """Who may stand in: people of the same organisation in the same role, who are there themselves."""
    mine, theirs = aliased(Post), aliased(Post)
    asked = (
        sa.select(Person).distinct().join(theirs, theirs.person_id == Person.id)
        .join(mine, sa.and_(mine.organisation_id == theirs.organisation_id, mine.role == theirs.role))
        .where(mine.person_id == person_id, Person.id != person_id, mine.role.in_(OFFICE_ROLES), queries.held(mine, at),
               queries.held(theirs, at), ~sa.exists().where(Absence.person_id == Person.id, _running(at)))
        .order_by(Person.name))
    return session.scalars(asked).all()


def _running(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Absence.since <= at, sa.or_(Absence.until.is_(None), Absence.until > at))


def _overlapping(session: Session, person_id: int, since: datetime, until: datetime | None) -> bool:
    before_its_end = sa.or_(Absence.until.is_(None), Absence.until > since)
    after_its_start = Absence.since < until if until else sa.true()
    return bool(session.scalar(sa.select(sa.exists().where(
        Absence.person_id == person_id, before_its_end, after_its_start))))


def _lend_grids(session: Session, person_id: int, deputy_id: int, since: datetime, until: datetime | None) -> None:
    """The deputy works in the grids of the one who is away, as long as that lasts."""
    has = {post.grid_id for post in queries.list_posts(session, deputy_id, since)}
    for post in queries.list_posts(session, person_id, since):
        if post.role == "grid_worker" and post.grid_id not in has:
            session.add(Post(person_id=deputy_id, role=post.role, organisation_id=post.organisation_id,
                             grid_id=post.grid_id, valid_from=since, valid_to=until))


def _take_grids_back(session: Session, absence: Absence, at: datetime) -> None:
    """The posts that were lent for this absence end with it: in the same grids, begun in the same moment."""
    grids = sa.select(Post.grid_id).where(Post.person_id == absence.person_id, Post.grid_id.is_not(None))
    lent = sa.select(Post).where(Post.person_id == absence.deputy_id, Post.role == "grid_worker",
                                 Post.valid_from == absence.since, Post.grid_id.in_(grids),
                                 sa.or_(Post.valid_to.is_(None), Post.valid_to > at))
    for post in session.scalars(lent):
        post.valid_to = max(at, post.valid_from + (_A_DAY / 86_400))
