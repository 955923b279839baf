"""An office has changed its hours: open deadlines counted by the earlier ones are counted anew, on the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from engine import deadlines
from engine.cases.clocks import counted, extended_by, list_open, recount, settle_lamp
from engine.cases.clockwork import catch_up
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.locking import lock_case
from engine.cases.models import Case
from engine.cases.scope import unscoped
from engine.cases.stops import recount_timers
from engine.directory import Actor
from engine.worklist.models import Deadline


def count_outdated(session: Session, office_id: int, current: str, at: datetime) -> int:
    """How many open cases have a deadline to come that is counted by earlier hours of this office."""
    with unscoped(session):
        return session.scalar(
            select(func.count(Deadline.case_id.distinct())).join(Case, Case.id == Deadline.case_id).where(
                _outdated(office_id, current, at))) or 0


def list_outdated(session: Session, office_id: int, current: str, at: datetime, after: int, most: int) -> Sequence[int]:
    """The next such cases by their row id."""
    asked = select(Deadline.case_id).join(Case, Case.id == Deadline.case_id).where(
        _outdated(office_id, current, at), Deadline.case_id > after)
    with unscoped(session):
        return session.scalars(asked.distinct().order_by(Deadline.case_id).limit(most)).all()


def recount_case(session: Session, actor: Actor, case_id: int, office_id: int, current: str, at: datetime) -> bool:
    """Count this case's open deadlines by the office's hours of today; True when one of them moved.

    A moment that has passed stays, and so does one that would lie in the past by the new hours: nobody is late
    because an office changed its hours. While a case is held nothing passes: what counts is where its clock stopped,
    so that a deadline whose moment goes by during the hold is counted anew like any other, and moves on by the new
    hours when the hold ends. The entry says what moved.
    """
    with unscoped(session), session.no_autoflush:
        case = lock_case(session, case_id)
        file = CaseFile(session, case)
        catch_up(file, at)
        act = Host(session, case, actor, at, file=file)
        moving = [one for one in list_open(act) if _is_ahead(act, one, office_id, current)]
        if not moving:
            return False
        moved = recount(act)
        recount_timers(act, file.instance, timedelta())
        settle_lamp(act)
        name = deadlines.names_of(session, [current])[current]
        act.record("recount", office=name, hours=current, moved=moved)
        return bool(moved)


def _is_ahead(act: Host, deadline: Deadline, office_id: int, current: str) -> bool:
    """Put a deadline under the new hours, unless its moment has passed or would have."""
    before, reached = deadline.office, act.case.stopped_at or act.at
    if deadlines.id_of(before) != office_id or before == current or deadline.due_at <= reached:
        return False
    deadline.office = current
    if counted(act, deadline).at + extended_by(deadline) > reached:
        return True
    deadline.office = before
    return False


def _outdated(office_id: int, current: str, at: datetime) -> ColumnElement[bool]:
    """What is counted by earlier hours and whose moment its case has not reached; a clock that stands reaches none."""
    return and_(Deadline.closed_at.is_(None), Deadline.due_at > func.coalesce(Case.stopped_at, at),
                Deadline.office.like(f"o{office_id}@%"), Deadline.office != current)
