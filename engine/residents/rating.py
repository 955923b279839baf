"""评价、补正: the resident answers what the diagram asks of them, once (E15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases.acting import Acted, complete_as_reporter
from engine.cases.covering import cover
from engine.errors import NotAllowed
from engine.residents.looking import Visit


class FollowersDoNotRate(NotAllowed):
    """只有反映这件事的人可以评价；您是跟进的人，可以看进展。"""

    code = "followers_do_not_rate"


def answer(session: Session, visit: Visit, task: int, outcome: str, values: Mapping[str, str], version: int | None,
           at: datetime) -> Acted:
    """Complete a task of the resident's; identity numbers in the words are covered first.

    Raises TaskTaken when it was answered already, Invalid with the fields that are wrong, FollowersDoNotRate.
    """
    if visit.follower is not None:
        raise FollowersDoNotRate()
    clean = {name: cover(text)[0] for name, text in values.items()}
    return complete_as_reporter(session, visit.case.id, task, outcome, clean, version, at)
