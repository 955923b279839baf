"""挂账: the clock of a case stands still until a date or a condition; afterwards every open deadline is recounted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory
from engine.cases.act import Act
from engine.cases.clocks import cancel_measures, list_open, recount, settle_lamp
from engine.cases.models import Case, Stop


def stop_clock(act: Act, reason: str, planned_until: datetime | None) -> None:
    """The clock stands still from now on; nothing is urged meanwhile."""
    act.session.add(
        Stop(
            case_id=act.case.id, since=act.at, planned_until=planned_until, reason=reason, by=act.actor.label
        )
    )
    act.case.stopped_at, act.case.stopped_until = act.at, planned_until
    for deadline in list_open(act):
        cancel_measures(act, deadline)
    act.session.flush()


def restart_clock(act: Act) -> None:
    """The clock goes on; every open deadline moves by the time that stood still."""
    stop = act.session.scalars(select(Stop).where(Stop.case_id == act.case.id, Stop.until.is_(None))).one()
    stop.until = act.at
    act.case.stopped_at = act.case.stopped_until = None
    act.session.flush()
    act.notes["moved"] = recount(act)
    settle_lamp(act)


def resume_when_over(session: Session, case: Case, at: datetime) -> None:
    """A hold that has run out ends by itself, at the moment that was agreed."""
    if case.stopped_until is not None and case.stopped_until <= at:
        act = Act(session, case, directory.CLOCK, case.stopped_until)
        restart_clock(act)
        act.record("resume")
