"""并案: a case that is the same as another one is joined to it, and goes with it from there on.

Whoever joins a case holds its row, as in every act, and keeps the rows of the case it is joined to, and of what that
one was joined to in its turn, from being acted on until the commit: one that is being closed is closed before it is
looked at, and one that is closed later finds what was joined to it. Only cases that are being joined to each other in a
ring wait for each other; one of them is refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg.errors import DeadlockDetected
from sqlalchemy import Select, select
from sqlalchemy.exc import OperationalError

from engine.cases import following, notifying
from engine.cases.act import Act
from engine.cases.errors import ActInvalid
from engine.cases.models import Case

FIELD = "duplicate_of"


class _Joined(NamedTuple):
    """What must be known of a case that another one is joined to."""

    id: int
    number: str
    duplicate_of: int | None
    closed_at: datetime | None


_KEPT = select(Case.id, Case.number, Case.duplicate_of, Case.closed_at).with_for_update(
    read=True, key_share=True, of=Case)  # shared with other joins; an act on that case waits for it, and it for the act


def link_duplicate(act: Act, number: str) -> None:
    """This case is the same as another one; its reporter is told, and whoever follows it hears when the other ends.

    Where that is over already they hear so now: nothing comes later that would tell them. Raises ActInvalid where the
    other one is unknown, is this case, or was joined to it.
    """
    chain = _chain(act, number)
    other, last = chain[0], chain[-1]
    act.case.duplicate_of = other.id
    act.notes[FIELD] = other.number
    notifying.tell_reporter(act, "duplicate", "与 {other} 为同一事件，已合并跟踪", other=other.number)
    if last.closed_at is not None:
        following.tell_followers(act, "closed")


def _chain(act: Act, number: str) -> list[_Joined]:
    """The case of this number, what it was joined to, and so on; none of them is acted on until the commit."""
    first = _keep(act, _KEPT.where(Case.number == number), number)
    if first is None or first.id == act.case.id:
        raise _refused(f"没有编号为「{number}」的另一个事件，不能并为重复件。")
    chain, passed = [first], {first.id}
    while (above := chain[-1].duplicate_of) is not None and above not in passed:
        passed.add(above)
        if above == act.case.id:
            raise _refused(f"「{number}」已并入本事件，不能再把本事件并入它。")
        found = _keep(act, _KEPT.where(Case.id == above), number)
        assert found is not None  # a foreign key
        chain.append(found)
    return chain


def _keep(act: Act, wanted: Select[int, str, int | None, datetime | None], number: str) -> _Joined | None:
    try:
        row = act.session.execute(wanted).first()
    except OperationalError as problem:
        if isinstance(problem.orig, DeadlockDetected):  # somebody who waits for this case joins theirs to it
            raise _refused(f"「{number}」正要并入本事件，不能再把本事件并入它。") from None  # the database is well
        raise
    return None if row is None else _Joined._make(row)


def _refused(said: str) -> ActInvalid:
    return ActInvalid(said, fields={FIELD: [said]})
