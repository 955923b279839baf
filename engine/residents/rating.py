"""评价、补正: the resident answers what the diagram asks of them, once (E15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases.acting import Acted, complete_as_reporter
from engine.cases.covering import cover
from engine.cases.scope import unscoped
from engine.errors import NotAllowed
from engine.residents.looking import Visit
from engine.worklist import TaskTaken
from engine.worklist.models import Task

RATINGS = ("satisfied", "basic", "dissatisfied", "unreasonable")


class FollowersDoNotRate(NotAllowed):
    """只有反映这件事的人可以评价；您是跟进的人，可以看进展。"""

    code = "followers_do_not_rate"


class AlreadyRated(TaskTaken):
    """这件事已经评价过了：一次办理评价一次，先前的评价算数。如果发回重办，办完还会再请您评价。"""

    code = "already_rated"


class RatingOver(TaskTaken):
    """评价的时间已经过了，或者这件事又在重新办理。请看下面的进展。"""

    code = "rating_over"


def answer(session: Session, visit: Visit, task: int, outcome: str, values: Mapping[str, str], version: int | None,
           at: datetime) -> Acted:
    """Complete a task of the resident's; identity numbers in the words are covered first.

    Raises AlreadyRated and RatingOver for a rating that comes too late, TaskTaken for another answer that does, Invalid
    with the fields that are wrong, FollowersDoNotRate.
    """
    if visit.follower is not None:
        raise FollowersDoNotRate()
    clean = {name: cover(text)[0] for name, text in values.items()}
    try:
        return complete_as_reporter(session, visit.case.id, task, outcome, clean, version, at)
    except TaskTaken as taken:
        raise _plainly(session, visit, task, taken) from taken


def _plainly(session: Session, visit: Visit, task: int, taken: TaskTaken) -> TaskTaken:
    """Why an answer came too late, in words for a resident."""
    with unscoped(session):
        row = session.get_one(Task, task)
    if row.element != "rate":
        return taken
    return AlreadyRated() if row.outcome in RATINGS else RatingOver()
